import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deepFreeze } from "../../test/deep-freeze.ts";
import type { AssistantPart, Message, ToolCallPart } from "../index.ts";
import type { Loss, TargetMessage } from "../adapter/index.ts";
import { fitHistory } from "./history.ts";
import { toolCallIds } from "./tool-call-ids.ts";

const HERE = { vendor: "alpha", model: "one", endpoint: "alpha.test" };
const RULE = { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 };

interface Fitted {
  readonly messages: readonly TargetMessage[];
  /** The `index` of each message, which the messages here are without. */
  readonly indices: readonly (number | undefined)[];
  readonly losses: readonly Loss[];
}

function fit(messages: readonly Message[]): Fitted {
  const losses: Loss[] = [];
  const fitted = fitHistory(messages, {
    origin: HERE,
    callId: toolCallIds(RULE, () => undefined),
    native: "{}",
    loss: (loss) => losses.push(loss),
  });
  const bare = fitted.map((message) => ({ ...message, index: undefined }));
  return { messages: bare, indices: fitted.map(({ index }) => index), losses };
}

const user = (text: string): Message => ({ role: "user", content: text });
const assistant = (...content: readonly AssistantPart[]): Message => ({ role: "assistant", content });
const call = (toolCallId: string, toolName = "get"): ToolCallPart => ({
  type: "tool-call",
  toolCallId,
  toolName,
  input: {},
});
const result = (toolCallId: string, content = `result of ${toolCallId}`): Message => ({
  role: "tool",
  content: [{ type: "tool-result", toolCallId, content }],
});

test("a history of which only one turn can be sent in part is sent all the same", () => {
  const { messages } = fit([
    user(""),
    assistant({ type: "reasoning", text: "Hmm", origin: HERE }, { type: "text", text: "Yes." }),
  ]);

  expect(messages).toMatchObject([
    { role: "user", content: [{ text: "(no content)" }] },
    { role: "assistant", content: [{ type: "reasoning" }, { text: "Yes." }] },
  ]);
});

describe("opaque data", () => {
  const FOREIGN = {
    "another vendor": { ...HERE, vendor: "beta" },
    "another model": { ...HERE, model: "two" },
    "another endpoint": { ...HERE, endpoint: "alpha-eu.test" },
    "no origin": undefined,
  };

  test("TR-04 AN-11 goes back to its origin verbatim, object for object", () => {
    const parts: readonly AssistantPart[] = [
      { type: "reasoning", text: "Hmm", origin: HERE, opaque: { signature: "s1" } },
      { type: "opaque", kind: "fallback", data: { a: [1] }, origin: HERE },
      { type: "text", text: "", origin: HERE, opaque: { id: "msg_1" } },
      { type: "text", text: "Hello", origin: HERE, opaque: { id: "msg_2" } },
    ];

    const { messages, losses } = fit([user("Hi"), assistant(...parts)]);

    const content = messages[1]?.content ?? [];
    expect(content).toEqual(parts);
    expect(content.map((part, index) => Object.is(part, parts[index]))).toEqual([true, true, true, true]);
    expect(losses).toEqual([]);
  });

  test.each(Object.entries(FOREIGN))(
    "TR-04 AN-11 AN-12 with %s as its origin, reasoning and blocks are dropped with a loss and text loses its signature",
    (_name, origin) => {
      const { messages, losses } = fit([
        user("Hi"),
        assistant(
          { type: "reasoning", text: "Hmm", origin, opaque: { signature: "s1" } },
          { type: "opaque", kind: "fallback", data: {}, origin },
          { type: "text", text: "Hello", origin, opaque: { id: "msg_1" } },
          { type: "text", text: " ", origin, opaque: { id: "msg_2" } },
        ),
      ]);

      expect(JSON.parse(JSON.stringify(messages[1]))).toEqual({
        role: "assistant",
        content: [{ type: "text", text: "Hello", ...(origin && { origin }) }],
      });
      expect(losses).toEqual([
        { what: "messages[1] reasoning", action: "dropped", reason: "made by another target" },
        { what: "messages[1] opaque", action: "dropped", reason: "made by another target" },
      ]);
    },
  );

  test("TR-04 GE-10 is taken from tool calls, results and user parts of a foreign origin too", () => {
    const foreign = { origin: { ...HERE, vendor: "beta" }, opaque: { secret: "s" } };
    const { messages } = fit([
      { role: "user", content: [{ type: "text", text: "Hi", ...foreign }] },
      assistant({ ...call("1"), ...foreign }),
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "1",
            content: [{ type: "text", text: "ok", ...foreign }],
            ...foreign,
          },
        ],
      },
    ]);

    expect(JSON.stringify(messages)).not.toContain("secret");
    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "tool"]);
  });

  test("TR-04 what a user answers to a block goes to the block's origin, object for object, and to nobody else", () => {
    const own = { type: "opaque", kind: "output", data: { id: 1 }, origin: HERE } as const;
    const foreign = { ...own, origin: { ...HERE, endpoint: "alpha-eu.test" } };
    const { messages, losses } = fit([{ role: "user", content: [own, { type: "text", text: "Go on" }, foreign] }]);

    expect(messages).toEqual([{ role: "user", content: [own, { type: "text", text: "Go on" }] }]);
    expect(messages[0]?.content[0]).toBe(own);
    expect(losses).toEqual([{ what: "messages[0] opaque", action: "dropped", reason: "made by another target" }]);
  });

  test("GE-10 a tool call keeps its own target's signature", () => {
    const { messages } = fit([user("Hi"), assistant({ ...call("1"), origin: HERE, opaque: { signature: "s" } })]);

    expect(messages[1]?.content[0]).toMatchObject({ opaque: { signature: "s" } });
  });
});

