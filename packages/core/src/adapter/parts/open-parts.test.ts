import { describe, expect, test } from "vitest";
import type { StreamPart } from "../../model/target.ts";
import { OpenCall, OpenText, TextParts } from "./open-parts.ts";
import { StopCutter } from "../reading/stop-cutter.ts";

function closed(fragments: readonly string[], written = "", isFreeText = false): StreamPart | undefined {
  const out: StreamPart[] = [];
  const call = new OpenCall("1", { toolCallId: "c1", toolName: "f", isFreeText }, out);
  for (const fragment of fragments) call.append(fragment, out);
  call.close(written, {}, out);
  return out.at(-1);
}

describe("OpenText", () => {
  test("starts, shows every delta and ends with all of them", () => {
    const out: StreamPart[] = [];

    const open = new OpenText("text", "1", out);
    open.append("Hel", out);
    open.append("", out);
    open.append("lo", out);
    open.close({ opaque: { id: "m" } }, out);

    expect(out).toEqual([
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", delta: "Hel" },
      { type: "text-delta", id: "1", delta: "lo" },
      { type: "text-end", id: "1", part: { type: "text", text: "Hello", opaque: { id: "m" } } },
    ]);
  });

  test.each(["text", "reasoning"] as const)("shows no half of a character while %s is written", (type) => {
    const out: StreamPart[] = [];

    const open = new OpenText(type, "1", out);
    for (const delta of ["Hi \ud83d", "\ude00", "", "\ud83d", "\ude00\ud83d", "\ude00!"]) open.append(delta, out);
    open.close({}, out);

    expect(out.slice(1)).toEqual([
      { type: `${type}-delta`, id: "1", delta: "Hi " },
      { type: `${type}-delta`, id: "1", delta: "😀" },
      { type: `${type}-delta`, id: "1", delta: "😀" },
      { type: `${type}-delta`, id: "1", delta: "😀!" },
      { type: `${type}-end`, id: "1", part: { type, text: "Hi 😀😀😀!" } },
    ]);
  });

  test("gives out the half of a character with which the vendor ended, also behind a stop cutter", () => {
    for (const cutter of [undefined, new StopCutter(["\ud83d\ude00"])]) {
      const out: StreamPart[] = [];

      const open = new OpenText("text", "1", out, cutter);
      open.append("Hi \ud83d", out);
      open.close({}, out);

      expect(out.slice(1)).toEqual([
        { type: "text-delta", id: "1", delta: "Hi " },
        { type: "text-delta", id: "1", delta: "\ud83d" },
        { type: "text-end", id: "1", part: { type: "text", text: "Hi \ud83d" } },
      ]);
    }
  });

  test("shows what only the finished text has, and not what it has changed", () => {
    const out: StreamPart[] = [];

    const open = new OpenText("reasoning", "1", out);
    open.append("a", out);
    open.complete("abc", out);
    open.complete("xyz", out);
    open.complete(undefined, out);
    open.close({}, out);

    expect(out.slice(1)).toEqual([
      { type: "reasoning-delta", id: "1", delta: "a" },
      { type: "reasoning-delta", id: "1", delta: "bc" },
      { type: "reasoning-end", id: "1", part: { type: "reasoning", text: "abc" } },
    ]);
  });

  test("shows nothing behind a stop sequence, and what was held back for none when it ends", () => {
    const [cut, held]: StreamPart[][] = [[], []];

    const first = new OpenText("text", "1", cut ?? [], new StopCutter(["END"]));
    for (const delta of ["go E", "ND on"]) first.append(delta, cut ?? []);
    first.close({}, cut ?? []);
    const second = new OpenText("text", "2", held ?? [], new StopCutter(["END"]));
    second.append("go E", held ?? []);
    second.close({}, held ?? []);

    expect(cut?.at(-1)).toMatchObject({ part: { text: "go " } });
    expect(held?.at(-1)).toMatchObject({ part: { text: "go E" } });
  });
});

