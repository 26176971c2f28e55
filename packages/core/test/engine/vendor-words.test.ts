import { describe, expect, test } from "vitest";
import { finish, harness, rejection } from "../harness.ts";
import { fail, read, scripted } from "../scripted-target.ts";
import type { Repair } from "../../src/model/target-failure.ts";
import { formatTrace } from "../../src/trace/index.ts";

const FORGED = "x\n9  backup  answered, after 1 ms";

describe("what an adapter passes on of a vendor's words", () => {
  test("forges no line of a trace, event or message, and stays short", async () => {
    const { clock, chain, events } = harness();
    const repair: Repair = { description: `without ${FORGED}`, apply: (request) => request };
    const refusing = scripted(clock, [
      [fail("request.rejected", { vendorCode: FORGED, requestId: FORGED, repair })],
      [fail("server.error", { vendorCode: "y".repeat(1_000_000) })],
    ]);
    const answering = scripted(
      clock,
      [
        ({ context }) => {
          context.loss({ what: `tools[0] ${FORGED}`, action: "dropped", reason: FORGED });
          const model = `\u001b[31m${"m".repeat(1_000_000)}`;
          const part = { type: "text", text: "A" } as const;
          return [
            read(
              { type: "text-start", id: "a" },
              { type: "text-delta", id: "a", delta: "A" },
              { type: "text-end", id: "a", part },
              { type: "end", finishReason: "stop", rawFinishReason: FORGED, model },
            ),
          ];
        },
      ],
      { vendor: "beta", model: "two" },
    );

    const answer = await finish(clock, chain([refusing, answering]).generate("Hi"));

    expect(answer).toMatchObject({ text: "A", model: "two", rawFinishReason: undefined });
    expect(formatTrace(answer.trace).split("\n")).toHaveLength(4);
    expect(JSON.stringify([answer, events])).not.toMatch(/\\n|\\u001b/);
    expect(JSON.stringify([answer, events]).length).toBeLessThan(20_000);
  });

  test("keeps names that are some", async () => {
    const { clock, chain } = harness();
    const end = {
      type: "end",
      finishReason: "other",
      rawFinishReason: "eos_token",
      model: "org/model-1:free",
    } as const;
    const part = { type: "text", text: "A" } as const;
    const id = "a";
    const target = scripted(clock, [
      [read({ type: "text-start", id }, { type: "text-delta", id, delta: "A" }, { type: "text-end", id, part }, end)],
    ]);

    const answer = await finish(clock, chain([target]).generate("Hi"));

    expect(answer).toMatchObject({ model: "org/model-1:free", rawFinishReason: "eos_token" });
  });
});

test("a repeat after a repair is made with the repaired request", async () => {
  const { clock, chain } = harness();
  const repair: Repair = {
    description: "without streaming",
    apply: (request) => ({ ...request, without: ["stream"] }),
  };
  const target = scripted(clock, [[fail("request.rejected", { repair })], [fail("server.error")]]);

  const error = await rejection(clock, chain([target]).generate("Hi"));

  expect(target.calls.map(({ request }) => request.without)).toEqual([undefined, ["stream"], ["stream"]]);
  expect(error.attempts.map(({ repeat, repair: repaired }) => [repeat, repaired])).toEqual([
    [undefined, undefined],
    [undefined, "without streaming"],
    ["backoff", "without streaming"],
  ]);
});
