import { describe, expect, test } from "vitest";
import type { TargetRequest } from "../../model/target.ts";
import {
  alsoNative,
  forgetOpaque,
  forgetReasoning,
  leaveOut,
  SCHEMA_IN_WORDS,
  SYSTEM_AS_MESSAGE,
  USER_TURN,
  WITHOUT_SAMPLING,
  withOutputTokens,
  withoutStreaming,
} from "./repairs.ts";

const USER = { role: "user", content: [{ type: "text", text: "Hi" }] } as const;
const REQUEST: TargetRequest = {
  messages: [
    USER,
    { role: "assistant", content: [{ type: "reasoning", text: "hm", opaque: { id: "r" } }] },
    { role: "assistant", content: [{ type: "text", text: "Yes.", opaque: { id: "m" } }] },
  ],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  reasoning: { visible: true },
  stop: [],
};

describe("repairs", () => {
  test("take native fields out beside what the request says, and only those that are named", () => {
    const repair = alsoNative(WITHOUT_SAMPLING, "a", ["temperature", "output.effort"]);
    const native = { a: { temperature: 1, output: { effort: "low", format: 1 }, more: 2 }, b: { temperature: 1 } };

    const changed = repair.apply({ ...REQUEST, topK: 3, vendorOptions: native });

    expect(changed).toMatchObject({ topK: undefined, vendorOptions: { b: { temperature: 1 } } });
    expect(JSON.parse(JSON.stringify(Reflect.get(Object(changed.vendorOptions), "a")))).toEqual({
      output: { format: 1 },
      more: 2,
    });
    expect(repair.apply(changed)).toBe(changed);
    expect(repair.apply(REQUEST)).toBe(REQUEST);
  });

  test("take earlier reasoning out of a request, and turns that are empty then", () => {
    expect(forgetReasoning(REQUEST).messages).toEqual([
      USER,
      { role: "assistant", content: [{ type: "text", text: "Yes.", opaque: { id: "m" } }] },
    ]);
  });

  test("take opaque data off the parts that it is on", () => {
    const opaque = { type: "opaque", kind: "search", data: {} } as const;

    const changed = forgetOpaque({
      ...REQUEST,
      messages: [{ role: "assistant", content: [{ type: "text", text: "Yes.", opaque: { id: "m" } }, opaque] }],
    });

    expect(changed.messages).toEqual([
      { role: "assistant", content: [{ type: "text", text: "Yes.", opaque: undefined }, opaque] },
    ]);
  });

  test("ask for a schema in words", () => {
    const changed = SCHEMA_IN_WORDS.apply({
      ...REQUEST,
      output: { type: "json", name: "a", schema: { type: "object" } },
    });

    expect(changed.output).toEqual({ type: "text" });
    expect(changed.system).toContain('{"type":"object"}');
  });

  test("leave a native field out, and ask for one piece, by what the request says", () => {
    const request = withoutStreaming().apply(leaveOut("seed").apply(REQUEST));

    expect(request).toEqual({ ...REQUEST, without: ["seed", "stream"] });
    expect(REQUEST).not.toHaveProperty("without");
  });

  test("ask for no more output than there is", () => {
    const repair = withOutputTokens(8_192);
    const within = { ...REQUEST, maxOutputTokens: 8_192 };

    expect(repair.apply({ ...REQUEST, maxOutputTokens: 9_000 })).toEqual(within);
    expect(repair.apply(within)).toBe(within);
    expect(repair.apply(REQUEST)).toBe(REQUEST);
    expect(repair.description).not.toBe(withOutputTokens(4_096).description);
  });

  test("leave sampling out, and nothing else", () => {
    const changed = WITHOUT_SAMPLING.apply({ ...REQUEST, temperature: 1, topP: 0.5, topK: 4, seed: 7 });

    expect(changed).toEqual({ ...REQUEST, seed: 7 });
    expect(WITHOUT_SAMPLING.apply(REQUEST)).toBe(REQUEST);
  });

  test("make a message of the system prompt", () => {
    const changed = SYSTEM_AS_MESSAGE.apply({ ...REQUEST, system: "Be brief." });

    expect(changed.system).toBeUndefined();
    expect(changed.messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Be brief." }] },
      ...REQUEST.messages,
    ]);
    expect(SYSTEM_AS_MESSAGE.apply(changed)).toBe(changed);
  });

  test("put a user turn behind a turn of the model, and behind nothing else", () => {
    const answer = { role: "assistant", content: [{ type: "text", text: "Yes." }] } as const;

    const changed = USER_TURN.apply({ ...REQUEST, messages: [answer] });

    expect(changed.messages).toEqual([answer, { role: "user", content: [{ type: "text", text: "Go on." }] }]);
    expect(USER_TURN.apply(changed)).toBe(changed);
  });
});
