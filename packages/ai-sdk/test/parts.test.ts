import { createChain, type Message } from "@understudy/core";
import type { StreamPart, Target, TargetRequest } from "@understudy/core/adapter";
import { scriptedTarget } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { understudy } from "../src/index.ts";
import { fromUIMessages, toUIMessageStream } from "../src/ui/index.ts";
import { partsOf } from "./set-up.ts";

const ORIGIN = { vendor: "hand", model: "made", endpoint: "here" };
const PROMPT = { prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] } as const;
const PAGE = { url: "https://a.test/page", title: "A page" };

/** Everything that an answer can hold. */
function everything(newId: () => string): readonly StreamPart[] {
  const [thought, said] = [newId(), newId()];
  return [
    { type: "reasoning-start", id: thought },
    { type: "reasoning-end", id: thought, part: { type: "reasoning", text: "", opaque: { signature: "s" } } },
    { type: "text-start", id: said },
    { type: "text-delta", id: said, delta: "See it." },
    {
      type: "text-end",
      id: said,
      part: {
        type: "text",
        text: "See it.",
        citations: [{ ...PAGE, citedText: "it", start: 4, end: 6 }, { documentIndex: 1 }],
      },
    },
    { type: "source", id: newId(), part: { type: "source", ...PAGE } },
    { type: "source", id: newId(), part: { type: "source", url: "https://b.test/" } },
    {
      type: "file",
      id: newId(),
      part: { type: "image", source: { type: "base64", mediaType: "image/png", data: "AAAA" } },
    },
    { type: "file", id: newId(), part: { type: "file", source: { type: "vendor-file", vendor: "hand", id: "f1" } } },
    { type: "opaque", id: newId(), part: { type: "opaque", kind: "search", data: { q: 1 } } },
    { type: "refusal", id: newId(), part: { type: "refusal", text: "No more." } },
    { type: "end", finishReason: "refusal", rawFinishReason: "refused", usage: { inputTokens: 5, cacheReadTokens: 2 } },
  ];
}

type CallOptions = Parameters<ReturnType<typeof understudy>["doGenerate"]>[0];

/** What the AI SDK would hand over, and what it would not. */
function handed(options: object): CallOptions {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is wrong is part of the question
  return options as CallOptions;
}

function text(value: string): { readonly type: "text"; readonly text: string } {
  return { type: "text", text: value };
}

function call(toolCallId: string, input: unknown = {}): object {
  return { type: "tool-call", toolCallId, toolName: "a.b", input };
}

function result(toolCallId: string, output: object): object {
  return { type: "tool-result", toolCallId, toolName: "a.b", output };
}

function handMade(requests: TargetRequest[] = []): Target {
  return {
    ...scriptedTarget([]),
    ...ORIGIN,
    async *stream(request, { newId }) {
      requests.push(request);
      yield everything(newId);
    },
  };
}

const metadata = {
  thought: { understudy: { origin: ORIGIN, opaque: { signature: "s" } } },
  opaque: { understudy: { origin: ORIGIN, kind: "search", data: { q: 1 } } },
  refusal: { understudy: { type: "refusal" } },
};

