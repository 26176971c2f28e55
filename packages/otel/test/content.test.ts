import { inspect } from "node:util";
import { Ajv } from "ajv";
import { deepseek } from "@understudy/deepseek";
import type { Request } from "@understudy/core";
import { scriptedTarget, startDeepSeek } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { SCHEMAS } from "./message-schemas.ts";
import { treeOf, world } from "./world.ts";

const ajv = new Ajv({ allowUnionTypes: true });
const checks = Object.entries(SCHEMAS).map(([name, schema]) => [name, ajv.compile(schema)] as const);

/** A request with every kind of part that there is. */
const everything: Request = {
  system: "Be brief.",
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "Look at this." },
        { type: "image", source: { type: "base64", mediaType: "image/png", data: "aGVsbG8=" } },
        { type: "audio", source: { type: "base64", mediaType: "audio/wav", data: "aGVsbG8=" } },
        {
          type: "file",
          source: { type: "url", url: "https://files.test/a.pdf?signature=secret#page=2" },
          name: "a.pdf",
        },
        { type: "file", source: { type: "vendor-file", vendor: "a", id: "file-1" } },
      ],
    },
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "Hm." },
        { type: "text", text: "I look it up." },
        { type: "refusal", text: "Not that." },
        { type: "source", url: "https://a.test", title: "A" },
        { type: "opaque", kind: "block", data: { big: "x" } },
        { type: "tool-call", toolCallId: "call-1", toolName: "look", input: { word: "sky" } },
        { type: "tool-call", toolCallId: "call-2", toolName: "look", input: {}, inputText: '{"word":' },
      ],
    },
    {
      role: "tool",
      content: [
        { type: "tool-result", toolCallId: "call-1", content: "blue" },
        { type: "tool-result", toolCallId: "call-2", content: [{ type: "text", text: "broken" }], isError: true },
      ],
    },
    { role: "user", content: "And now?" },
  ],
  tools: [{ name: "look", description: "Looks up.", inputSchema: z.object({ word: z.string() }) }, { name: "wait" }],
};

/** What of the content is on the spans of one call, parsed. */
async function captured(request: Request, ...targets: Parameters<ReturnType<typeof world>["chain"]>[0]) {
  const { chain, spans } = world({ captureContent: true });
  await chain(targets)
    .generate(request)
    .catch(() => undefined);
  const { call, attempts } = treeOf(spans());
  expect(Object.keys(call.attributes).filter((name) => name.startsWith("gen_ai."))).toEqual([]);
  return attempts.map(({ attributes }) =>
    Object.fromEntries(
      checks.flatMap(([name, isValid]) => {
        const text = attributes[name];
        if (typeof text !== "string") return [];
        const value: unknown = JSON.parse(text);
        expect([name, isValid(value), isValid.errors]).toEqual([name, true, null]);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
        return [[name, value] as const];
      }),
    ),
  );
}

const written = scriptedTarget([], {
  vendor: "a",
  model: "two",
  otherwise: {
    reasoning: "Hm.",
    text: "Blue.",
    toolCalls: [{ name: "look", input: { word: "sea" }, id: "call-3" }],
  },
});