describe("TextParts", () => {
  test("closes reasoning where text begins, and opens nothing for nothing", () => {
    const out: StreamPart[] = [];
    let count = 0;
    const texts = new TextParts(() => `p${++count}`, { extras: (type) => ({ opaque: { of: type } }) });

    texts.append("text", "", out);
    texts.append("reasoning", "hm", out);
    texts.append("text", "Yes", out);
    texts.append("text", ".", out);
    texts.close(out);
    texts.close(out);

    expect(out).toEqual([
      { type: "reasoning-start", id: "p1" },
      { type: "reasoning-delta", id: "p1", delta: "hm" },
      { type: "reasoning-end", id: "p1", part: { type: "reasoning", text: "hm", opaque: { of: "reasoning" } } },
      { type: "text-start", id: "p2" },
      { type: "text-delta", id: "p2", delta: "Yes" },
      { type: "text-delta", id: "p2", delta: "." },
      { type: "text-end", id: "p2", part: { type: "text", text: "Yes.", opaque: { of: "text" } } },
    ]);
  });
});

describe("OpenCall", () => {
  test("reads the arguments from their fragments, or as the vendor repeats them", () => {
    expect(closed([`{"a"`, `:1}`])).toMatchObject({ part: { input: { a: 1 }, toolCallId: "c1", toolName: "f" } });
    expect(closed([`{"a":`], `{"a":2}`)).toMatchObject({ part: { input: { a: 2 } } });
    expect(closed([])).toMatchObject({ part: { input: {} } });
  });

  test("keeps arguments that are no JSON, and the spelling of those that are", () => {
    expect(closed([`{"a":`])).toMatchObject({ part: { input: {}, inputText: `{"a":` } });
    expect(closed([`{ "a": 1 }`])).toMatchObject({ part: { opaque: { arguments: `{ "a": 1 }` } } });
    expect(closed([`{"a":1}`])).not.toHaveProperty("part.opaque");
  });

  test("gives back an object whose spelling does not matter, from its fragments or whole", () => {
    const ends = [`{ "a": 1 }`, ""].map((delta) => {
      const out: StreamPart[] = [];
      const call = new OpenCall("1", { toolCallId: "c1", toolName: "f" }, out);
      call.append(delta, out);
      call.closeObject({ a: 2 }, {}, out);
      return out.at(-1);
    });

    expect(ends).toMatchObject([{ part: { input: { a: 1 } } }, { part: { input: { a: 2 } } }]);
    expect(ends[0]).not.toHaveProperty("part.opaque");
  });

  test("is not a call that could be made when its object was parsed with a number that JavaScript cannot hold", () => {
    const out: StreamPart[] = [];

    const call = new OpenCall("1", { toolCallId: "c1", toolName: "f" }, out);
    call.closeObject(JSON.parse('{"id":2512292042121000001}'), {}, out);

    expect(out.at(-1)).toMatchObject({ part: { input: {}, inputText: '{"id":2512292042121000000}' } });
  });

  test("takes the argument of a tool for free text as it is", () => {
    expect(closed(["4 + 4"], "", true)).toMatchObject({ part: { input: "4 + 4", opaque: { custom: true } } });
  });

  test("shows no half of a character in its arguments", () => {
    const out: StreamPart[] = [];

    const call = new OpenCall("1", { toolCallId: "c1", toolName: "f" }, out);
    for (const delta of [`{"a":"\ud83d`, `\ude00"}`]) call.append(delta, out);
    call.close("", {}, out);

    expect(out.slice(1)).toMatchObject([
      { type: "tool-call-delta", delta: `{"a":"` },
      { type: "tool-call-delta", delta: `😀"}` },
      { part: { input: { a: "😀" } } },
    ]);
  });

  test("is not a call that could be made when the vendor left it unfinished", () => {
    const out: StreamPart[] = [];

    const call = new OpenCall("1", { toolCallId: "c1", toolName: "f" }, out);
    call.append(`{"a":1}`, out);
    call.abandon(out);

    expect(out.at(-1)).toEqual({
      type: "tool-call",
      id: "1",
      part: { type: "tool-call", toolCallId: "c1", toolName: "f", input: {}, inputText: `{"a":1}` },
    });
  });

  test("makes an id where the vendor gives none", () => {
    const out: StreamPart[] = [];

    const call = new OpenCall("7", { toolCallId: "", toolName: undefined }, out);

    expect(call.toolCallId).toBe("call_7");
    expect(out).toEqual([{ type: "tool-call-start", id: "7", toolCallId: "call_7", toolName: "" }]);
  });
});
