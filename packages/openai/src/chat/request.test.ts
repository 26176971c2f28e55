import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JsonObject, Loss, TargetMessage, TargetRequest } from "@understudy/core/adapter";
import type { Request } from "@understudy/core";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, expectTypeOf, test } from "vitest";
import { dialectOf } from "./dialects.ts";
import { nativeStops, toNativeRequest, type ChatRequestContext, type OpenAIChatNativeFields } from "./request.ts";

const folder =
  process.env["UNDERSTUDY_SPECS"] ?? fileURLToPath(new URL("../../../../../shared/specs", import.meta.url));
const specification = `${folder}/openai.openapi.json`;
const isThere = existsSync(specification);
if (!isThere)
  process.stderr.write(`SKIPPED: bodies are not checked against the vendor's description, ${folder} is absent\n`);

/** Unions of the description overlap. */
function loadValidator(): ValidateFunction {
  const text = readFileSync(specification, "utf8").replaceAll('"oneOf":', '"anyOf":');
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "spec", components: JSON.parse(text).components });
  return ajv.compile({ $ref: "spec#/components/schemas/CreateChatCompletionRequest" });
}

const validate = isThere ? loadValidator() : undefined;

interface Sent {
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
  readonly losses: readonly string[];
}

const USER: TargetMessage = { role: "user", content: [{ type: "text", text: "Hi" }] };
const PARAMETERS = {
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
  additionalProperties: false,
};
const TOOL = { name: "f", description: "F.", inputSchema: PARAMETERS } as const;
const VENDORS: Partial<ChatRequestContext> = {
  dialect: dialectOf("openai", ""),
  maxTokensField: "max_completion_tokens",
};

/** What is sent for a request; every body also has to fit the vendor's own description. */
function send(model: string, request: Partial<TargetRequest> = {}, more: Partial<ChatRequestContext> = {}): Sent {
  const losses: string[] = [];
  const full: TargetRequest = {
    messages: [USER],
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    stop: [],
    ...request,
    reasoning: { visible: true, ...request.reasoning },
  };
  const loss = ({ what, action }: Loss): void => void losses.push(`${what} ${action}`);
  const context = { stream: true, dialect: {}, maxTokensField: "max_tokens" } as const;
  const { body, headers, path } = toNativeRequest(full, model, { ...context, loss, ...more });
  // Other servers have fields and parts of their own.
  const isVendors = more.dialect === undefined || more.dialect === VENDORS.dialect;
  if (isVendors && validate?.(body) === false) throw new Error(JSON.stringify(validate.errors?.slice(0, 3)));
  expect(path).toBe("/chat/completions");
  return { body, headers, losses };
}

function messagesOf(messages: readonly TargetMessage[]): Sent & { readonly messages: unknown } {
  const sent = send("llama-4", { messages });
  return { ...sent, messages: sent.body["messages"] };
}

function base64(mediaType: string): { readonly type: "base64"; mediaType: string; data: string } {
  return { type: "base64", mediaType, data: "AAAA" };
}