describe("with `captureContent`, the span of an attempt", () => {
  test("has prompts, tools and its own answer, by the conventions' schemas, and the call has none", async () => {
    const failing = scriptedTarget([{ text: "Half", stops: "cut" }], { vendor: "a" });
    const [first, second] = await captured(everything, failing, written);

    const asked = {
      "gen_ai.system_instructions": [{ type: "text", content: "Be brief." }],
      "gen_ai.input.messages": [
        {
          role: "user",
          parts: [
            { type: "text", content: "Look at this." },
            { type: "blob", modality: "image", mime_type: "image/png", content: "" },
            { type: "blob", modality: "audio", mime_type: "audio/wav", content: "" },
            { type: "uri", modality: "document", uri: "https://files.test/a.pdf" },
            { type: "file", modality: "document", file_id: "file-1" },
          ],
        },
        {
          role: "assistant",
          parts: [
            { type: "reasoning", content: "Hm." },
            { type: "text", content: "I look it up." },
            { type: "text", content: "Not that." },
            { type: "source", uri: "https://a.test", title: "A" },
            { type: "opaque", kind: "block" },
            { type: "tool_call", id: "call-1", name: "look", arguments: { word: "sky" } },
            { type: "tool_call", id: "call-2", name: "look", arguments: '{"word":' },
          ],
        },
        {
          role: "tool",
          parts: [
            { type: "tool_call_response", id: "call-1", response: "blue" },
            { type: "tool_call_response", id: "call-2", response: [{ type: "text", content: "broken" }] },
          ],
        },
        { role: "user", parts: [{ type: "text", content: "And now?" }] },
      ],
      "gen_ai.tool.definitions": [
        {
          type: "function",
          name: "look",
          description: "Looks up.",
          parameters: expect.objectContaining({ type: "object", properties: { word: { type: "string" } } }),
        },
        { type: "function", name: "wait", description: "", parameters: { type: "object", properties: {} } },
      ],
    };
    expect(first).toEqual({
      ...asked,
      "gen_ai.output.messages": [
        { role: "assistant", parts: [{ type: "text", content: "Half" }], finish_reason: "error" },
      ],
    });
    expect(second).toEqual({
      ...asked,
      "gen_ai.output.messages": [
        {
          role: "assistant",
          parts: [
            { type: "reasoning", content: "Hm." },
            { type: "text", content: "Blue." },
            { type: "tool_call", id: "call-3", name: "look", arguments: { word: "sea" } },
          ],
          finish_reason: "tool_call",
        },
      ],
    });
  });

  test("has no answer where the attempt wrote none", async () => {
    const [first] = await captured(
      { messages: [{ role: "user", content: "Hi" }] },
      scriptedTarget([{ fails: "server.error" }]),
    );

    expect(Object.keys(first ?? {})).toEqual(["gen_ai.input.messages"]);
  });

  test("has at most 64 KiB of each, cut so that one can see it: long texts first, then old messages", async () => {
    const text = "ä😀\u0001".repeat(40_000);
    const messages = Array.from({ length: 2_000 }, (_, index) => ({
      role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
      content: `Message ${index}: ${"x".repeat(100)}`,
    }));
    const target = (): typeof written =>
      scriptedTarget([{ toolCalls: [{ name: "look", input: { word: text } }] }], { vendor: "a" });

    const [long] = await captured(
      {
        system: text,
        messages: [{ role: "user", content: text }],
        tools: [{ name: "look", description: text, inputSchema: { type: "object", description: text } }],
      },
      target(),
    );
    const [many] = await captured(
      { messages: [...messages, { role: "user", content: "The last one." }] },
      scriptedTarget(["Hi"]),
    );

    const [instruction] = z.array(z.object({ content: z.string() })).parse(long?.["gen_ai.system_instructions"]);
    expect(instruction?.content).toMatch(/^ä😀.*… \[\d+ more characters\]$/su);
    expect(instruction?.content).not.toContain("\ufffd");
    expect(JSON.stringify(long?.["gen_ai.output.messages"])).toMatch(/more characters\]/);
    const shown = z
      .array(z.object({ parts: z.array(z.object({ content: z.string() })) }))
      .parse(many?.["gen_ai.input.messages"]);
    expect(shown[0]?.parts[0]?.content).toMatch(/^\[\d+ more entries\]$/);
    expect(shown.at(-1)?.parts[0]?.content).toBe("The last one.");
    expect(shown.length).toBeGreaterThan(200);
  });
});

describe("canaries", () => {
  const CANARY = "canary-8c1f";

  /** All that was exported of calls that go well, fail, stream and are cut, with a canary in everything that is secret. */
  async function exported(captureContent: boolean): Promise<{ readonly shown: string; readonly answers: string }> {
    const { chain, spans, metrics } = world({ captureContent });
    const vendor = await startDeepSeek();
    const target = deepseek("deepseek-flash", {
      baseURL: vendor.url,
      apiKey: `key-${CANARY}`,
      headers: { "x-tenant": `header-${CANARY}` },
    });
    const built = chain([target], { holdMs: 0, vendorMessages: true });
    const request: Request = {
      system: `system-${CANARY}`,
      messages: [{ role: "user", content: `prompt-${CANARY}` }],
      tools: [{ name: `tool-${CANARY}`, description: `described-${CANARY}` }],
      stop: [`stop-${CANARY}`],
      userId: `user-${CANARY}`,
    };
    const answer = { text: [`answer-${CANARY} `, "and more"] };
    vendor.script([
      { answer },
      { answer },
      { answer, fault: { type: "cut", at: { deltas: 2 }, how: "reset" } },
      {
        fault: {
          type: "status",
          status: 400,
          body: { error: { message: `vendor-${CANARY}`, code: `code ${CANARY}` } },
        },
      },
      { fault: { type: "error", error: "bad-key" } },
    ]);
    const answers: unknown[] = [];
    for (const call of [built.generate, built.stream, built.stream, built.generate, built.generate]) {
      const asked = call(request, { metadata: { user: `metadata-${CANARY}` } });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      answers.push(await asked.then((got) => ("result" in got ? got.result : got)).catch((error: unknown) => error));
      built.enable("all");
    }
    await vendor.close();
    expect(spans().length).toBeGreaterThanOrEqual(10);
    const shown = inspect([spans(), await metrics()], { depth: 20, showHidden: true, maxStringLength: Infinity });
    return { shown, answers: inspect(answers, { depth: 20 }) };
  }

  test("of prompt, answer, tool, key, header, metadata and vendor's words are nowhere in spans and metrics", async () => {
    const { shown, answers } = await exported(false);

    expect(answers).toContain(CANARY);
    expect(shown).toContain("understudy.call.duration");
    expect(shown).not.toContain(CANARY);
  });

  test("of key, header, metadata and the vendor's words are nowhere either where prompts and answers are asked for", async () => {
    const { shown } = await exported(true);

    const kinds = new Set([...shown.matchAll(/(\w+)[- ]canary-8c1f/g)].map(([, kind = ""]) => kind));
    expect([...kinds].toSorted()).toEqual(["answer", "described", "prompt", "system", "tool"]);
  });
});
