import { describe, expect, test } from "vitest";
import { checkRequest } from "./check-request.ts";

const USER = { role: "user", content: "Hi" };
const CALL = { type: "tool-call", toolCallId: "1", toolName: "get", input: {} };
const asked = (...content: readonly unknown[]) => ({ messages: [{ role: "user", content }] });
const answered = (...content: readonly unknown[]) => ({ messages: [USER, { role: "assistant", content }] });

/** Requests as JavaScript callers may write them, with what their problem has to name. */
const BAD: readonly (readonly [string, unknown, string])[] = [
  ["no request", undefined, "an object with `messages`"],
  ["an array", [], "an object with `messages`"],
  ["no messages", {}, "`messages` is empty"],
  ["an empty history", { messages: [] }, "`messages` is empty"],
  ["messages that are no array", { messages: "Hi" }, "`messages` is empty"],
  ["nothing but blank text", { messages: [{ role: "user", content: " \n" }] }, "blank"],
  ["nothing but blank parts", asked({ type: "text", text: "" }), "blank"],
  ["a misspelt option", { messages: [USER], maxTokens: 5 }, "unknown request option `maxTokens`: known are system"],
  ["a message that is no object", { messages: [null] }, "messages[0].role"],
  ["a system message", { messages: [{ role: "system", content: "Be kind" }] }, "the system prompt goes into `system`"],
  ["a number as content", { messages: [{ role: "user", content: 5 }] }, "messages[0].content must be a string or"],
  ["a string as tool content", { messages: [USER, { role: "tool", content: "x" }] }, "messages[1].content must be an"],
  ["an unknown part", asked({ type: "video" }), "messages[0].content[0] must be a part of type text, image"],
  ["a part of another role", asked(CALL), "messages[0].content[0] must be a part of type text"],
  ["text without text", asked({ type: "text" }), "needs a string `text`"],
  ["an image without source", asked({ type: "image" }), "needs a `source`"],
  ["a relative URL", asked({ type: "image", source: { type: "url", url: "/cat.png" } }), "no absolute URL"],
  ["a call without id", answered({ ...CALL, toolCallId: "" }), "needs a `toolCallId`"],
  ["a call without name", answered({ ...CALL, toolName: undefined }), "needs a `toolName`"],
  ["a call without input", answered({ ...CALL, input: undefined }), "needs an `input`"],
  [
    "a tool result without a call",
    { messages: [USER, { role: "tool", content: [{ type: "tool-result", toolCallId: "1", content: "x" }] }] },
    "tool result without a call",
  ],
  [
    "a tool result before its call",
    {
      messages: [
        { role: "tool", content: [{ type: "tool-result", toolCallId: "1", content: "x" }] },
        { role: "assistant", content: [CALL] },
      ],
    },
    "messages[0].content[0] is a tool result without a call",
  ],
  [
    "a tool result without content",
    {
      messages: [
        USER,
        { role: "assistant", content: [CALL] },
        { role: "tool", content: [{ type: "tool-result", toolCallId: "1" }] },
      ],
    },
    "needs `content`",
  ],
  [
    "a tool result with a foreign part",
    {
      messages: [
        USER,
        { role: "assistant", content: [CALL] },
        { role: "tool", content: [{ type: "tool-result", toolCallId: "1", content: [{ type: "audio" }] }] },
      ],
    },
    "content[0] that must be a part of type text, image, file",
  ],
  ["tools that are no array", { messages: [USER], tools: {} }, "`tools` must be an array"],
  ["a tool that is no object", { messages: [USER], tools: [null] }, "tools[0] needs a `name`"],
  ["a tool name with a dot", { messages: [USER], tools: [{ name: "a.b" }] }, "tools[0].name must be 1 to 64"],
  ["two tools of one name", { messages: [USER], tools: [{ name: "a" }, { name: "a" }] }, "repeats"],
  ["a choice of no tool", { messages: [USER], toolChoice: { tool: "a" } }, "names no tool"],
  ["an unknown choice", { messages: [USER], toolChoice: "any" }, "`toolChoice` must be"],
  ["a required choice without tools", { messages: [USER], toolChoice: "required" }, "there are no `tools`"],
  ["half a token", { messages: [USER], maxOutputTokens: 0.5 }, "`maxOutputTokens` must be a whole number"],
  ["no token", { messages: [USER], maxOutputTokens: 0 }, "`maxOutputTokens` must be a whole number"],
  ["a temperature that is no number", { messages: [USER], temperature: Number.NaN }, "`temperature` must be"],
  ["an empty stop text", { messages: [USER], stop: [""] }, "`stop` must be"],
  ["a stop text alone", { messages: [USER], stop: "END" }, "`stop` must be"],
  ["an unknown output", { messages: [USER], output: { type: "xml" } }, "`output` must be"],
];

describe("a request that cannot be sent anywhere", () => {
  test.each(BAD)("CL-09 %s is named with its fix", (_name, request, problem) => {
    expect(check(request).join("\n")).toContain(problem);
  });

  test("every problem is named at once", () => {
    const request = { messages: [{ role: "user", content: [{ type: "text" }, { type: "image" }] }], topK: 0, speed: 1 };

    expect(check(request)).toHaveLength(4);
  });

  test("a result of a later message than its call, however far, is no problem", () => {
    const messages = [
      USER,
      { role: "assistant", content: [CALL] },
      USER,
      { role: "tool", content: [{ type: "tool-result", toolCallId: "1", content: [] }] },
    ];

    expect(check({ messages })).toEqual([]);
  });
});

function check(request: unknown): string[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
  return checkRequest(request as Parameters<typeof checkRequest>[0]);
}