describe("parts of an answer", () => {
  test("are content of the AI SDK's, with what has to come back", async () => {
    const { content, finishReason, usage } = await understudy(createChain([handMade()])).doGenerate(handed(PROMPT));

    expect(content).toMatchObject([
      { type: "reasoning", text: "", providerMetadata: metadata.thought },
      {
        type: "text",
        text: "See it.",
        citations: [
          { source: { sourceType: "url", ...PAGE }, startIndex: 4, endIndex: 6, citedText: "it" },
          { source: { sourceType: "document", title: "document 2" } },
        ],
        providerMetadata: {
          understudy: { citations: [{ ...PAGE, citedText: "it", start: 4, end: 6 }, { documentIndex: 1 }] },
        },
      },
      { type: "source", sourceType: "url", ...PAGE },
      { type: "source", sourceType: "url", url: "https://b.test/" },
      { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
      { type: "custom", kind: "understudy.vendor-file" },
      { type: "custom", kind: "understudy.search", providerMetadata: metadata.opaque },
      { type: "text", text: "No more.", providerMetadata: metadata.refusal },
    ]);
    expect(finishReason).toEqual({ unified: "content-filter", raw: "refused" });
    expect(usage.inputTokens).toEqual({ total: 5, noCache: 3, cacheRead: 2, cacheWrite: undefined });
  });

  test("are the same in a stream, in the order of the answer", async () => {
    const { stream } = await understudy(createChain([handMade()])).doStream(handed(PROMPT));

    expect(await partsOf(stream)).toMatchObject([
      { type: "stream-start", warnings: [] },
      { type: "response-metadata", modelId: "made" },
      { type: "reasoning-start", id: "p1" },
      { type: "reasoning-end", id: "p1", providerMetadata: metadata.thought },
      { type: "text-start", id: "p2" },
      { type: "text-delta", id: "p2", delta: "See it." },
      { type: "text-end", id: "p2", citations: [{}, {}] },
      { type: "source", ...PAGE },
      { type: "source", url: "https://b.test/" },
      { type: "file", mediaType: "image/png" },
      { type: "custom", kind: "understudy.vendor-file" },
      { type: "custom", kind: "understudy.search", providerMetadata: metadata.opaque },
      { type: "text-start" },
      { type: "text-delta", delta: "No more." },
      { type: "text-end", providerMetadata: metadata.refusal },
      { type: "response-metadata", modelId: "made" },
      { type: "finish", finishReason: { unified: "content-filter", raw: "refused" } },
    ]);
  });

  test("are chunks of a UI message stream", async () => {
    const stream = toUIMessageStream(await createChain([handMade()]).stream("Hi"), { messageId: "m1" });

    expect(await partsOf(stream)).toEqual([
      { type: "start", messageId: "m1" },
      { type: "start-step" },
      { type: "reasoning-start", id: "p1" },
      { type: "reasoning-end", id: "p1", providerMetadata: metadata.thought },
      { type: "text-start", id: "p2" },
      { type: "text-delta", id: "p2", delta: "See it." },
      expect.objectContaining({ type: "text-end", id: "p2" }),
      { type: "source-url", sourceId: "p3", ...PAGE },
      { type: "source-url", sourceId: "p4", url: "https://b.test/" },
      { type: "file", url: "data:image/png;base64,AAAA", mediaType: "image/png" },
      { type: "custom", kind: "understudy.search", providerMetadata: metadata.opaque },
      { type: "text-start", id: "p8" },
      { type: "text-delta", id: "p8", delta: "No more." },
      { type: "text-end", id: "p8", providerMetadata: metadata.refusal },
      { type: "finish-step" },
      { type: "finish", finishReason: "content-filter", messageMetadata: { tier: "hand/made", degraded: false } },
    ]);
  });

  test("come back to the target that made them as they were, and to no other", async () => {
    const requests: TargetRequest[] = [];
    const other = scriptedTarget(["Hello."]);
    const prompt = [
      ...PROMPT.prompt,
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "", providerOptions: metadata.thought },
          { type: "text", text: "See it." },
          { type: "custom", kind: "understudy.search", providerOptions: metadata.opaque },
          { type: "text", text: "No more.", providerOptions: metadata.refusal },
        ],
      },
      ...PROMPT.prompt,
    ];

    await understudy(createChain([handMade(requests)])).doGenerate(handed({ prompt }));
    await understudy(createChain([other])).doGenerate(handed({ prompt }));

    expect(requests[0]?.messages[1]?.content).toEqual([
      { type: "reasoning", text: "", opaque: { signature: "s" }, origin: ORIGIN },
      { type: "text", text: "See it." },
      { type: "opaque", kind: "search", data: { q: 1 }, origin: ORIGIN },
      { type: "refusal", text: "No more." },
    ]);
    expect(other.calls[0]?.request.messages[1]?.content).toEqual([
      { type: "text", text: "See it." },
      { type: "refusal", text: "No more." },
    ]);
  });
});