describe("toNativeRequest", () => {
  test("sends the least for the least", () => {
    expect(send("llama-4")).toEqual({
      headers: {},
      body: {
        model: "llama-4",
        messages: [{ role: "user", content: "Hi" }],
        stream: true,
        stream_options: { include_usage: true },
      },
      losses: [],
    });
  });

  test("sends everything that has a native word", () => {
    const { body, losses } = send("llama-4", {
      system: "Be brief.",
      tools: [TOOL],
      toolChoice: { tool: "f" },
      temperature: 0.5,
      topP: 0.9,
      seed: 1,
      stop: ["END"],
      userId: "u1",
      maxOutputTokens: 5,
      reasoning: { effort: "low", visible: true },
      output: { type: "json", name: "a", schema: PARAMETERS },
    });

    expect(body).toMatchObject({
      messages: [{ role: "system", content: "Be brief." }, { role: "user" }],
      tools: [{ type: "function", function: { name: "f", description: "F.", parameters: PARAMETERS, strict: true } }],
      tool_choice: { type: "function", function: { name: "f" } },
      response_format: { type: "json_schema", json_schema: { name: "a", schema: PARAMETERS, strict: true } },
      temperature: 0.5,
      top_p: 0.9,
      seed: 1,
      stop: ["END"],
      user: "u1",
      max_tokens: 5,
      reasoning_effort: "low",
    });
    expect(losses).toEqual([]);
  });

  test("says none also where all tools are declared natively, and nothing where any may be called", () => {
    const vendorOptions = { openaiChat: { tools: [{ type: "custom", custom: { name: "sql" } }] } };

    expect(send("gpt-4.1", { toolChoice: "none", vendorOptions }).body["tool_choice"]).toBe("none");
    expect(send("gpt-4.1", { vendorOptions }).body).not.toHaveProperty("tool_choice");
    expect(send("gpt-4.1", { toolChoice: "none" }).body).not.toHaveProperty("tool_choice");
  });

  test("does not reason with tools where the API excludes both, in whichever words they are asked for", () => {
    const native = { tools: [{ type: "function", function: { name: "f", parameters: PARAMETERS } }] };
    const own = (fields: object) => ({ vendorOptions: { openaiChat: { ...native, ...fields } } });

    const plain = send("gpt-6-sol", own({}));
    const common = send("gpt-6-sol", { ...own({}), reasoning: { effort: "high", visible: true } });
    const asked = send("gpt-6-sol", own({ reasoning_effort: "high" }));

    for (const { body } of [plain, common, asked]) expect(body["reasoning_effort"]).toBe("none");
    expect([plain, common, asked].map(({ losses }) => losses)).toEqual([
      [],
      ["reasoning dropped"],
      ["reasoning dropped"],
    ]);
    const alone = { vendorOptions: { openaiChat: { reasoning_effort: "high" } } };
    expect(send("gpt-6-sol", alone).body["reasoning_effort"]).toBe("high");
  });

  test("OA-09 holds native efforts and native sampling to the same rules", () => {
    const thinking = send("gpt-5.4", { topP: 0.2, vendorOptions: { openaiChat: { reasoning_effort: "high" } } });
    const sampled = send("gpt-5", { vendorOptions: { openaiChat: { temperature: 0.2, logprobs: true } } });

    expect(thinking.body).not.toHaveProperty("top_p");
    expect(thinking.losses).toEqual(["topP dropped"]);
    expect(sampled.body).not.toHaveProperty("logprobs");
    expect(sampled.losses).toEqual(["temperature dropped", "logprobs dropped"]);
  });

  test("asks for no parallel calls with the least effort, of models that are known to exclude them", () => {
    const request = { tools: [TOOL], reasoning: { effort: "minimal", visible: true } } as const;

    expect(send("gpt-5-mini", request).body["parallel_tool_calls"]).toBe(false);
    expect(send("llama-4", request).body).not.toHaveProperty("parallel_tool_calls");
    expect(send("gpt-5-mini", { ...request, tools: [] }).body).not.toHaveProperty("parallel_tool_calls");
  });

  test("asks for one answer, and reports that more were wanted", () => {
    const several = send("gpt-4.1", { vendorOptions: { openaiChat: { n: 3 } } });

    expect(several.body).not.toHaveProperty("n");
    expect(several.losses).toEqual(["vendorOptions n dropped"]);
    expect(send("gpt-4.1", { vendorOptions: { openaiChat: { n: 1 } } })).toMatchObject({ body: { n: 1 }, losses: [] });
  });

  test("reports the output that it is asked for where a native format takes its place", () => {
    for (const dialect of [undefined, dialectOf("deepseek", "")]) {
      const more = dialect === undefined ? {} : { dialect };
      const { body, losses } = send(
        "llama-4",
        {
          output: { type: "json", name: "a", schema: PARAMETERS },
          vendorOptions: { openaiChat: { response_format: { type: "text" } } },
        },
        more,
      );

      expect(body).toMatchObject({ response_format: { type: "text" }, messages: [{ content: "Hi" }] });
      expect(losses).toEqual(["output dropped"]);
    }
  });

  test("gives a refusal back as one to the vendor's own server, as text to others", () => {
    const messages: TargetMessage[] = [
      USER,
      {
        role: "assistant",
        content: [
          { type: "text", text: "Well." },
          { type: "refusal", text: "I cannot." },
        ],
      },
      USER,
    ];
    const content = [
      { type: "text", text: "Well." },
      { type: "refusal", refusal: "I cannot." },
    ];

    expect(send("gpt-4.1", { messages }, VENDORS).body["messages"]).toMatchObject([{}, { content }, {}]);
    expect(send("llama-4", { messages }).body["messages"]).toMatchObject([{}, { content: "Well.I cannot." }, {}]);
  });

  test("reports citations that are asked for, and those of answers that others gave", () => {
    const source = base64("application/pdf");
    const citations = [{ title: "A" }];
    const origin = { vendor: "openai", model: "m", endpoint: "e" };

    const { losses } = messagesOf([
      { role: "user", content: [{ type: "file", source, citations: true }] },
      { role: "assistant", content: [{ type: "text", text: "One.", citations }] },
      USER,
      { role: "assistant", content: [{ type: "text", text: "Two.", citations, origin }] },
    ]);

    expect(losses).toEqual(["messages[0] citations dropped", "messages[1] citations dropped"]);
  });

  test("reports the name of a file that the vendor keeps", () => {
    const source = { type: "vendor-file", vendor: "openai", id: "file_1" } as const;

    const { messages, losses } = messagesOf([{ role: "user", content: [{ type: "file", source, name: "c.pdf" }] }]);

    expect(messages).toEqual([{ role: "user", content: [{ type: "file", file: { file_id: "file_1" } }] }]);
    expect(losses).toEqual(["messages[0] file name dropped"]);
  });

  test("speaks to the vendor's own server in its newer words", () => {
    const { body } = send("gpt-4.1", { userId: "u1", maxOutputTokens: 5 }, VENDORS);

    expect(body).toMatchObject({
      safety_identifier: "u1",
      max_completion_tokens: 5,
      stream_options: { include_usage: true, include_obfuscation: false },
    });
    expect(body).not.toHaveProperty("max_tokens");
    expect(body).not.toHaveProperty("user");
  });

  test("takes the other name for the output limit once one was refused", () => {
    const { body, losses } = send("my-deployment", { maxOutputTokens: 5, without: ["max_tokens"] });

    expect(body["max_completion_tokens"]).toBe(5);
    expect(body).not.toHaveProperty("max_tokens");
    expect(losses).toEqual([]);
  });

  test("leaves out what the endpoint has refused, and reports it", () => {
    const { body, losses } = send("llama-4", { seed: 1, without: ["stream_options", "seed"] });

    expect(body).not.toHaveProperty("stream_options");
    expect(losses).toEqual(["stream_options dropped", "seed dropped"]);
  });

  test("passes native fields on, and merges those that the request also speaks of", () => {
    const openaiChat = {
      headers: { "x-team": "blue" },
      top_k: 5,
      stream_options: { continuous_usage_stats: true },
      tools: [{ type: "function", function: { name: "g" } }],
    };

    const { body, headers } = send("llama-4", { tools: [TOOL], vendorOptions: { openaiChat } });

    expect(headers).toEqual({ "x-team": "blue" });
    expect(body).toMatchObject({
      top_k: 5,
      stream_options: { include_usage: true, continuous_usage_stats: true },
      tools: [{ function: { name: "f" } }, { function: { name: "g" } }],
    });
  });

  test("OA-09 cuts on our side at stop sequences that the server does not take", () => {
    const stop = ["a", "b", "c", "d", "e"];

    const many = send("llama-4", { stop });
    const reasoning = send("o3", { stop: ["a"] }, VENDORS);

    expect(many.body["stop"]).toEqual(["a", "b", "c", "d"]);
    expect(reasoning.body).not.toHaveProperty("stop");
    for (const { losses } of [many, reasoning]) expect(losses).toEqual(["stop translated"]);
    expect([nativeStops("llama-4"), nativeStops("o3"), nativeStops("llama-4", ["stop"])]).toEqual([4, 0, 0]);
  });

  test("reports what the API does not have", () => {
    expect(send("llama-4", { topK: 5 }).losses).toEqual(["topK dropped"]);
  });

  test("reasons no more where that excludes tools", () => {
    const effort = (asked?: "high"): Sent =>
      send("gpt-6-sol", { tools: [TOOL], reasoning: { effort: asked, visible: true } }, VENDORS);

    expect(effort()).toMatchObject({ body: { reasoning_effort: "none" }, losses: [] });
    expect(effort("high")).toMatchObject({ body: { reasoning_effort: "none" }, losses: ["reasoning dropped"] });
    expect(send("gpt-6-sol", {}, VENDORS).body["reasoning_effort"]).toBe("medium");
  });

  test("asks in words for what a format cannot say", () => {
    const any = send("llama-4", { system: "S.", output: { type: "json", name: "a" } });
    const list = send("llama-4", { output: { type: "json", name: "a", schema: { type: "array" } } });

    expect(any.body["response_format"]).toEqual({ type: "json_object" });
    expect(list.body).not.toHaveProperty("response_format");
    expect(list.losses).toEqual(["output translated"]);
    expect(any.body["messages"]).toMatchObject([
      { role: "system", content: "S." },
      { role: "user", content: expect.stringMatching(/^Hi\n\n.*JSON/) },
    ]);
    expect(list.body["messages"]).toMatchObject([{ role: "user", content: expect.stringMatching(/^Hi\n\n.*JSON/) }]);
  });

  test("lays a tool's native fields over what is made of it, or sends the tool that they are", () => {
    const strict = { ...TOOL, vendorOptions: { openaiChat: { function: { strict: false } }, openai: { x: 1 } } };
    const custom = { type: "custom", custom: { name: "sql", format: { type: "text" } } } as const;
    const sql = { name: "sql", inputSchema: { type: "object" }, vendorOptions: { openaiChat: custom } } as const;

    const { body } = send("gpt-4.1", { tools: [strict, sql], toolChoice: { tool: "sql" } }, VENDORS);

    expect(body["tools"]).toEqual([
      { type: "function", function: { name: "f", description: "F.", parameters: PARAMETERS, strict: false } },
      custom,
    ]);
    expect(body["tool_choice"]).toEqual({ type: "custom", custom: { name: "sql" } });
  });

  test("sends no id of a user that is longer than the API takes", () => {
    const { body, losses } = send("gpt-4.1", { userId: "x".repeat(65) }, VENDORS);

    expect(body).not.toHaveProperty("safety_identifier");
    expect(losses).toEqual(["userId dropped"]);
  });

  test("types native options", () => {
    expectTypeOf<NonNullable<Request["vendorOptions"]>["openaiChat"]>().toEqualTypeOf<
      OpenAIChatNativeFields | undefined
    >();
  });
});

