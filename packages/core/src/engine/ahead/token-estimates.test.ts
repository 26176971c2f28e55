import { expect, test } from "vitest";
import { scripted } from "../../../test/scripted-target.ts";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { CallRequests } from "../next/requests.ts";
import type { AskedRequest } from "../observers.ts";
import { TokenEstimates, weightOf } from "./token-estimates.ts";

const target = scripted(new VirtualClock(), []);
const weigh = (input: unknown): number => weightOf(new CallRequests(input, ["alpha"], () => undefined).request);
const estimate = (input: unknown): number => new TokenEstimates().input(target, weigh(input));

test("Latin text is four characters to a token, ideographs and emoji are about one each", () => {
  expect(estimate("word ".repeat(800))).toBeGreaterThanOrEqual(1_000);
  expect(estimate("word ".repeat(800))).toBeLessThan(1_020);
  expect(estimate("漢".repeat(1_000))).toBeGreaterThanOrEqual(1_000);
  expect(estimate("漢".repeat(1_000))).toBeLessThan(1_020);
});

test("system prompt, tools and schemas count, and a file counts as a thousand tokens, not by its bytes", () => {
  const text = { messages: [{ role: "user", content: "Hi" }] };
  const data = "A".repeat(400_000);
  const image = {
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Hi" },
          { type: "image", source: { type: "base64", data, mediaType: "image/png" } },
        ],
      },
    ],
  };
  const tool = { name: "look_up", description: "x".repeat(4_000) };

  expect(estimate({ ...text, system: "s".repeat(4_000) }) - estimate(text)).toBeCloseTo(1_000, -2);
  expect(estimate({ ...text, tools: [tool] }) - estimate(text)).toBeCloseTo(1_000, -2);
  expect(estimate(image) - estimate(text)).toBeCloseTo(1_000, -2);
});

test("a text of megabytes is estimated from samples, within a hundredth", () => {
  const mixed = `${"word ".repeat(9)}漢字漢字漢`.repeat(40_000);

  expect(estimate(mixed) / ((40_000 * (45 + 5 * 4)) / 4)).toBeCloseTo(1, 1);
});

test("what is nested without end costs no stack", () => {
  let input: unknown = [];
  for (let depth = 0; depth < 100_000; depth++) input = [input];
  const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }];
  const tool = { name: "deep", inputSchema: { type: "object", default: input } };

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- deeper than a request may be, and than its types say
  expect(weightOf({ messages, tools: [tool] } as unknown as AskedRequest)).toBeLessThan(300);
});

test("what vendors count calibrates it, within bounds, however odd a count is", () => {
  const estimates = new TokenEstimates();

  estimates.learn(target, 4_000, { inputTokens: 2_000, outputTokens: 90 });
  expect(estimates.input(target, 400)).toBe(200);
  expect(estimates.output(target, undefined)).toBe(90);
  expect(estimates.output(target, 50)).toBe(50);
  estimates.learn(target, 4_000, { inputTokens: 1_000_000_000 });
  expect(estimates.input(target, 400)).toBe(800);
  for (let time = 0; time < 30; time++) estimates.learn(target, 4_000, { inputTokens: 0 });
  expect(estimates.input(target, 400)).toBe(20);
  estimates.learn(target, 4_000, {});
  expect(estimates.input(target, 400)).toBe(20);
});

test("another model is not calibrated by it", () => {
  const estimates = new TokenEstimates();
  estimates.learn(target, 4_000, { inputTokens: 4_000 });

  expect(estimates.input(scripted(new VirtualClock(), [], { model: "two" }), 400)).toBe(100);
});