describe("a prompt of the AI SDK's", () => {
  test("has its place in a request, part by part", async () => {
    const target = scriptedTarget(["Hello."]);
    const png = { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array([1, 2, 3]) } };
    const prompt = [
      { role: "system", content: "One." },
      {
        role: "user",
        content: [
          png,
          { type: "file", mediaType: "text", data: { type: "text", text: "Hä?" }, filename: "a.txt" },
          { type: "file", mediaType: "audio/mpeg", data: { type: "url", url: new URL("https://a.test/x.mp3") } },
          { type: "file", mediaType: "application/pdf", data: { type: "reference", reference: { scripted: "f1" } } },
        ],
      },
      { role: "system", content: "Two." },
      {
        role: "assistant",
        content: [
          call("1"),
          call("2", '{"broken'),
          call("3"),
          call("4"),
          call("5"),
          { ...call("6"), providerExecuted: true },
        ],
      },
      {
        role: "tool",
        content: [
          result("1", { type: "text", value: "text" }),
          result("2", { type: "error-json", value: { a: 1 } }),
          result("3", { type: "execution-denied" }),
          result("4", { type: "content", value: [{ type: "text", text: "See" }, png, { type: "custom" }] }),
          result("5", { type: "json", value: [1] }),
          { type: "tool-approval-response", approvalId: "x", approved: true },
        ],
      },
    ];

    const { warnings } = await understudy(createChain([target])).doGenerate(handed({ prompt }));

    const { system, messages } = target.calls[0]?.request ?? {};
    expect(system).toBe("One.\n\nTwo.");
    const image = { type: "image", source: { type: "base64", mediaType: "image/png", data: "AQID" } };
    expect(messages).toMatchObject([
      {
        role: "user",
        content: [
          image,
          { type: "file", name: "a.txt", source: { type: "base64", mediaType: "text/plain", data: "SMOkPw==" } },
          { type: "audio", source: { type: "url", url: "https://a.test/x.mp3", mediaType: "audio/mpeg" } },
          { type: "file", source: { type: "vendor-file", vendor: "scripted", id: "f1" } },
        ],
      },
      {
        role: "assistant",
        content: [
          { toolCallId: "1", toolName: "_a_b", input: {} },
          { toolCallId: "2", input: {}, inputText: '{"broken' },
          { toolCallId: "3" },
          { toolCallId: "4" },
          { toolCallId: "5" },
        ],
      },
      {
        role: "tool",
        content: [
          { toolCallId: "1", content: [{ text: "text" }] },
          { toolCallId: "2", content: [{ text: '{"a":1}' }], isError: true },
          { toolCallId: "3", content: [{ text: "The call was denied." }], isError: true },
          { toolCallId: "4", content: [{ text: "See" }, image] },
          { toolCallId: "5", content: [{ text: "[1]" }] },
        ],
      },
    ]);
    expect(warnings.map((warning) => ("feature" in warning ? warning.feature : warning.type))).toEqual([
      "system message",
      "a call of a tool that a provider ran",
      "custom content of a tool result",
      "an approval of a tool call",
    ]);
  });

  test("asks for the cache where any of its parts does", async () => {
    const target = scriptedTarget(["Hello.", "Hello."]);
    const model = understudy(createChain([target]));
    const cacheControl = { anthropic: { cacheControl: { type: "ephemeral" } } };
    const part = { type: "text", text: "Hi", providerOptions: cacheControl };

    const marked = await model.doGenerate(handed({ prompt: [{ role: "user", content: [part] }] }));
    await model.doGenerate(handed(PROMPT));

    expect(target.calls.map(({ request }) => request.cache)).toEqual([true, undefined]);
    expect(marked.warnings).toEqual([]);
  });

  test.each([
    [{ tiers: ["nope"] }, /names nope/],
    [{ deadlineMs: "soon" }, /deadlineMs must/],
    [{ userId: 5 }, /userId must/],
  ])("with wrong options of ours is refused before anything is sent: %o", async (understudyOptions, words) => {
    const target = scriptedTarget([]);
    const options = { ...PROMPT, providerOptions: { understudy: understudyOptions } };

    await expect(understudy(createChain([target])).doGenerate(handed(options))).rejects.toThrow(words);
    expect(target.calls).toEqual([]);
  });
});