describe("turns", () => {
  test("TR-03 neighbours of one role are merged, also after a turn between them was dropped", () => {
    const { messages } = fit([
      user("One"),
      assistant({ type: "reasoning", text: "Hmm", origin: { ...HERE, vendor: "beta" } }),
      user("Two"),
      assistant({ type: "text", text: "A" }),
      assistant({ type: "source", url: "https://a.test" }),
      assistant({ type: "text", text: "B" }),
    ]);

    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "One" },
          { type: "text", text: "Two" },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "A" },
          { type: "text", text: "\n\nB" },
        ],
      },
    ]);
  });

  test("TR-03 texts of two answers in a row do not run into each other, and what is signed stays as it is", () => {
    const signed: AssistantPart = { type: "text", text: "C", origin: HERE, opaque: { signature: "s" } };
    const { messages } = fit([
      user("Hi"),
      { role: "assistant", content: "A" },
      assistant({ type: "refusal", text: "B" }, { type: "text", text: "b" }),
      assistant(signed),
      assistant(call("1")),
    ]);

    expect(messages[1]).toEqual({
      role: "assistant",
      content: [
        { type: "text", text: "A" },
        { type: "refusal", text: "\n\nB" },
        { type: "text", text: "b" },
        signed,
        call("1"),
      ],
    });
  });

  const EMPTY: Readonly<Record<string, Message>> = {
    "white space": user(" \n"),
    "no part": { role: "user", content: [] },
    "an empty text": { role: "user", content: [{ type: "text", text: "" }] },
    "an answer to another target's block": {
      role: "user",
      content: [{ type: "opaque", kind: "output", data: {}, origin: { ...HERE, vendor: "beta" } }],
    },
  };

  test.each(Object.entries(EMPTY))(
    "AN-10 a user's turn of %s keeps its place behind an answer, so that no target continues its own",
    (_name, empty) => {
      const { messages, losses } = fit([user("Hi"), { role: "assistant", content: "Hello." }, empty]);
      const later = fit([user("Hi"), { role: "assistant", content: "Hello." }, empty, assistant(call("1"))]);

      expect(messages).toEqual([
        { role: "user", content: [{ type: "text", text: "Hi" }] },
        { role: "assistant", content: [{ type: "text", text: "Hello." }] },
        { role: "user", content: [{ type: "text", text: "(no content)" }] },
      ]);
      expect(losses).toContainEqual({
        what: "messages[2] content",
        action: "translated",
        reason: "was empty",
      });
      expect(later.messages.slice(0, 3)).toEqual(messages);
    },
  );

  test("AN-10 a user's empty turn leaves nothing where another turn of the user or a result stands beside it", () => {
    const { messages, losses } = fit([
      user("Hi"),
      user(" "),
      assistant(call("1")),
      result("1"),
      user(""),
      { role: "assistant", content: "Done." },
      user(" "),
      user("Thanks"),
    ]);

    expect(messages.map(({ role, content }) => [role, content.length])).toEqual([
      ["user", 1],
      ["assistant", 1],
      ["tool", 1],
      ["assistant", 1],
      ["user", 1],
    ]);
    expect(losses).toEqual([]);
  });

  test("AN-10 an empty turn at the front keeps its place before an answer", () => {
    const { messages } = fit([user(""), { role: "assistant", content: "Hello." }]);

    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  test.each<readonly [string, readonly Message[]]>([
    ["its own reasoning", [assistant({ type: "reasoning", text: "Hmm", origin: HERE })]],
    ["foreign reasoning", [assistant({ type: "reasoning", text: "Hmm" })]],
    ["foreign reasoning and an empty turn", [assistant({ type: "reasoning", text: "Hmm" }), user(" ")]],
    [
      "another target's blocks",
      [{ role: "user", content: [{ type: "opaque", kind: "a", data: {}, origin: { ...HERE, model: "two" } }] }],
    ],
    ["sources", [assistant({ type: "source", url: "https://a.test" })]],
  ])("of a history of nothing but %s nothing is left", (_name, history) => {
    expect(fit(history).messages).toEqual([]);
  });

  test.each(["", " ", "\n\t"])("AN-10 blank text %j is dropped wherever it stands", (blank) => {
    const { messages } = fit([
      user(blank),
      {
        role: "user",
        content: [
          { type: "text", text: blank },
          { type: "text", text: "Hi" },
        ],
      },
      { role: "assistant", content: blank },
      assistant({ type: "text", text: blank }, call("1")),
      { role: "tool", content: [{ type: "tool-result", toolCallId: "1", content: [{ type: "text", text: blank }] }] },
    ]);

    expect(messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi" }] },
      { role: "assistant", content: [call("1")] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "1", toolName: "get", content: [] }] },
    ]);
  });

  test("sources of an answer are not sent back", () => {
    const { messages } = fit([
      user("Hi"),
      assistant({ type: "source", url: "https://a.test" }, { type: "text", text: "A" }),
    ]);

    expect(messages[1]?.content).toEqual([{ type: "text", text: "A" }]);
  });
});

