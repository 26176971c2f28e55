import type { Clock } from "@understudy/core";
import { TargetFailure, type StreamPart } from "@understudy/core/adapter";
import { seededRandom } from "@understudy/testing/rehearse";
import { isIn, type TroubleKind, type VendorName, type WeekPlan } from "./plan.ts";

export interface Asking {
  /** The number of the call. */
  readonly call: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type Answer = AsyncGenerator<readonly StreamPart[], void>;
type Random = () => number;

/** Milliseconds to the first words, at the median. */
const FIRST_MS: Readonly<Record<VendorName, number>> = { primary: 700, equivalent: 900, budget: 500 };
const LENGTH_MS = 2_500;
const PIECES = 5;
/**
 * Share of requests that something small happens to at any time. Nothing ever happens to the budget vendor: a call that
 * fails is then no vendor's fault.
 */
const NOISE: Readonly<Record<VendorName, number>> = { primary: 0.004, equivalent: 0.004, budget: 0 };
const SPARED = 0.1;

/** One vendor through the week. The same call meets the same luck, whoever asks. */
export class Vendor {
  readonly name: VendorName;
  /** When it was asked. */
  readonly askedAt: number[] = [];
  readonly #plan: WeekPlan;
  readonly #now: () => number;
  readonly #asks = new Map<number, number>();

  constructor(name: VendorName, plan: WeekPlan, now: () => number) {
    this.name = name;
    this.#plan = plan;
    this.#now = now;
  }

  answer(asking: Asking): Answer {
    const now = this.#now();
    this.askedAt.push(now);
    const trouble = this.#plan.troubles.find((each) => each.vendor === this.name && isIn(each, now));
    const random = this.#luckOf(asking.call);
    const [noise, share] = [random(), random()];
    if (trouble !== undefined) return this.#troubled(trouble.kind, share < SPARED, asking, random);
    return noise < NOISE[this.name] ? this.#odd(share, asking, random) : this.#well(asking, random);
  }

  #luckOf(call: number): Random {
    const ask = this.#asks.get(call) ?? 0;
    this.#asks.set(call, ask + 1);
    return seededRandom(this.#plan.seed * 0x1f_12_3b_b5 + call * 64 + ask * 4 + FIRST_MS[this.name]);
  }

  #troubled(kind: TroubleKind, isSpared: boolean, asking: Asking, random: Random): Answer {
    switch (kind) {
      case "down":
        return refuse(asking, 200, new TargetFailure("server.overloaded", { status: 503, connection: "new" }));
      case "overloaded":
        return refuse(asking, 200, new TargetFailure("server.overloaded", { status: 529, connection: "new" }));
      case "out-of-quota": {
        const details = { status: 429, vendorCode: "insufficient_quota", connection: "new" } as const;
        return refuse(asking, 150, new TargetFailure("billing.exhausted", details));
      }
      case "hanging":
        return isSpared ? say(asking, 12_000, LENGTH_MS, PIECES) : refuse(asking, Infinity);
      case "cutting":
        return isSpared ? this.#well(asking, random) : this.#cut(asking, random);
      default:
        return kind satisfies never;
    }
  }

  #odd(share: number, asking: Asking, random: Random): Answer {
    if (share < 0.5) return refuse(asking, 300, new TargetFailure("server.error", { status: 500, connection: "new" }));
    if (share < 0.75) {
      return refuse(asking, 100, new TargetFailure("network.reset", { beforeResponse: true, connection: "new" }));
    }
    return share < 0.9 ? this.#cut(asking, random) : refuse(asking, Infinity);
  }

  #well(asking: Asking, random: Random): Answer {
    return say(asking, this.#firstMs(random), LENGTH_MS * (0.5 + random()), PIECES);
  }

  #cut(asking: Asking, random: Random): Answer {
    return say(asking, this.#firstMs(random), LENGTH_MS, 2);
  }

  /** Log-normal: most are near the median, and some take three times as long. */
  #firstMs(random: Random): number {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return FIRST_MS[this.name] * Math.exp(0.35 * normal);
  }
}

/** Without a failure it is silence, until somebody gives up. */
// oxlint-disable-next-line require-yield -- nothing comes
async function* refuse(asking: Asking, ms: number, failure?: TargetFailure): Answer {
  await pause(ms, asking);
  throw failure;
}

/** An answer; with fewer than all of its pieces one that is reset. */
async function* say(asking: Asking, firstMs: number, lengthMs: number, pieces: number): Answer {
  let text = "";
  for (let index = 0; index < pieces; index++) {
    // oxlint-disable-next-line no-await-in-loop -- one piece after the other
    await pause(index === 0 ? firstMs : lengthMs / PIECES, asking);
    const delta = `${asking.call}, piece ${index}. `;
    text += delta;
    yield [...(index === 0 ? [{ type: "text-start", id: "t" } as const] : []), { type: "text-delta", id: "t", delta }];
  }
  await pause(lengthMs / PIECES, asking);
  if (pieces < PIECES) throw new TargetFailure("stream.reset");
  yield [
    { type: "text-end", id: "t", part: { type: "text", text } },
    { type: "end", finishReason: "stop", rawFinishReason: "stop", usage: { inputTokens: 1_000, outputTokens: 300 } },
  ];
}

/** An abort ends it at once. */
async function pause(ms: number, { clock, signal }: Asking): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = ms === Infinity ? undefined : clock.setTimeout(resolve, ms, false);
  if (signal.aborted) resolve();
  await promise;
  clock.clearTimeout(timer);
  signal.removeEventListener("abort", onAbort);
  if (signal.aborted) throw new TargetFailure("caller.aborted");
}