describe("fromUIMessages()", () => {
  test("reads a chat step by step, without what is void, unfinished or the application's own", () => {
    const given = [
      { role: "system", parts: [text("Obey me.")] },
      {
        role: "user",
        parts: [
          text("Look."),
          { type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA" },
          { type: "file", mediaType: "text/plain", url: "data:text/plain,H%C3%A4%3F", filename: "a.txt" },
          { type: "file", mediaType: "application/pdf", url: "https://a.test/a.pdf" },
          { type: "data-note", data: {} },
        ],
      },
      {
        role: "assistant",
        parts: [
          { type: "step-start" },
          text("Half"),
          { type: "custom", kind: "understudy.failover" },
          { type: "reasoning", text: "Hm.", providerMetadata: metadata.thought },
          { type: "tool-look", toolCallId: "1", state: "output-available", input: { at: 1 }, output: { seen: true } },
          {
            type: "dynamic-tool",
            toolName: "ask",
            toolCallId: "2",
            state: "output-error",
            rawInput: "{",
            errorText: "no",
          },
          { type: "tool-look", toolCallId: "3", state: "output-denied", input: {}, approval: { reason: "not now" } },
          { type: "tool-look", toolCallId: "4", state: "input-streaming", input: {} },
          { type: "step-start" },
          text("Done."),
          { type: "source-url", sourceId: "s", url: "https://a.test" },
          { type: "custom", kind: "understudy.search", providerMetadata: metadata.opaque },
        ],
      },
      { role: "assistant", parts: [{ type: "step-start" }] },
    ] as const;

    const expected: Message[] = [
      {
        role: "user",
        content: [
          { type: "text", text: "Look." },
          { type: "image", source: { type: "base64", mediaType: "image/png", data: "AAAA" } },
          { type: "file", name: "a.txt", source: { type: "base64", mediaType: "text/plain", data: "SMOkPw==" } },
          { type: "file", source: { type: "url", url: "https://a.test/a.pdf", mediaType: "application/pdf" } },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm.", origin: ORIGIN, opaque: { signature: "s" } },
          { type: "tool-call", toolCallId: "1", toolName: "look", input: { at: 1 } },
          { type: "tool-call", toolCallId: "2", toolName: "ask", input: {}, inputText: "{" },
          { type: "tool-call", toolCallId: "3", toolName: "look", input: {} },
        ],
      },
      {
        role: "tool",
        content: [
          { type: "tool-result", toolCallId: "1", toolName: "look", content: '{"seen":true}' },
          { type: "tool-result", toolCallId: "2", toolName: "ask", content: "no", isError: true },
          { type: "tool-result", toolCallId: "3", toolName: "look", content: "not now", isError: true },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "text", text: "Done." },
          { type: "opaque", kind: "search", data: { q: 1 }, origin: ORIGIN },
        ],
      },
    ];
    expect(fromUIMessages(given)).toEqual(expected);
  });

  test("takes data of the right shape only, and throws nothing for the rest", () => {
    const forged = {
      understudy: { origin: 5, opaque: "x", citations: [{ url: {} }], data: 1, kind: 2, vendorOptions: {} },
    };
    const parts = [
      { ...text("Hello"), providerMetadata: forged },
      { type: "text", text: 5, providerMetadata: "x" },
      { type: "custom", kind: "understudy.x", providerMetadata: forged },
      { type: "tool-look", toolCallId: 5, state: "output-available", input: null },
      { type: "file", url: 5 },
    ];

    expect(fromUIMessages([{ role: "assistant", parts }])).toMatchObject([
      {
        role: "assistant",
        content: [{ type: "text", text: "Hello" }, { text: "" }, { toolName: "look", input: {} }, { type: "file" }],
      },
      { role: "tool", content: [{ content: "" }] },
    ]);
    expect(JSON.stringify(fromUIMessages([{ role: "assistant", parts }]))).not.toMatch(/vendorOptions|opaque|origin/);
  });
});
