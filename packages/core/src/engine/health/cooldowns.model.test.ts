import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CooldownRule } from "../../model/failure.ts";
import { Cooldowns } from "./cooldowns.ts";

const DAY = 86_400_000;
const RULES: readonly CooldownRule[] = [
  { baseMs: 5_000, capMs: 300_000 },
  { baseMs: 2_000, capMs: 2_000 },
  { baseMs: 600_000, capMs: DAY, minMs: 600_000 },
  { baseMs: "stated", capMs: DAY },
];

/** One scope by the rules R7.2 to R7.4: when it ends, whether somebody has to act, how many episodes it has had. */
interface Model {
  until: number;
  isHard: boolean;
  setAt: number;
  episodes: number;
  trialAt: number;
  resetAt: number;
}

type Move =
  | { readonly type: "pass"; readonly ms: number }
  | {
      readonly type: "fail";
      readonly rule: CooldownRule;
      readonly stated: number | undefined;
      readonly isHard: boolean;
      readonly agoMs: number;
    }
  | { readonly type: "answer"; readonly agoMs: number }
  | { readonly type: "trial" }
  | { readonly type: "reset" };

const agoMs = fc.constantFrom(0, 10, 4_000, 70_000);
const move = fc.oneof<fc.MaybeWeightedArbitrary<Move>[]>(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("pass"), ms: fc.constantFrom(1, 3_000, 61_000, 700_000) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("fail"),
      rule: fc.constantFrom(...RULES),
      stated: fc.constantFrom(undefined, undefined, 0, 700, 90_000, 2 * DAY),
      isHard: fc.boolean(),
      agoMs,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("answer"), agoMs }) },
  { weight: 1, arbitrary: fc.constant({ type: "trial" }) },
  { weight: 1, arbitrary: fc.constant({ type: "reset" }) },
);

function fail(model: Model, { rule, stated, isHard, agoMs: ago }: Extract<Move, { type: "fail" }>, now: number): void {
  if (now - ago < model.resetAt || (rule.baseMs === "stated" && stated === undefined)) return;
  const isRunning = model.until > now;
  let plain = stated;
  if (plain === undefined) {
    model.episodes = Math.max(1, model.episodes + (isRunning ? 0 : 1));
    plain = rule.baseMs === "stated" ? 0 : Math.min(rule.capMs, rule.baseMs * 2 ** (model.episodes - 1));
  }
  const until = now + Math.min(DAY, Math.max(500, plain, rule.minMs ?? 0));
  if (isHard && !(isRunning && model.isHard)) model.trialAt = now;
  if (isRunning && until <= model.until) return;
  Object.assign(model, { until, isHard: isHard || (isRunning && model.isHard), setAt: now });
}

test("cooldowns do what the reference model does, move by move", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
      const cooldowns = new Cooldowns(() => 0);
      const model: Model = { until: 0, isHard: false, setAt: 0, episodes: 0, trialAt: -Infinity, resetAt: -Infinity };
      let now = 0;
      for (const one of moves) {
        if (one.type === "pass") now += one.ms;
        else if (one.type === "fail") {
          const forMs = cooldowns.duration("scope", one.rule, one.stated, now - one.agoMs, now);
          if (forMs !== undefined) cooldowns.extend("scope", { until: now + forMs, isHard: one.isHard }, now);
          fail(model, one, now);
        } else if (one.type === "answer") {
          cooldowns.answered(["scope"], now - one.agoMs, now);
          const isRunning = model.until > now;
          if (!isRunning || (model.isHard && model.setAt <= now - one.agoMs)) {
            Object.assign(model, { until: 0, episodes: 0 });
          }
        } else if (one.type === "trial") {
          cooldowns.putOffTrial("scope", now);
          model.trialAt = now;
        } else {
          cooldowns.reset("scope", now);
          Object.assign(model, { until: 0, episodes: 0, trialAt: -Infinity, resetAt: now });
        }
        const running = cooldowns.longest(["scope"], now);
        expect(running && [running.until, running.isHard]).toEqual(
          model.until > now ? [model.until, model.isHard] : undefined,
        );
        expect(cooldowns.trialDueAt("scope") <= now).toBe(now >= model.trialAt + 60_000);
      }
    }),
    { numRuns: 1_500, seed: 1 },
  );
});