describe("tool calls and results", () => {
  test("TR-01 call and result get the same mapped id", () => {
    const { messages } = fit([user("Hi"), assistant(call("functions.get:0")), result("functions.get:0")]);

    const [sent] = messages[1]?.content ?? [];
    const [answered] = messages[2]?.content ?? [];
    expect(sent).toMatchObject({ toolCallId: expect.stringMatching(RULE.pattern) });
    expect(answered).toMatchObject({ toolCallId: sent?.type === "tool-call" ? sent.toolCallId : "no call" });
  });

  test.each([
    ["", "unknown"],
    ["get weather!", "get_weather_"],
    ["functions.get:0", "functions_get_0"],
    ["💥", "__"],
    ["x".repeat(90), "x".repeat(64)],
  ])("TR-01 a call of %j, a name that a model made up, is sent as one of %s, and its result too", (name, sent) => {
    const { messages, losses } = fit([user("Hi"), assistant(call("1", name)), result("1")]);

    expect(messages.slice(1)).toMatchObject([{ content: [{ toolName: sent }] }, { content: [{ toolName: sent }] }]);
    expect(losses).toEqual([{ what: "messages[1] toolName", action: "translated" }]);
  });

  test("GE-11 a result carries the name of its call", () => {
    const { messages } = fit([user("Hi"), assistant(call("1", "search")), result("1")]);

    expect(messages[2]?.content).toMatchObject([
      { toolName: "search", content: [{ type: "text", text: "result of 1" }] },
    ]);
  });

  test("MS-19 a call without a result gets an error result, with a loss", () => {
    const { messages, losses } = fit([user("Hi"), assistant(call("1"), call("2")), result("2"), user("And?")]);

    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "tool", "user"]);
    expect(messages[2]?.content).toMatchObject([
      { toolCallId: "1", isError: true, content: [{ type: "text" }] },
      { toolCallId: "2", content: [{ text: "result of 2" }] },
    ]);
    expect(losses).toMatchObject([{ what: "messages[1] tool-call", action: "translated" }]);
  });

  test("results move right behind their calls, whatever stands between", () => {
    const { messages } = fit([
      user("Hi"),
      assistant(call("1")),
      user("Hurry"),
      assistant({ type: "text", text: "Soon" }),
      result("1"),
    ]);

    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "tool", "user", "assistant"]);
  });

  test("GE-07 ids that repeat in a later turn belong to the nearest call before, and are sent only once each", () => {
    const { messages } = fit([
      user("Hi"),
      assistant(call("get:0")),
      result("get:0", "first"),
      assistant(call("get:0")),
      result("get:0", "second"),
    ]);

    const results = messages.flatMap((message) => (message.role === "tool" ? message.content : []));
    expect(results).toMatchObject([{ content: [{ text: "first" }] }, { content: [{ text: "second" }] }]);
    expect(new Set(results.map((part) => part.toolCallId)).size).toBe(2);
    expect(callIds(messages)).toEqual(results.map((part) => part.toolCallId));
  });

  test("GE-07 two calls of one turn with one id keep their results in order", () => {
    const { messages } = fit([
      user("Hi"),
      assistant(call("get"), call("get")),
      { role: "tool", content: ["a", "b"].map((content) => ({ type: "tool-result", toolCallId: "get", content })) },
    ]);

    const results = messages.flatMap((message) => (message.role === "tool" ? message.content : []));
    expect(results).toMatchObject([{ content: [{ text: "a" }] }, { content: [{ text: "b" }] }]);
    expect(callIds(messages)).toEqual(results.map((part) => part.toolCallId));
    expect(new Set(callIds(messages)).size).toBe(2);
  });

  test("a turn whose call repeats an earlier unanswered id does not give its result to the earlier one", () => {
    const { messages } = fit([
      user("Hi"),
      assistant(call("x")),
      user("Again"),
      assistant(call("x")),
      result("x", "late"),
    ]);

    const results = messages.flatMap((message) => (message.role === "tool" ? message.content : []));
    expect(results).toMatchObject([{ isError: true }, { content: [{ text: "late" }] }]);
  });
});

