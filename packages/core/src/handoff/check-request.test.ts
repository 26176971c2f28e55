import { describe, expect, test } from "vitest";
import { checkRequest as check } from "./check-request.ts";

const VENDORS = ["anthropic", "openai", "groq"];
const checkRequest = (request: unknown) => check(request, VENDORS);

const USER = { role: "user", content: "Hi" };
const CALL = { type: "tool-call", toolCallId: "1", toolName: "get", input: {} };
const asked = (...content: readonly unknown[]) => ({ messages: [{ role: "user", content }] });
const answered = (...content: readonly unknown[]) => ({ messages: [USER, { role: "assistant", content }] });

const RESULT = { type: "tool-result", toolCallId: "1", content: "x" };
const ran = (result: object) => ({
  messages: [USER, { role: "assistant", content: [CALL] }, { role: "tool", content: [result] }],
});
const more = (options: object) => ({ messages: [USER], ...options });
const withTool = (tool: unknown) => more({ tools: [tool] });
const from = (source: unknown) => asked({ type: "image", source });

/** Requests as JavaScript callers may write them, with what their problem has to name. */
const BAD: readonly (readonly [string, unknown, string])[] = [
  ["no request", undefined, "an object with `messages`"],
  ["an array", [], "an object with `messages`"],
  ["a number", 5, "an object with `messages`"],
  ["no messages", {}, "messages must hold at least one user message"],
  ["an empty history", { messages: [] }, "messages must hold at least one user message"],
  ["messages that are no array", { messages: "Hi" }, "messages must hold at least one user message"],
  ["nothing but blank text", { messages: [{ role: "user", content: " \n" }] }, "blank"],
  ["nothing but blank parts", asked({ type: "text", text: "" }), "blank"],
  ["an unknown option", more({ voice: 5 }), "unknown request option `voice`: known are system, messages"],
  ["a misspelt option", more({ systm: "" }), "`systm` (did you mean `system`?)"],
  ["another library's option", more({ max_tokens: 5 }), "`max_tokens` (did you mean `maxOutputTokens`?)"],
  ["an option that forges a line", more({ "a\nb": 5 }), "`a?b`"],
  ["a message that is no object", { messages: [null] }, "messages[0].role"],
  ["a system message", { messages: [{ role: "system", content: "Be kind" }] }, "the system prompt goes into `system`"],
  ["a number as content", { messages: [{ role: "user", content: 5 }] }, "messages[0].content must be a string or"],
  ["a string as tool content", { messages: [USER, { role: "tool", content: "x" }] }, "messages[1].content must be an"],
  ["an unknown field of a message", { messages: [{ ...USER, id: 1 }] }, "messages[0] has an unknown field `id`"],
  ["an unknown part", asked({ type: "video" }), "messages[0].content[0] must be a part of type text, image"],
  ["a part of another role", asked(CALL), "messages[0].content[0] must be a part of type text"],
  [
    "an unknown field of a part",
    answered({ ...CALL, args: {} }),
    "content[0] has an unknown field `args` (did you mean `input`?)",
  ],
  ["text without text", asked({ type: "text" }), "messages[0].content[0].text must be a string"],
  [
    "an answer to a block of nobody",
    asked({ type: "opaque", kind: "computer_call_output", data: {} }),
    "content[0].origin must be given: that of the part which it answers",
  ],
  ["opaque data that is none", asked({ type: "text", text: "x", opaque: "x" }), "content[0].opaque must be an object"],
  ["an image without source", asked({ type: "image" }), "messages[0].content[0].source must be an object"],
  ["a source of no form", from({ type: "bytes" }), "content[0].source.type must be base64, url, vendor-file"],
  ["a relative URL", from({ type: "url", url: "/cat.png" }), "source.url must be an absolute URL"],
  ["a misspelt source", from({ type: "base64", mimeType: "image/png", data: "" }), "(did you mean `mediaType`?)"],
  [
    "a media type of two lines",
    from({ type: "base64", mediaType: "image/png\r\nx: y", data: "" }),
    "source.mediaType must be",
  ],
  ["bytes as data", from({ type: "base64", mediaType: "image/png", data: [1] }), "source.data must be a string"],
  [
    "a misspelt field of an origin",
    asked({ type: "text", text: "x", origin: { vendr: "a", model: "b", endpoint: "c" } }),
    "content[0].origin has an unknown field `vendr` (did you mean `vendor`?)",
  ],
  [
    "an origin without an endpoint",
    answered({ type: "reasoning", text: "x", origin: { vendor: "a", model: "b" } }),
    "messages[1].content[0].origin.endpoint must be a string",
  ],
  [
    "a misspelt field of a citation",
    answered({ type: "text", text: "x", citations: [{ title: "a" }, { ulr: "b" }] }),
    "messages[1].content[0].citations[1] has an unknown field `ulr` (did you mean `url`?)",
  ],
  [
    "a citation that is no object",
    answered({ type: "text", text: "x", citations: ["a"] }),
    "messages[1].content[0].citations[0] must be an object",
  ],
  [
    "a misspelt field in a result's part",
    ran({ ...RESULT, content: [{ type: "text", txet: "x" }] }),
    "messages[2].content[0].content[0] has an unknown field `txet` (did you mean `text`?)",
  ],
  ["a misspelt role", { messages: [{ role: "usr", content: "Hi" }] }, "user, assistant or tool (did you mean `user`?)"],
  ["a misspelt part", asked({ type: "imgae" }), "audio, opaque (did you mean `image`?)"],
  ["a misspelt form of source", from({ type: "bsae64" }), "url, vendor-file (did you mean `base64`?)"],
  [
    "a misspelt vendor",
    more({ vendorOptions: { antropic: {} } }),
    "vendorOptions holds options for `antropic`: did you mean `anthropic`?",
  ],
  ["a vendor in capitals", more({ vendorOptions: { OpenAI: {} } }), "for `OpenAI`: did you mean `openai`?"],
  [
    "a misspelt vendor of a tool",
    withTool({ name: "a", vendorOptions: { opnai: { strict: true } } }),
    "tools[0].vendorOptions holds options for `opnai`: did you mean `openai`?",
  ],
  [
    "a schema for text",
    more({ output: { type: "text", schema: {} } }),
    "output must be { type: 'text' } or { type: 'json', schema }",
  ],
  ["two swapped letters of an effort", more({ reasoning: { effort: "hihg" } }), "or 'max' (did you mean `high`?)"],
  ["a wrong letter of a choice", more({ toolChoice: "auta" }), "or { tool } (did you mean `auto`?)"],
  [
    "a misspelt tool in a choice",
    more({ tools: [{ name: "weather" }], toolChoice: { tool: "waether" } }),
    "names no tool of this request (did you mean `weather`?)",
  ],
  [
    "a data: URL as an address",
    from({ type: "url", url: "data:image/png;base64,AAAA" }),
    "source.url must be an absolute URL that the vendor can fetch; a data: URL goes into `data` of a base64 source",
  ],
  ["an object URL of a browser", from({ type: "url", url: "blob:https://a.test/1" }), "that the vendor can fetch"],
  ["a file of this machine", from({ type: "url", url: "file:///tmp/a.png" }), "that the vendor can fetch"],
  ["no data", from({ type: "base64", mediaType: "image/png", data: "" }), "source.data must be base64 that is not"],
  ["blank data", from({ type: "base64", mediaType: "image/png", data: " \n" }), "source.data must be base64"],
  ["a URL as data", from({ type: "base64", mediaType: "image/png", data: "https://a.test/b" }), "must be base64"],
  [
    "a data: URL that is text",
    from({ type: "base64", mediaType: "image/png", data: "data:image/png,abc" }),
    "must be base64",
  ],
  [
    "a data: URL behind something else",
    from({ type: "base64", mediaType: "image/png", data: "seedata:image/png;base64,AAAA" }),
    "must be base64",
  ],
  [
    "a data: URL of nothing",
    from({ type: "base64", mediaType: "image/png", data: "data:image/png;base64," }),
    "must be base64",
  ],
  [
    "a document as an image",
    from({ type: "base64", mediaType: "application/pdf", data: "AAAA" }),
    "source.mediaType must begin with image/, or the part be a file",
  ],
  [
    "a film as audio",
    asked({ type: "audio", source: { type: "url", url: "https://a.test/b", mediaType: "video/mp4" } }),
    "source.mediaType must begin with audio/",
  ],
  [
    "a call without id",
    answered({ ...CALL, toolCallId: undefined }),
    "messages[1].content[0].toolCallId must be a string",
  ],
  ["a call without name", answered({ ...CALL, toolName: undefined }), "messages[1].content[0].toolName must be"],
  ["a call without input", answered({ ...CALL, input: undefined }), "messages[1].content[0].input must be given"],
  [
    "a tool result without a call",
    { messages: [USER, { role: "tool", content: [RESULT] }] },
    "tool result without a call",
  ],
  [
    "a tool result before its call",
    {
      messages: [
        { role: "tool", content: [RESULT] },
        { role: "assistant", content: [CALL] },
      ],
    },
    "messages[0].content[0] is a tool result without a call",
  ],
  [
    "a tool result without content",
    ran({ ...RESULT, content: undefined }),
    "content[0].content must be a string or an array",
  ],
  [
    "a tool result with a foreign part",
    ran({ ...RESULT, content: [{ type: "audio" }] }),
    "messages[2].content[0].content[0] must be a part of type text, image, file",
  ],
  ["an error mark in words", ran({ ...RESULT, isError: "yes" }), "content[0].isError must be true or false"],
  ["a system prompt that is an object", more({ system: {} }), "system must be a string"],
  ["a system prompt that is an array", more({ system: ["Be kind"] }), "system must be a string"],
  ["tools that are no array", more({ tools: {} }), "tools must be an array"],
  ["a tool that is no object", withTool(null), "tools[0] must be an object"],
  ["a tool without a name", withTool({}), "tools[0].name must be 1 to 64"],
  ["a tool name with a dot", withTool({ name: "a.b" }), "tools[0].name must be 1 to 64"],
  [
    "a tool in another library's words",
    withTool({ name: "a", parameters: {} }),
    "`parameters` (did you mean `inputSchema`?)",
  ],
  ["a description that is no text", withTool({ name: "a", description: 42 }), "tools[0].description must be a string"],
  ["two tools of one name", more({ tools: [{ name: "a" }, { name: "a" }] }), "tools[1].name repeats"],
  ["a choice of no tool", more({ toolChoice: { tool: "a" } }), "names no tool"],
  [
    "an unknown field of a choice",
    more({ tools: [{ name: "a" }], toolChoice: { tool: "a", name: "a" } }),
    "toolChoice has an unknown field `name`",
  ],
  ["an unknown choice", more({ toolChoice: "any" }), "toolChoice must be"],
  ["a required choice without tools", more({ toolChoice: "required" }), "there are no `tools`"],
  ["half a token", more({ maxOutputTokens: 0.5 }), "maxOutputTokens must be a whole number"],
  ["no token", more({ maxOutputTokens: 0 }), "maxOutputTokens must be a whole number"],
  ["a temperature that is no number", more({ temperature: "warm" }), "temperature must be"],
  ["an empty stop text", more({ stop: [""] }), "stop must be"],
  ["a stop text alone", more({ stop: "END" }), "stop must be"],
  ["an unknown output", more({ output: { type: "xml" } }), "output must be"],
  ["an unknown field of the output", more({ output: { type: "json", schemas: {} } }), "(did you mean `schema`?)"],
  ["reasoning in a word", more({ reasoning: "high" }), "reasoning must be an object"],
  ["an unknown effort", more({ reasoning: { effort: "bogus" } }), "reasoning.effort must be 'none' or 'minimal'"],
  ["a negative budget", more({ reasoning: { budgetTokens: -5 } }), "reasoning.budgetTokens must be a whole number"],
  ["a visibility in words", more({ reasoning: { visible: "no" } }), "reasoning.visible must be true or false"],
  ["a user id that is an object", more({ userId: {} }), "userId must be a string"],
  ["a cache in words", more({ cache: "yes" }), "cache must be true or false"],
  [
    "vendor options that are none",
    more({ vendorOptions: { acme: 42 } }),
    "vendorOptions must hold an object for each vendor",
  ],
  [
    "a header of two lines",
    more({ vendorOptions: { acme: { headers: { a: "x\r\ny: z" } } } }),
    "whose `headers` are strings",
  ],
];

