import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { PartEvent, StreamEvent } from "../../index.ts";
import { finish, harness } from "../../../test/harness.ts";
import { answer, end, fail, read, scripted, wait, type Step } from "../../../test/scripted-target.ts";

/** What an attempt does, in order: time passes, something is shown, or something that is nothing to show. */
type Move =
  | { readonly type: "pass"; readonly ms: number }
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "preamble" };

const move = fc.oneof<fc.MaybeWeightedArbitrary<Move>[]>(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("pass"), ms: fc.constantFrom(1, 20, 49, 50, 51, 200) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("text"), delta: fc.constantFrom("a", "bc", "") }) },
  { weight: 1, arbitrary: fc.constant({ type: "preamble" }) },
);

/** Rules R4.1 to R4.3 in six lines: text shows once `holdMs` have passed since its first character, or at a proper end. */
function shownByModel(moves: readonly Move[], holdMs: number, endsWell: boolean): string {
  let now = 0;
  let opensAt = Infinity;
  let text = "";
  for (const one of moves) {
    if (one.type === "pass") now += one.ms;
    else if (one.type === "text") {
      text += one.delta;
      if (one.delta !== "" && opensAt === Infinity) opensAt = now + holdMs;
    }
  }
  return endsWell || opensAt <= now ? text : "";
}

function play(moves: readonly Move[], last: Step, id: string): Step[] {
  const steps = moves.map((one): Step => {
    if (one.type === "pass") return wait(one.ms);
    return one.type === "text" ? read({ type: "text-delta", id, delta: one.delta }) : read();
  });
  return [read({ type: "text-start", id }), ...steps, last];
}

const isText = (event: StreamEvent): event is Extract<PartEvent, { type: "text-delta" }> => event.type === "text-delta";

test("the gate shows what the reference model shows, and nothing of an attempt that fails behind it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(move, { maxLength: 14 }),
      fc.constantFrom(0, 50, 250),
      fc.boolean(),
      async (moves, holdMs, endsWell) => {
        const { clock, chain } = harness();
        const text = moves.map((one) => (one.type === "text" ? one.delta : "")).join("");
        const primary = scripted(clock, [
          ({ context }) => {
            const id = context.newId();
            const whole = read({ type: "text-end", id, part: { type: "text", text } }, end());
            return play(moves, endsWell ? whole : fail("stream.reset"), id);
          },
        ]);
        const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
        const stream = await finish(clock, chain([primary, backup], { holdMs }).stream("Hi"), 1);
        const events: StreamEvent[] = [];
        const reading = (async () => {
          for await (const event of stream) events.push(event);
        })();
        await finish(clock, reading, 50);

        const own = events.filter(isText).filter(({ id }) => id === "p1");
        const expected = shownByModel(moves, holdMs, endsWell && text.trim() !== "");
        expect(own.map(({ delta }) => delta).join("")).toBe(expected);
        expect(events.filter(({ type }) => type === "start")).toHaveLength(1);
        expect(events.some(({ type }) => type === "failover")).toBe(
          expected !== "" && !(endsWell && text.trim() !== ""),
        );
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});
