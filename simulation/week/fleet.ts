import { createChain, isUnderstudyError, type Chain, type Target } from "@understudy/core";
import { shareHealth } from "@understudy/core/store";
import { scriptedTarget } from "@understudy/testing";
import { seededRandom } from "@understudy/testing/rehearse";
import { DEPLOY_STEP_MS, LIMIT_MS, PROCESSES } from "./plan.ts";
import { FailingStore } from "./failing-store.ts";
import type { Side, Stage, Seen } from "./play.ts";
import type { Vendor } from "./vendor.ts";

/** Six processes, each with a chain of its own, that share what they know of the vendors through a store. */
export class Fleet implements Side {
  readonly #chains: Chain[];
  readonly #closing: Promise<void>[] = [];
  readonly #make: () => Chain;

  constructor({ clock, vendors, plan }: Stage) {
    const store = shareHealth(new FailingStore(clock, plan.storeFailures));
    const { primary, equivalent, budget } = vendors;
    let made = 0;
    this.#make = () =>
      createChain(
        [
          { name: "primary", target: targetOf(primary), timeoutMs: LIMIT_MS },
          { name: "equivalent", targets: [1, 2].map((key) => targetOf(equivalent, key)), timeoutMs: LIMIT_MS },
          { name: "budget", target: targetOf(budget), timeoutMs: LIMIT_MS, degraded: true },
        ],
        { store, clock, random: seededRandom(plan.seed + made++) },
      );
    this.#chains = Array.from({ length: PROCESSES }, this.#make);
    for (const at of plan.deploys) {
      for (let index = 0; index < PROCESSES; index++) {
        clock.setTimeout(() => this.#replace(index), at + index * DEPLOY_STEP_MS, false);
      }
    }
  }

  async ask(call: number, since: () => number): Promise<Seen> {
    let firstMs: number | undefined;
    let hadSeam = false;
    try {
      const stream = await this.#chains[call % PROCESSES]?.stream(`Question ${call}`);
      if (stream === undefined) throw new Error("No process is there.");
      for await (const event of stream) {
        if (event.type === "text-delta") firstMs ??= since();
        if (event.type === "failover" && event.marker !== null) hadSeam = true;
      }
      const { tier } = await stream.result;
      return { by: tier, firstMs, hadSeam };
    } catch (error) {
      if (!isUnderstudyError(error)) throw error;
      return { by: undefined, firstMs, hadSeam };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#closing, ...this.#chains.map((chain) => chain.close())]);
  }

  /** The new process takes the calls; the old one answers those that it has. */
  #replace(index: number): void {
    const old = this.#chains[index];
    this.#chains[index] = this.#make();
    if (old !== undefined) this.#closing.push(old.close());
  }
}

function targetOf(vendor: Vendor, key = 1): Target {
  const { capabilities } = scriptedTarget([]);
  const name = `${vendor.name}-key-${key}`;
  return {
    vendor: vendor.name,
    model: "one",
    endpoint: `${vendor.name}.test`,
    scopes: { key: name, quota: name },
    capabilities,
    problems: [],
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false }),
    stream: ({ messages }, { clock, signal }) => {
      const [part] = messages[0]?.content ?? [];
      return vendor.answer({ call: part?.type === "text" ? Number(part.text.split(" ")[1]) : NaN, clock, signal });
    },
  };
}
