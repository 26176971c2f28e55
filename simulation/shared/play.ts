import { createChain, isUnderstudyError, type Chain, type Clock, type Target } from "@understudy/core";
import { TargetFailure, type StreamPart } from "@understudy/core/adapter";
import { shareHealth } from "@understudy/core/store";
import { VirtualClock } from "@understudy/testing/rehearse";
import { CAPABILITIES } from "../world/capabilities.ts";
import { SeededRandom } from "../world/random.ts";
import type { ProcessPlan, SharedPlan } from "./plan.ts";
import { storesOf } from "./polled-store.ts";

/** A call that reached the first vendor, as the vendor saw it. */
export interface Ask {
  readonly at: number;
  readonly by: number;
  /** What came of it: the key was refused, it was answered, or nothing was found out about the key. */
  readonly found: "refused" | "answered" | "nothing";
}

export interface SharedCall {
  readonly at: number;
  readonly by: number;
  /** The tier that answered; undefined: the call failed. */
  readonly tier: string | undefined;
}

export interface SharedFacts {
  readonly plan: SharedPlan;
  /** In that order; of a call that asks again only the first request counts. */
  readonly asks: readonly Ask[];
  readonly calls: readonly SharedCall[];
}

/** Plays the plan in virtual time, from the first call to the last. */
export async function playShared(plan: SharedPlan): Promise<SharedFacts> {
  const time = new VirtualClock();
  const clock: Clock = {
    now: () => time.now(),
    wallNow: () => time.wallNow(),
    setTimeout: (callback, ms) => time.schedule(ms, callback),
    clearTimeout: (timer) => time.clearTimeout(timer),
  };
  const random = new SeededRandom(plan.seed ^ 0x2d_51_ca_fe);
  const joinStore = storesOf(clock, plan, random.fork());
  const asks: Ask[] = [];
  const calls: SharedCall[] = [];

  const begin = (by: number, mine: ProcessPlan): void => {
    const [jitter, luck] = [random.fork(), random.fork()];
    const asked = new Set<string>();
    const answerOf = (question: string): { readonly ms: number; readonly failure?: TargetFailure } => {
      const at = time.elapsed;
      const isMute = luck.chance(plan.muteShare);
      const isBlocked = at >= plan.from && at < plan.mendedAt;
      const isSick = at >= mine.sickFrom;
      const found = isSick || (isBlocked && isMute) ? "nothing" : isBlocked ? "refused" : "answered";
      if (!asked.has(question)) asks.push({ at, by, found });
      asked.add(question);
      if (isSick) return { ms: 20, failure: new TargetFailure("network.refused", { beforeResponse: true }) };
      const ms = luck.between(50, 400);
      if (found === "nothing") return { ms, failure: new TargetFailure("server.overloaded", { status: 503 }) };
      return found === "refused" ? { ms, failure: new TargetFailure(plan.failure, { status: 401 }) } : { ms };
    };
    const chain = createChain(
      [
        { name: "first", target: targetOf("first", clock, answerOf) },
        { name: "second", target: targetOf("second", clock, () => ({ ms: 100 })) },
      ],
      { store: shareHealth(joinStore()), clock, random: () => jitter.next() },
    );
    const next = (): void => {
      if (time.elapsed >= mine.to) return;
      void ask(chain, by, time.elapsed);
      time.schedule(mine.everyMs * luck.between(0.7, 1.3), next);
    };
    time.schedule(luck.next() * mine.everyMs, next);
  };
  const ask = async (chain: Chain, by: number, at: number): Promise<void> => {
    const question = `Question ${calls.length} of ${by} at ${at}`;
    let tier: string | undefined;
    try {
      ({ tier } = await chain.generate(question));
    } catch (error) {
      if (!isUnderstudyError(error)) throw error;
    }
    calls.push({ at, by, tier });
  };

  for (const [by, mine] of plan.processes.entries()) time.schedule(mine.from, () => begin(by, mine));
  await time.run(() => false, plan.to + 30_000);
  return { plan, asks, calls };
}

function targetOf(
  name: string,
  clock: Clock,
  answerOf: (question: string) => { readonly ms: number; readonly failure?: TargetFailure },
): Target {
  return {
    vendor: name,
    model: "one",
    endpoint: `${name}.test`,
    scopes: { key: `${name}-key`, quota: `${name}-key` },
    capabilities: CAPABILITIES,
    problems: [],
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false }),
    stream: async function* ({ messages }): AsyncGenerator<readonly StreamPart[], void> {
      const [part] = messages[0]?.content ?? [];
      const { ms, failure } = answerOf(part?.type === "text" ? part.text : "");
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, ms, false));
      if (failure !== undefined) throw failure;
      yield [
        { type: "text-start", id: "t" },
        { type: "text-delta", id: "t", delta: "Well." },
        { type: "text-end", id: "t", part: { type: "text", text: "Well." } },
        { type: "end", finishReason: "stop", rawFinishReason: "stop" },
      ];
    },
  };
}
