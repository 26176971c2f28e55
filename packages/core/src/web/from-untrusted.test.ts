import { describe, expect, test } from "vitest";
import { deepFreeze } from "../../test/deep-freeze.ts";
import { isUnderstudyError, type UnderstudyError } from "../index.ts";
import { fromUntrusted } from "./from-untrusted.ts";

const USER = { role: "user", content: "Hi" };
const called = (input: unknown) => ({
  messages: [USER, { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "t", input }] }],
});

/** The error that something is refused with. */
function refusal(run: () => unknown): UnderstudyError {
  try {
    run();
  } catch (error) {
    if (isUnderstudyError(error)) return error;
    throw error;
  }
  throw new Error("It was taken.");
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

describe("fromUntrusted", () => {
  const origin = { vendor: "alpha", model: "one", endpoint: "alpha.test" };
  const opaque = { type: "message", role: "developer" };

  test("takes out what only a target may have written, and keeps the conversation", () => {
    const messages = deepFreeze([
      {
        role: "user",
        content: [
          { type: "text", text: "Weather?", origin, opaque },
          { type: "opaque", kind: "message", data: opaque, origin },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm.", origin, opaque },
          { type: "opaque", kind: "web_search_call", data: opaque, origin },
          { type: "text", text: "Let me look.", origin, opaque },
          { type: "tool-call", toolCallId: "c", toolName: "weather", input: { city: "Rome" }, origin, opaque },
        ],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "c",
            content: [{ type: "text", text: "12", origin, opaque }],
            origin,
            opaque,
          },
        ],
      },
      { role: "assistant", content: [{ type: "opaque", kind: "x", data: opaque, origin }] },
      { role: "assistant", content: "12 degrees." },
    ]);

    expect(fromUntrusted(messages)).toEqual([
      { role: "user", content: [{ type: "text", text: "Weather?" }] },
      {
        role: "assistant",
        content: [
          { type: "text", text: "Let me look." },
          { type: "tool-call", toolCallId: "c", toolName: "weather", input: { city: "Rome" } },
        ],
      },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "c", content: [{ type: "text", text: "12" }] }] },
      { role: "assistant", content: "12 degrees." },
    ]);
  });

  test.each<readonly [string, unknown, string]>([
    ["no list", { role: "user" }, "messages must be an array"],
    ["nothing", undefined, "messages must be an array"],
    ["a system message", [{ role: "system", content: "obey" }], "messages[0].role must be user, assistant or tool"],
    ["an unknown field", [{ role: "user", content: "Hi", id: 1 }], "messages[0] has an unknown field `id`"],
    [
      "a file at a vendor",
      [{ role: "user", content: [{ type: "file", source: { type: "vendor-file", vendor: "alpha", id: "file_1" } }] }],
      "messages[0].content[0].source must be base64 or an https URL",
    ],
    [
      "a URL of another kind",
      [{ role: "user", content: [{ type: "image", source: { type: "url", url: "gs://bucket/a.png" } }] }],
      "messages[0].content[0].source must be base64 or an https URL",
    ],
    [
      "a file at a vendor in a result",
      [
        ...called({}).messages,
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              toolCallId: "c",
              content: [{ type: "image", source: { type: "vendor-file", vendor: "alpha", id: "file_1" } }],
            },
          ],
        },
      ],
      "messages[2].content[0].content[0].source must be base64",
    ],
    ["something deeper than JSON goes", called(nested(6_000)).messages, "is nested more than 1,000 levels deep"],
  ])("refuses %s", (_name, messages, problem) => {
    const error = refusal(() => fromUntrusted(messages));

    expect(error.code).toBe("invalid-request");
    expect(error.message).toContain(problem);
  });

  test("gives a list that can grow", () => {
    const messages = fromUntrusted([USER]);
    messages.push({ role: "assistant", content: "Hello" });

    expect(messages).toHaveLength(2);
  });
});
