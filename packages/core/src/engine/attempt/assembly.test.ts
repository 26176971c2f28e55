import { describe, expect, test } from "vitest";
import type { PartEvent } from "../../index.ts";
import { Assembly, type Weight } from "./assembly.ts";

const ORIGIN = { vendor: "alpha", model: "one", endpoint: "alpha.test" };
const source = { type: "base64", mediaType: "image/png", data: "AA==" } as const;

function assemble(...events: readonly PartEvent[]): Assembly {
  const assembly = new Assembly(ORIGIN);
  for (const event of events) assembly.accept(event);
  return assembly;
}

describe("Assembly", () => {
  test.each<readonly [PartEvent, Weight]>([
    [{ type: "text-start", id: "a" }, "none"],
    [{ type: "reasoning-start", id: "a" }, "none"],
    [{ type: "tool-call-start", id: "a", toolCallId: "1", toolName: "x" }, "progress"],
    [{ type: "refusal", id: "a", part: { type: "refusal", text: "No" } }, "progress"],
    [{ type: "source", id: "a", part: { type: "source" } }, "progress"],
    [{ type: "opaque", id: "a", part: { type: "opaque", kind: "x", data: 1 } }, "progress"],
    [{ type: "file", id: "a", part: { type: "image", source } }, "show"],
  ])("TO-02 %o weighs %s", (event, weight) => {
    expect(new Assembly(ORIGIN).accept(event)).toBe(weight);
  });

  test.each([
    { delta: "", weights: ["none", "none"] },
    { delta: "x", weights: ["show", "show"] },
  ])("TO-02 a delta of $delta.length characters weighs $weights", ({ delta, weights }) => {
    const assembly = assemble({ type: "text-start", id: "a" }, { type: "reasoning-start", id: "b" });

    expect([
      assembly.accept({ type: "text-delta", id: "a", delta }),
      assembly.accept({ type: "reasoning-delta", id: "b", delta }),
    ]).toEqual(weights);
  });

  test("says of a text with citations who made it: its vendor does not miss what it never takes back", () => {
    const part = { type: "text", text: "It rains.", citations: [{ title: "Rain" }] } as const;
    const assembly = assemble();

    expect(assembly.signed({ type: "text-end", id: "a", part })).toMatchObject({ part: { origin: ORIGIN } });
    expect(assembly.signed({ type: "text-end", id: "a", part: { type: "text", text: "It rains." } })).toEqual({
      type: "text-end",
      id: "a",
      part: { type: "text", text: "It rains." },
    });
  });

  test("R2.10 what two attempts wrote is compared without their reasoning", () => {
    const text = [
      { type: "text-start", id: "b" },
      { type: "text-delta", id: "b", delta: "The sky" },
    ] as const;
    const reasoned = assemble({ type: "reasoning-start", id: "a" }, { type: "reasoning-delta", id: "a", delta: "Hmm" });
    for (const event of text) reasoned.accept(event);

    expect(assemble(...text).written()).toBe("The sky");
    expect(reasoned.written()).toBe("The sky");
  });

  test("SQ-06 the partial holds open text and reasoning as they stand, and calls by name only", () => {
    const call = { type: "tool-call", toolCallId: "2", toolName: "y", input: { path: "/" } } as const;
    const assembly = assemble(
      { type: "reasoning-start", id: "a" },
      { type: "reasoning-delta", id: "a", delta: "Hmm" },
      { type: "text-start", id: "b" },
      { type: "text-delta", id: "b", delta: "The " },
      { type: "text-delta", id: "b", delta: "sky" },
      { type: "text-start", id: "c" },
      { type: "tool-call-start", id: "d", toolCallId: "1", toolName: "x" },
      { type: "tool-call-delta", id: "d", delta: '{"path":"/"' },
      { type: "tool-call", id: "e", part: call },
      { type: "opaque", id: "f", part: { type: "opaque", kind: "hosted-call", data: { name: "z" } } },
      { type: "file", id: "g", part: { type: "image", source } },
    );

    expect(assembly.partialContent()).toEqual([
      { type: "reasoning", text: "Hmm" },
      { type: "text", text: "The sky" },
    ]);
    expect(assembly.calledTools).toEqual(["x", "y"]);
    expect(assembly.content().map(({ type }) => type)).toEqual(["tool-call", "opaque", "image"]);
    expect([assembly.textChars, assembly.reasoningChars, assembly.ids]).toEqual([
      7,
      3,
      ["a", "b", "c", "d", "e", "f", "g"],
    ]);
  });

  test("a whole tool call may come without its provisional events", () => {
    const part = { type: "tool-call", toolCallId: "1", toolName: "x", input: {} } as const;

    const assembly = assemble({ type: "tool-call", id: "a", part });

    expect(assembly.toolCalls).toEqual([{ id: "a", part }]);
    expect(assembly.content()).toEqual([part]);
  });

  test.each<readonly [string, readonly PartEvent[]]>([
    ["a delta without its part", [{ type: "text-delta", id: "a", delta: "x" }]],
    [
      "a delta of a finished part, right after its end",
      [
        { type: "text-start", id: "a" },
        { type: "text-delta", id: "a", delta: "x" },
        { type: "text-end", id: "a", part: { type: "text", text: "x" } },
        { type: "text-delta", id: "a", delta: "x" },
      ],
    ],
    [
      "an id of a finished part",
      [
        { type: "file", id: "a", part: { type: "image", source } },
        { type: "text-start", id: "a" },
      ],
    ],
  ])("R10.2 %s breaks the contract", (_name, events) => {
    expect(() => assemble(...events)).toThrow(expect.objectContaining({ class: "adapter.contract" }));
  });
});