describe("a request that cannot be sent anywhere", () => {
  test.each(BAD)("CL-09 %s is named with its fix", (_name, request, problem) => {
    expect(checkRequest(request).join("\n")).toContain(problem);
  });

  test("every problem is named at once", () => {
    const request = { messages: [{ role: "user", content: [{ type: "text" }, { type: "image" }] }], topK: 0, speed: 1 };

    expect(checkRequest(request)).toHaveLength(4);
  });

  test("no problem holds a value", () => {
    const problems = BAD.flatMap(([, request]) => checkRequest(request));

    expect(problems.join("\n")).not.toMatch(/cat\.png|Be kind|bogus|xml|x: y|y: z/);
  });

  test.each<readonly [string, object]>([
    ["options of a vendor that is not in this chain", more({ vendorOptions: { mistral: { safe_prompt: true } } })],
    ["options of a vendor whose name holds another's", more({ vendorOptions: { "openai-compatible": {} } })],
    ["native options, however they are spelt", more({ vendorOptions: { anthropic: { servicetier: "auto" } } })],
    [
      "a whole data: URL as the data",
      from({ type: "base64", mediaType: "image/png", data: "data:image/png;base64,AA==" }),
    ],
    ["base64 in lines", from({ type: "base64", mediaType: "IMAGE/PNG", data: "AAAA\r\nAA==\n" })],
    ["base64 in the alphabet of URLs", from({ type: "base64", mediaType: "image/png", data: "_-_-" })],
    [
      "an address that only one vendor knows",
      asked({ type: "file", source: { type: "url", url: "gs://bucket/a.mp4" } }),
    ],
    ["an image as a file", asked({ type: "file", source: { type: "base64", mediaType: "image/png", data: "AAAA" } })],
    [
      "an empty image that a model made",
      answered({ type: "image", source: { type: "base64", mediaType: "video/mp4", data: "" } }),
    ],
    [
      "a citation of a web page",
      answered({ type: "text", text: "x", citations: [{ url: "https://a.test", start: 0, end: 1 }] }),
    ],
  ])("%s is taken", (_name, request) => {
    expect(checkRequest(request)).toEqual([]);
  });

  test("a history of nothing but mistakes is not looked at to its end", () => {
    const messages = Array.from({ length: 5_000 }, () => ({ role: "user", content: 5 }));

    expect(checkRequest({ messages }).length).toBeLessThan(50);
  });

  test.each<readonly [string, object]>([
    ["tools", more({ tools: Array.from({ length: 100_000 }, () => ({ nam: 1, x: 2 })) })],
    ["citations", answered({ type: "text", text: "x", citations: Array.from({ length: 100_000 }, () => 1) })],
  ])("a list of nothing but wrong %s is not looked at to its end", (_name, request) => {
    expect(checkRequest(request).length).toBeLessThan(50);
  });

  test("a result of a later message than its call, however far, is no problem", () => {
    const messages = [
      USER,
      { role: "assistant", content: [CALL] },
      USER,
      { role: "tool", content: [{ type: "tool-result", toolCallId: "1", content: [] }] },
    ];

    expect(checkRequest({ messages })).toEqual([]);
  });
});
