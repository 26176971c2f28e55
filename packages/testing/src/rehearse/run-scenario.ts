import {
  isUnderstudyError,
  type Answer,
  type Chain,
  type Clock,
  type Request,
  type Target,
  type Tier,
  type UsageTotal,
} from "@understudy/core";
import type { TargetRequest } from "@understudy/core/adapter";
import { withStream, type Blueprint } from "./definition.ts";
import type { DrillCall, Strike } from "./drill-result.ts";
import type { Meter } from "./meter.ts";
import { faultyScript, healthyScript, MINUTE_MS, type FaultName } from "./faults.ts";
import { begunIn, play, type Healthy } from "./play.ts";
import { seededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** What is the same in every scenario. */
export interface Stage {
  readonly blueprint: Blueprint;
  readonly request: Request;
  readonly mode: "stream" | "generate";
  readonly seed: number;
  readonly healthy: Healthy;
  readonly everyMs: number;
  readonly calls: number;
  readonly outage: { readonly fromMs: number; readonly toMs: number };
  /** Targets that are not struck answer for real and are counted here, and so does time pass. Absent: nothing is real. */
  readonly live?: Meter | undefined;
}

export interface Blow {
  readonly fault: FaultName;
  readonly strike: Strike;
}

/** So many conversations take turns: with a call every second, each waits ten seconds for its next turn. */
const CONVERSATIONS = 10;

/** A call, before it is known what a healthy one looks like. */
export type RawCall = Omit<DrillCall, "mark"> & { readonly hadSeam: boolean };

/** Time of one scenario, virtual or real. */
interface Time {
  readonly clock: Clock;
  readonly elapsed: () => number;
  /** Waits until a moment of the scenario. */
  readonly until: (ms: number) => Promise<void>;
  readonly finish: <Value>(work: Promise<Value>) => Promise<Value>;
}

/** Plays one scenario: a call every so often, through a chain that is new. */
export async function runScenario(stage: Stage, blow: Blow | undefined): Promise<readonly RawCall[]> {
  const { blueprint, seed, everyMs, calls } = stage;
  const time = stage.live === undefined ? virtualTime() : realTime();
  const places = blueprint.tiers.flatMap(({ targets }) => targets);
  const targets = places.map((target, index) =>
    actor(target, index, { stage, blow, time, tier: tierOf(blueprint, target) }),
  );
  let next = 0;
  const tiers = blueprint.tiers.map((tier) => ({
    ...tier,
    targets: tier.targets.map((target) => targets[next++] ?? target),
  }));
  const chain = blueprint.create(tiers, {
    ...blueprint.options,
    random: seededRandom(seed),
    ...(stage.live === undefined ? { clock: time.clock } : {}),
  });
  // What its options load is loaded in real time: no call is to wait for it in virtual time.
  await chain.check();
  const running: Promise<RawCall>[] = [];
  const pins = new Map<number, string>();
  for (let index = 0; index < calls; index++) {
    // oxlint-disable-next-line no-await-in-loop -- one call after the other
    await time.until(index * everyMs);
    running.push(call(chain, stage, { time, pins, conversation: index % CONVERSATIONS }));
  }
  const made = await time.finish(Promise.all(running));
  await time.finish(chain.close());
  return made;
}

interface Role {
  readonly stage: Stage;
  readonly blow: Blow | undefined;
  readonly time: Time;
  readonly tier: Tier | undefined;
}

function tierOf({ tiers }: Blueprint, target: Target): Tier | undefined {
  return tiers.find(({ targets }) => targets.includes(target));
}

function actor(target: Target, index: number, { stage, blow, time, tier }: Role): Target {
  const { healthy, outage, request: asked, live } = stage;
  const { everyMs } = stage;
  const struckAt: number[] = [];
  const played = withStream(target, (request, context) => {
    const { silentReasoning, unary } = target.plan(request);
    const manner = { healthy, isJson: isJson(request), isUnary: unary, begun: begunIn(request) };
    const now = time.elapsed();
    const isStruck = blow?.strike.targets.includes(index) === true && now >= outage.fromMs && now < outage.toMs;
    if (!isStruck) return live?.watch(target.stream(request, context)) ?? play(healthyScript(healthy), manner, context);
    const limitMs = (silentReasoning || unary ? tier?.silentReasoningMs : tier?.timeoutMs(asked)) ?? Infinity;
    const sinceMs = now - outage.fromMs;
    const before = struckAt.length;
    const inMinute = struckAt.filter((ms) => minuteOf(ms) === minuteOf(sinceMs)).length;
    struckAt.push(sinceMs);
    const perMinute = Math.max(1, Math.floor(MINUTE_MS / everyMs / 2));
    return play(faultyScript(blow.fault, { healthy, limitMs, before, sinceMs, perMinute, inMinute }), manner, context);
  });
  if (live === undefined) return played;
  const prepare = target.prepare?.bind(target);
  return { ...played, problems: target.problems, ...(prepare === undefined ? {} : { prepare }) };
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

function isJson({ output }: TargetRequest): boolean {
  return output.type === "json";
}

/** When a call is made, and of which conversation it is a turn. */
interface Turn {
  readonly time: Time;
  readonly conversation: number;
  /** Of the last answer of each conversation, where the chain gives pins. */
  readonly pins: Map<number, string>;
}

async function call(chain: Chain, { request, mode }: Stage, { time, conversation, pins }: Turn): Promise<RawCall> {
  const startedAtMs = time.elapsed();
  const pin = pins.get(conversation);
  const given = pin === undefined ? {} : { pin };
  let firstWordsMs: number | undefined;
  let hadSeam = false;
  const since = (): number => time.elapsed() - startedAtMs;
  try {
    const answer = await (mode === "generate" ? chain.generate(request, given) : read());
    const { tier, degraded, trace, usageTotal } = answer;
    if (answer.pin === undefined) pins.delete(conversation);
    else pins.set(conversation, answer.pin);
    const endedMs = since();
    const seen = { firstWordsMs: firstWordsMs ?? endedMs, endedMs, hadSeam, degraded };
    return { startedAtMs, conversation, ...seen, tier, ...costOf(usageTotal), trace };
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    const { code, trace, usageTotal } = error;
    if (trace === undefined) throw error;
    const seen = { ...(firstWordsMs !== undefined && { firstWordsMs }), endedMs: since(), hadSeam, degraded: false };
    return { startedAtMs, conversation, ...seen, code, ...costOf(usageTotal), trace };
  }

  async function read(): Promise<Answer> {
    const stream = await chain.stream(request, given);
    for await (const event of stream) {
      if (event.type === "text-delta") firstWordsMs ??= since();
      if (event.type === "failover" && event.marker !== null) hadSeam = true;
    }
    return stream.result;
  }
}

function costOf({ cost }: UsageTotal = { exact: false }): Pick<RawCall, "cost"> {
  return cost === undefined ? {} : { cost: cost.amount };
}

function virtualTime(): Time {
  const clock = new VirtualClock();
  return {
    // Nobody asks in which context something happens: a third of the time is saved.
    clock: {
      now: () => clock.now(),
      wallNow: () => clock.wallNow(),
      setTimeout: (callback, ms) => clock.schedule(ms, callback),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    },
    elapsed: () => clock.elapsed,
    until: (ms) => clock.advance(ms - clock.elapsed),
    finish: (work) => clock.finish(work),
  };
}

// oxlint-disable no-restricted-globals, no-restricted-properties -- a live drill takes the time that it takes
function realTime(): Time {
  const begin = performance.now();
  const elapsed = (): number => performance.now() - begin;
  return {
    clock: new VirtualClock(),
    elapsed,
    until: (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms - elapsed()))),
    finish: (work) => work,
  };
}