describe("the index of a message", () => {
  test("TR-14 is that of the first message of the caller's that is in it, whatever was merged or left out before", () => {
    const reasoning = { type: "reasoning", text: "Hmm" } as const;

    const { messages, indices } = fit([
      user("Hi"),
      assistant(reasoning),
      user("Hello?"),
      user("Anybody?"),
      assistant(call("1")),
      result("1"),
      user("Thanks"),
    ]);

    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
    expect(indices).toEqual([0, 4, 5, 6]);
  });

  test("TR-14 of a result that was never given is that of its call, and those behind it are not moved", () => {
    const { messages, indices } = fit([user("Hi"), assistant(call("1")), user("Never mind"), assistant(), user("So?")]);

    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
    expect(indices).toEqual([0, 1, 1, 2]);
  });
});

describe("every history", () => {
  const texts = fc.constantFrom("", " ", "One", "Two");
  const toolIds = fc.constantFrom("1", "2", "functions.get:0", "call 3");
  const origins = fc.constantFrom(undefined, HERE, { ...HERE, vendor: "beta" });
  const parts: fc.Arbitrary<AssistantPart> = fc.oneof(
    fc.record({ type: fc.constant("text" as const), text: texts, origin: origins }),
    fc.record({ type: fc.constant("reasoning" as const), text: texts, origin: origins }),
    fc.record({ type: fc.constant("refusal" as const), text: texts }),
    toolIds.map((id) => call(id)),
  );
  const histories = fc.array(
    fc.oneof(
      texts.map(user),
      fc.array(parts, { maxLength: 4 }).map((content) => assistant(...content)),
      toolIds.map((id) => result(id)),
    ),
    { maxLength: 12 },
  );

  test("TR-03 becomes legal for the target, and the stored one is not touched", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const before = JSON.stringify(history);

        const { messages } = fit(deepFreeze(history));

        expect(JSON.stringify(history)).toBe(before);
        for (const [index, message] of messages.entries()) {
          expect(message.content.length).toBeGreaterThan(0);
          expect(messages[index + 1]?.role).not.toBe(message.role);
          // What a tool message answers are exactly the calls of the message before it.
          expect(resultIds([messages[index + 1]])).toEqual(callIds([message]));
        }
        const ids = callIds(messages);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => RULE.pattern.test(id))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("TR-03 fitting twice changes nothing more", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const once = fit(history).messages;

        const twice = fit(once.map((message): Message => message));

        expect(twice.messages).toEqual(once);
        expect(twice.losses).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test("takes time in proportion to its length", () => {
    const long = Array.from({ length: 20_000 }, (_, index) => [
      assistant(call(`id ${index % 7}`)),
      result(`id ${index % 7}`),
    ]);

    const { messages } = fit([user("Hi"), ...long.flat()]);

    expect(messages).toHaveLength(40_001);
  });

  test("takes time in proportion to its length also where everything is merged", () => {
    const { messages } = fit(Array.from({ length: 50_000 }, () => user("Hi")));

    expect(messages).toMatchObject([{ role: "user", content: { length: 50_000 } }]);
  });
});

function callIds(messages: readonly (TargetMessage | undefined)[]): string[] {
  return messages.flatMap((message) => {
    if (message?.role !== "assistant") return [];
    return message.content.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : []));
  });
}

function resultIds(messages: readonly (TargetMessage | undefined)[]): string[] {
  return messages.flatMap((message) =>
    message?.role === "tool" ? message.content.map((part) => part.toolCallId) : [],
  );
}
