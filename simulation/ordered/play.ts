import { createChain, type ChainOptions, type Price, type SkipRecord, type Target } from "@understudy/core";
import { TargetFailure, type StreamPart } from "@understudy/core/adapter";
import { SimulatedClock } from "../world/clock.ts";
import { CAPABILITIES } from "../world/capabilities.ts";
import { SeededRandom } from "../world/random.ts";
import { LIMIT, TIMEOUT_MS, type ModelPlan, type OrderedCall, type OrderedPlan } from "./plan.ts";

/** A request as the vendor saw it. */
export interface Ask {
  readonly call: number;
  readonly model: ModelPlan;
  readonly at: number;
  /** When its first content was sent. */
  firstAt?: number;
  refusedAt?: number;
  /** The engine left before content came. */
  leftAt?: number;
  /** The answer's end. */
  endedAt?: number;
}

export interface OrderedFacts {
  readonly plan: OrderedPlan;
  /** In that order. */
  readonly asks: readonly Ask[];
  /** What each call passed over, by its number; missing: it never ended. */
  readonly skipped: ReadonlyMap<number, readonly SkipRecord[]>;
}

/** Longer than the last call may take. */
const REST_MS = 120_000;

/** Plays the plan in virtual time, from the first call to the last. */
export async function playOrdered(plan: OrderedPlan): Promise<OrderedFacts> {
  const random = new SeededRandom(plan.seed ^ 0x0d_de_5ed);
  const clock = new SimulatedClock(random.fork());
  const [chance, luck] = [random.fork(), random.fork()];
  const asks: Ask[] = [];
  const skipped = new Map<number, readonly SkipRecord[]>();
  const stream = (model: ModelPlan): Target["stream"] =>
    async function* ({ messages }, { signal }) {
      const call = numberIn(messages[0]?.content);
      const { characters = 0, lastsMs = 0, maxOutputTokens = Infinity } = plan.calls[call] ?? {};
      const ask: Ask = { call, model, at: clock.now };
      asks.push(ask);
      const wait = async (ms: number): Promise<void> => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const timer = clock.schedule("upstream", ms, resolve);
        const leave = (): void => {
          clock.cancel(timer);
          ask.leftAt = clock.now;
          reject(new Error("The engine left."));
        };
        signal.addEventListener("abort", leave);
        await promise.finally(() => signal.removeEventListener("abort", leave));
      };
      if (luck.chance(model.refuses)) {
        await wait(10);
        ask.refusedAt = clock.now;
        throw new TargetFailure("conflict", { status: 409 });
      }
      await wait(paceOf(model, ask.at) * luck.between(0.95, 1.05));
      ask.firstAt = clock.now;
      yield [...stated(model), { type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: "Well." }];
      await wait(lastsMs);
      ask.endedAt = clock.now;
      const outputTokens = Math.min(model.outputTokens, maxOutputTokens);
      yield [
        { type: "text-end", id: "t", part: { type: "text", text: "Well." } },
        { type: "usage", usage: { inputTokens: Math.ceil(characters / 4), outputTokens } },
        { type: "end", finishReason: "stop", rawFinishReason: "stop" },
      ];
    };
  const chain = createChain(
    [
      {
        name: "first",
        timeoutMs: TIMEOUT_MS,
        ...tierOf(plan.by),
        targets: plan.models.map((model) => targetOf(model, plan.by, stream(model))),
      },
      { name: "last", target: targetOf({ ...LAST, name: "last" }, "fastest", stream(LAST)) },
    ],
    { ...optionsOf(plan), clock: clock.engineClock(), random: () => chance.next() },
  );
  // What the order needs is loaded in real time: no call is to wait for it.
  await chain.check();
  const play = async (call: OrderedCall, number: number): Promise<void> => {
    const { maxOutputTokens } = call;
    const content = `#${number} `.padEnd(call.characters, "word ");
    const { trace } = await chain.generate({ messages: [{ role: "user", content }], maxOutputTokens });
    skipped.set(number, trace.skipped);
  };
  for (const [number, call] of plan.calls.entries()) clock.schedule("world", call.at, () => void play(call, number));
  await clock.run(() => skipped.size === plan.calls.length, (plan.calls.at(-1)?.at ?? 0) + REST_MS);
  return { plan, asks, skipped };
}

export function paceOf({ paceMs: [before, after], changesAt }: ModelPlan, at: number): number {
  return at < changesAt ? before : after;
}

const LAST: ModelPlan = {
  name: "last",
  paceMs: [100, 100],
  changesAt: Infinity,
  refuses: 0,
  price: undefined,
  outputTokens: 5,
  left: LIMIT,
};

function tierOf(by: OrderedPlan["by"]): { readonly order: "fastest" | "cheapest" } | { readonly balance: "spread" } {
  return by === "left" ? { balance: "spread" } : { order: by };
}

function optionsOf({ by, models }: OrderedPlan): ChainOptions {
  const prices = models.flatMap(({ name, price }): readonly [string, Price][] =>
    price === undefined ? [] : [[`${name}/one`, price]],
  );
  return { steering: by === "left", ...(prices.length > 0 ? { prices: Object.fromEntries(prices) } : {}) };
}

/** Siblings are one model with keys of their own. */
function targetOf({ name }: ModelPlan, by: OrderedPlan["by"], stream: Target["stream"]): Target {
  const vendor = by === "left" ? "shared" : name;
  return {
    vendor,
    model: "one",
    endpoint: `${vendor}.test`,
    scopes: { key: `${name}-key`, quota: `${name}-key` },
    capabilities: CAPABILITIES,
    problems: [],
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false }),
    stream,
  };
}

function stated({ left }: ModelPlan): readonly StreamPart[] {
  const rateLimits = {
    "limit-requests": String(LIMIT),
    "remaining-requests": String(left),
    "reset-requests": "3600s",
  };
  return [{ type: "response", rateLimits }];
}

function numberIn(content: unknown): number {
  const [part]: readonly unknown[] = Array.isArray(content) ? content : [];
  const text = typeof part === "object" && part !== null && "text" in part ? String(part.text) : "";
  return Number(/^#(\d+) /.exec(text)?.[1]);
}