describe("history", () => {
  test("sends media in every form that the API has", () => {
    const { messages } = messagesOf([
      {
        role: "user",
        content: [
          { type: "text", text: "see" },
          { type: "image", source: base64("image/png") },
          { type: "image", source: { type: "url", url: "https://x.test/a.png" } },
          { type: "file", source: base64("application/pdf") },
          { type: "file", source: { type: "vendor-file", vendor: "openai", id: "file_1" } },
          { type: "audio", source: base64("audio/mpeg") },
        ],
      },
    ]);

    expect(messages).toMatchObject([
      {
        role: "user",
        content: [
          { type: "text", text: "see" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "image_url", image_url: { url: "https://x.test/a.png" } },
          { type: "file", file: { filename: "file.pdf", file_data: "data:application/pdf;base64,AAAA" } },
          { type: "file", file: { file_id: "file_1" } },
          { type: "input_audio", input_audio: { data: "AAAA", format: "mp3" } },
        ],
      },
    ]);
  });

  test("sends files of text as text, and refuses what is neither that nor a PDF", () => {
    const csv = {
      type: "file",
      source: { type: "base64", mediaType: "text/csv", data: btoa("a,b") },
      name: "t.csv",
    } as const;
    const sent = messagesOf([{ role: "user", content: [csv] }]);

    expect(sent.messages).toEqual([{ role: "user", content: [{ type: "text", text: "t.csv:\n\na,b" }] }]);
    expect(sent.losses).toEqual(["messages[0] file translated"]);
    for (const type of ["file", "audio"] as const) {
      const part = { type, source: base64(type === "file" ? "application/msword" : "audio/ogg") };
      expect(() => messagesOf([{ role: "user", content: [part] }])).toThrow("request.unsupported");
    }
  });

  test("refuses a file by its URL, which the API does not take", () => {
    const file = { type: "file", source: { type: "url", url: "https://x.test/a.pdf" } } as const;

    expect(() => messagesOf([{ role: "user", content: [file] }])).toThrow("request.unsupported");
  });

  test("sends an assistant's texts and calls, and reports what cannot go back", () => {
    const { messages, losses } = messagesOf([
      USER,
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm.", origin: { vendor: "openai", model: "llama-4", endpoint: "x" } },
          { type: "text", text: "One. " },
          { type: "text", text: "Two." },
          {
            type: "tool-call",
            toolCallId: "c0",
            toolName: "f",
            input: { a: "1" },
            opaque: { arguments: `{ "a": "1" }` },
          },
          { type: "tool-call", toolCallId: "c1", toolName: "sql", input: "select 1", opaque: { custom: true } },
          { type: "tool-call", toolCallId: "c2", toolName: "f", input: {}, opaque: { custom: true } },
        ],
      },
      { role: "tool", content: [] },
    ]);

    expect(messages).toEqual([
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: "One. Two.",
        tool_calls: [
          { id: "c0", type: "function", function: { name: "f", arguments: `{ "a": "1" }` } },
          { id: "c1", type: "custom", custom: { name: "sql", input: "select 1" } },
          { id: "c2", type: "function", function: { name: "f", arguments: "{}" } },
        ],
      },
    ]);
    expect(losses).toEqual(["messages[1] reasoning dropped"]);
  });

  test("leaves out a turn of which nothing can go back", () => {
    const { messages } = messagesOf([USER, { role: "assistant", content: [{ type: "reasoning", text: "Hm." }] }, USER]);

    expect(messages).toHaveLength(2);
  });

  test("moves media of tool results into a user message behind all results, and reports it", () => {
    const image = { type: "image", source: base64("image/png") } as const;
    const text = { type: "text", text: "see" } as const;

    const { messages, losses } = messagesOf([
      {
        role: "assistant",
        content: ["c0", "c1"].map((toolCallId) => ({ type: "tool-call", toolCallId, toolName: "f", input: {} })),
      },
      {
        role: "tool",
        content: [
          { type: "tool-result", toolCallId: "c0", toolName: "f", content: [text, image] },
          { type: "tool-result", toolCallId: "c1", toolName: "f", content: [text], isError: true },
        ],
      },
    ]);

    expect(messages).toMatchObject([
      { role: "assistant", content: null },
      { role: "tool", tool_call_id: "c0", content: "see\n(image in the next message)" },
      { role: "tool", tool_call_id: "c1", content: "Error: see" },
      { role: "user", content: [{ type: "text" }, { type: "image_url" }] },
    ]);
    expect(losses).toEqual(["messages[1] tool-result image translated", "messages[1] tool-result isError translated"]);
  });
});
