import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  asArray,
  asObject,
  isTargetFailure,
  type JsonObject,
  type Loss,
  type TargetMessage,
  type TargetRequest,
} from "@understudy/core/adapter";
import type { Request } from "@understudy/core";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, expectTypeOf, test } from "vitest";
import { toNativeRequest, type DeepSeekNativeFields } from "./request.ts";

const folder = process.env["UNDERSTUDY_SPECS"] ?? fileURLToPath(new URL("../../../../shared/specs", import.meta.url));
const specification = `${folder}/deepseek-chat.schema.json`;
const isThere = existsSync(specification);
if (!isThere)
  process.stderr.write(`SKIPPED: bodies are not checked against a description of the API, ${folder} is absent\n`);

function loadValidator(): ValidateFunction {
  return new Ajv({ strict: false }).compile(JSON.parse(readFileSync(specification, "utf8")));
}

const validate = isThere ? loadValidator() : undefined;

const FLASH = "deepseek-flash";
const PRO = "deepseek-v4-pro";
const USER: TargetMessage = { role: "user", content: [{ type: "text", text: "Hi" }] };
const TOOL = {
  name: "f",
  description: "F.",
  inputSchema: { type: "object", properties: { a: { type: "string" } } },
} as const;

const call = (id: string) => ({ type: "tool-call", toolCallId: id, toolName: "f", input: { a: id } }) as const;

const result = (id: string) =>
  ({ type: "tool-result", toolCallId: id, toolName: "f", content: [{ type: "text", text: id }] }) as const;

const base64 = (mediaType: string, data: string) => ({ type: "base64", mediaType, data }) as const;

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly losses: readonly string[];
}

/** What is sent for a request; every body also has to fit the description of the API. */
function send(request: Partial<TargetRequest> = {}, model: string = FLASH, isBeta = false): Sent {
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
  const { path, headers, body } = toNativeRequest(full, model, { stream: true, isBeta, loss });
  const text = JSON.stringify(body);
  const sent: JsonObject = JSON.parse(text);
  // The description is older than the parts that are no text.
  const isDescribed = !/"type":"(?:image_url|file)"/.test(text);
  if (isDescribed && validate?.(sent) === false) throw new Error(JSON.stringify(validate.errors?.slice(0, 3)));
  return { path, headers, body: sent, losses };
}

function switched(type: string): { readonly deepseek: DeepSeekNativeFields } {
  return { deepseek: { thinking: { type } } };
}

/** Class and capability of what is thrown before anything is sent. */
function refusal(request: Partial<TargetRequest>): readonly unknown[] | undefined {
  try {
    send(request);
  } catch (error) {
    return isTargetFailure(error) ? [error.class, error.details.capability] : [error];
  }
  return undefined;
}

function toolOf({ body }: Sent): object {
  const [tool] = asArray(body["tools"]);
  return asObject(asObject(tool)["function"]);
}

function messagesOf({ body }: Sent): unknown {
  return body["messages"];
}

describe("toNativeRequest", () => {
  test("sends the least for the least, and asks for usage", () => {
    expect(send()).toEqual({
      path: "/chat/completions",
      headers: {},
      body: {
        model: FLASH,
        messages: [{ role: "user", content: "Hi" }],
        stream: true,
        stream_options: { include_usage: true },
      },
      losses: [],
    });
  });

  test("sends everything that has a native word", () => {
    const { body, losses } = send({
      system: "Be brief.",
      tools: [TOOL],
      reasoning: { effort: "max", visible: true },
      stop: ["END"],
      cache: true,
      userId: "u1",
      maxOutputTokens: 100,
    });

    expect(body).toMatchObject({
      messages: [{ role: "system", content: "Be brief." }, { role: "user" }],
      tools: [{ type: "function", function: { name: "f", description: "F.", parameters: TOOL.inputSchema } }],
      thinking: { type: "enabled" },
      reasoning_effort: "max",
      stop: ["END"],
      user_id: "u1",
      max_tokens: 100,
    });
    expect(body).not.toHaveProperty("tool_choice");
    expect(losses).toEqual([]);
  });

  test("reports what the API does not have, and limits above its own", () => {
    const { body, losses } = send({
      topK: 5,
      seed: 1,
      reasoning: { budgetTokens: 1_000, visible: true },
      stop: Array.from({ length: 17 }, (_, index) => `s${index}`),
      userId: "é".repeat(257),
      maxOutputTokens: 1_000_000,
    });

    expect(body["max_tokens"]).toBe(384_000);
    expect(body["stop"]).toHaveLength(16);
    expect(losses).toEqual([
      "reasoning.budgetTokens dropped",
      "maxOutputTokens downgraded",
      "topK dropped",
      "seed dropped",
      "stop translated",
      "userId dropped",
    ]);
  });

  test("passes native fields on, and adds native tools to the request's", () => {
    const { headers, body } = send({
      tools: [TOOL],
      vendorOptions: {
        deepseek: {
          headers: { "x-team": "blue" },
          frequency_penalty: 1,
          user_id: "mine",
          tools: [{ type: "function", function: { name: "g" } }],
        },
      },
      userId: "u1",
    });

    expect(headers).toEqual({ "x-team": "blue" });
    expect(body).toMatchObject({
      frequency_penalty: 1,
      user_id: "mine",
      tools: [{ function: { name: "f" } }, { function: { name: "g" } }],
      stream: true,
    });
    expect(body).not.toHaveProperty("headers");
  });

  test("gives the application's request its native options by declaration merging", () => {
    expectTypeOf<NonNullable<Request["vendorOptions"]>["deepseek"]>().toEqualTypeOf<DeepSeekNativeFields | undefined>();
  });

  test("DS-06 asks for JSON with the schema in words, and says that nobody enforces it", () => {
    const schema = { type: "object", properties: { a: { type: "string" } } };

    const withSchema = send({ system: "Be brief.", output: { type: "json", name: "a", schema } });
    const anyJson = send({ output: { type: "json", name: "a" } });

    expect(withSchema.body["response_format"]).toEqual({ type: "json_object" });
    expect(messagesOf(withSchema)).toMatchObject([{ role: "system", content: "Be brief." }, { role: "user" }]);
    expect(JSON.stringify(withSchema.body["messages"])).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1));
    expect(withSchema.losses).toEqual(["output.schema translated"]);
    expect(messagesOf(anyJson)).toMatchObject([{ role: "user", content: expect.stringMatching(/^Hi\n\n.*JSON/) }]);
    expect(anyJson.losses).toEqual([]);
  });
});

describe("toNativeRequest and thinking", () => {
  test.each([
    ["minimal", "low", 1],
    ["low", "low", 0],
    ["medium", "high", 1],
    ["high", "high", 0],
    ["xhigh", "high", 1],
    ["max", "max", 0],
  ] as const)("asks for effort %s as %s", (effort, native, losses) => {
    const sent = send({ reasoning: { effort, visible: true } });

    expect(sent.body).toMatchObject({ thinking: { type: "enabled" }, reasoning_effort: native });
    expect(sent.losses).toHaveLength(losses);
  });

  test("turns thinking off by its own switch and then sends no effort", () => {
    const { body } = send({ reasoning: { effort: "none", visible: true } });

    expect(body["thinking"]).toEqual({ type: "disabled" });
    expect(body).not.toHaveProperty("reasoning_effort");
  });

  test.each([
    ["required", "required"],
    [{ tool: "f" }, { type: "function", function: { name: "f" } }],
  ] as const)("DS-06 turns thinking off where it excludes the tool choice %j", (toolChoice, native) => {
    const { body, losses } = send({ tools: [TOOL], toolChoice });

    expect(body).toMatchObject({ thinking: { type: "disabled" }, tool_choice: native });
    expect(losses).toEqual(["reasoning dropped"]);
  });

  test("says that no tool may be called by leaving the tools out while it thinks, else in words of the API", () => {
    const thinking = send({ tools: [TOOL], toolChoice: "none" });
    const not = send({ tools: [TOOL], toolChoice: "none", reasoning: { effort: "none", visible: true } });

    expect(thinking.body).not.toHaveProperty("tools");
    expect(thinking.body).not.toHaveProperty("tool_choice");
    expect(not.body).toMatchObject({ tools: [{}], tool_choice: "none" });
  });

  test.each<[string, boolean, object, readonly string[]]>([
    [FLASH, true, { top_p: 0.97 }, ["temperature dropped"]],
    [FLASH, false, { temperature: 0.5 }, ["topP dropped"]],
    [PRO, true, {}, ["topP dropped", "temperature dropped"]],
    [PRO, false, { temperature: 0.5, top_p: 0.97 }, []],
  ])("sends %s only the sampling that counts (thinking: %s)", (model, thinks, sampling, losses) => {
    const effort = thinks ? undefined : "none";

    const sent = send({ temperature: 0.5, topP: 0.97, reasoning: { effort, visible: true } }, model);

    const { temperature, top_p } = sent.body;
    expect(JSON.parse(JSON.stringify({ temperature, top_p }))).toEqual(sampling);
    expect(sent.losses).toEqual(losses);
  });

  test("raises topP to what the model takes while it thinks", () => {
    const { body, losses } = send({ topP: 0.5 });

    expect(body["top_p"]).toBe(0.95);
    expect(losses).toEqual(["topP downgraded"]);
  });

  test("DS-04 sends its own reasoning back byte for byte, on every assistant turn", () => {
    const messages: readonly TargetMessage[] = [
      USER,
      { role: "assistant", content: [{ type: "reasoning", text: " a\n\u0000é " }, call("call_1")] },
      { role: "tool", content: [result("call_1")] },
      { role: "assistant", content: [{ type: "text", text: "Done." }] },
      USER,
    ];

    expect(messagesOf(send({ messages }))).toMatchObject([
      { role: "user" },
      { role: "assistant", content: "", reasoning_content: " a\n\u0000é ", tool_calls: [{ id: "call_1" }] },
      { role: "tool", tool_call_id: "call_1", content: "call_1" },
      { role: "assistant", content: "Done.", reasoning_content: "" },
      { role: "user" },
    ]);
  });

  test("DS-05 sends an empty text where another target's reasoning is missing, and none without thinking", () => {
    const messages: readonly TargetMessage[] = [
      USER,
      { role: "assistant", content: [call("toolu_1")] },
      { role: "tool", content: [result("toolu_1")] },
    ];

    const thinking = send({ messages });
    const not = send({ messages, reasoning: { effort: "none", visible: true } });

    expect(JSON.stringify(thinking.body)).toContain('"content":"","reasoning_content":""');
    expect(JSON.stringify(not.body)).not.toContain("reasoning_content");
  });

  test("follows the native switch in the options, also in its duties", () => {
    const messages: readonly TargetMessage[] = [
      USER,
      { role: "assistant", content: [{ type: "text", text: "Yes." }] },
      USER,
    ];

    const { body } = send({ messages, vendorOptions: { deepseek: { thinking: { type: "disabled" } } } });

    expect(body["thinking"]).toEqual({ type: "disabled" });
    expect(JSON.stringify(body)).not.toContain("reasoning_content");
  });
});

describe("toNativeRequest and native fields", () => {
  const g = { type: "function", function: { name: "g", parameters: { type: "object", properties: {} } } };
  const off = { effort: "none", visible: true } as const;

  test("keeps a native switch and the request's effort, and reports a wish that the switch overrides", () => {
    const both = send({ reasoning: { effort: "low", visible: true }, vendorOptions: switched("enabled") });
    const on = send({ reasoning: off, vendorOptions: switched("enabled") });
    const never = send({ reasoning: { effort: "low", visible: true }, vendorOptions: switched("disabled") });

    expect(both.body).toMatchObject({ thinking: { type: "enabled" }, reasoning_effort: "low" });
    expect(both.losses).toEqual([]);
    expect(on.body).toMatchObject({ thinking: { type: "enabled" } });
    expect(on.losses).toEqual(["reasoning dropped"]);
    expect(never.body).toMatchObject({ thinking: { type: "disabled" } });
    expect(never.body).not.toHaveProperty("reasoning_effort");
    expect(never.losses).toEqual(["reasoning dropped"]);
  });

  test.each([
    ["the request", { tools: [TOOL], toolChoice: "required" }, { thinking: { type: "enabled" } }],
    ["a native choice", { tools: [TOOL] }, { tool_choice: "required" }],
    [
      "a native choice of a native tool",
      {},
      { tools: [g], tool_choice: { type: "function", function: { name: "g" } } },
    ],
  ] as const)("turns thinking off where %s forces a tool", (_who, request, deepseek) => {
    const { body, losses } = send({ ...request, vendorOptions: { deepseek } });

    expect(body).toMatchObject({ thinking: { type: "disabled" }, tool_choice: expect.anything() });
    expect(losses).toEqual(["reasoning dropped"]);
  });

  test("forbids the calls of native tools as it forbids its own", () => {
    const none = { toolChoice: "none", vendorOptions: { deepseek: { tools: [g] } } } as const;

    const thinking = send(none);
    const not = send({ ...none, reasoning: off });
    const native = send({ tools: [TOOL], vendorOptions: { deepseek: { tool_choice: "none" } } });

    expect(thinking.body).not.toHaveProperty("tools");
    expect(thinking.body).not.toHaveProperty("tool_choice");
    expect(not.body).toMatchObject({ tools: [g], tool_choice: "none" });
    expect(native.body).not.toHaveProperty("tools");
    expect(native.body).not.toHaveProperty("tool_choice");
  });

  test("reports what of the request a native field overrides with another value", () => {
    const asked = { userId: "u", maxOutputTokens: 5, tools: [TOOL], toolChoice: "none", reasoning: off } as const;

    const other = send({
      ...asked,
      vendorOptions: { deepseek: { user_id: "v", max_tokens: 5, tool_choice: "auto" } },
    });

    expect(other.body).toMatchObject({ user_id: "v", max_tokens: 5, tool_choice: "auto" });
    expect(other.losses).toEqual(["toolChoice dropped", "userId dropped"]);
  });

  test("counts native tools among the 128 that a request may have", () => {
    const tools = Array.from({ length: 128 }, (_, index) => ({ ...TOOL, name: `t${index}` }));

    expect(refusal({ tools })).toBeUndefined();
    expect(refusal({ tools, vendorOptions: { deepseek: { tools: [g] } } })).toEqual(["request.unsupported", "tools"]);
  });

  test("makes all tools strict at the beta endpoint, their schemas fitted to what it enforces", () => {
    const inputSchema = { type: "object", properties: { a: { type: "string", minLength: 1 } }, required: ["a"] };
    const strict = { ...TOOL, inputSchema, vendorOptions: { deepseek: { function: { strict: true } } } };

    const beta = send({ tools: [strict, { ...TOOL, name: "h", inputSchema }] }, FLASH, true);

    const functions = asArray(beta.body["tools"]).map((tool) => asObject(asObject(tool)["function"]));
    expect(functions).toMatchObject([
      { name: "f", strict: true, parameters: { required: ["a"], additionalProperties: false } },
      { name: "h", strict: true, parameters: { required: ["a"], additionalProperties: false } },
    ]);
    expect(Object(functions[0]?.["parameters"]).properties.a).not.toHaveProperty("minLength");
    expect(beta.losses).toEqual(["tools downgraded", "tools downgraded"]);
  });

  test.each([
    ["elsewhere", ["a"], false],
    ["at the beta endpoint, where a property may be missing", [], true],
  ] as const)("sends tools that nobody enforces without strictness, and says so: %s", (_where, required, isBeta) => {
    const inputSchema = { ...TOOL.inputSchema, required };
    const strict = { ...TOOL, inputSchema, vendorOptions: { deepseek: { function: { strict: true } } } };

    const sent = send({ tools: [strict] }, FLASH, isBeta);

    expect(toolOf(sent)).toEqual({ name: "f", description: "F.", parameters: inputSchema });
    expect(sent.losses).toEqual(["tools downgraded"]);
  });
});

describe("toNativeRequest and the conversation", () => {
  test("sends images, stored files and texts in all their forms", () => {
    const sent = send({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Look." },
            { type: "image", source: base64("image/png", "AAAA") },
            { type: "image", source: { type: "url", url: "https://x.test/a.png" } },
            { type: "image", source: { type: "vendor-file", vendor: "deepseek", id: "file_1" } },
            { type: "file", source: { type: "vendor-file", vendor: "deepseek", id: "file_2" } },
            { type: "file", source: base64("text/markdown", "w6k="), name: "c.md" },
          ],
        },
      ],
    });

    expect(messagesOf(sent)).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Look." },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "image_url", image_url: { url: "https://x.test/a.png" } },
          { type: "file", file_id: "file_1" },
          { type: "file", file_id: "file_2" },
          { type: "text", text: "c.md:\n\né" },
        ],
      },
    ]);
    expect(sent.losses).toEqual(["messages[0] file translated"]);
  });

  test.each([
    { type: "file", source: base64("application/pdf", "AAAA") },
    { type: "file", source: { type: "url", url: "https://x.test/d.pdf" } },
    { type: "audio", source: base64("audio/wav", "AAAA") },
  ] as const)("hands %j to a tier that can read it", (part) => {
    expect(() => send({ messages: [{ role: "user", content: [part] }] })).toThrow("request.unsupported");
  });

  test("sends results as text that is never empty and says what failed", () => {
    const sent = send({
      messages: [
        USER,
        { role: "assistant", content: [{ type: "text", text: "I look." }, call("a"), call("b"), call("c")] },
        {
          role: "tool",
          content: [
            { ...result("a"), content: [] },
            { ...result("b"), isError: true },
            { ...result("c"), content: [...result("x").content, ...result("y").content] },
          ],
        },
      ],
    });

    expect(messagesOf(sent)).toMatchObject([
      {},
      { role: "assistant", content: "I look.", tool_calls: [{ id: "a" }, { id: "b" }, { id: "c" }] },
      { role: "tool", tool_call_id: "a", content: "(no text)" },
      { role: "tool", tool_call_id: "b", content: "Error: b" },
      { role: "tool", tool_call_id: "c", content: "x\ny" },
    ]);
    expect(sent.losses).toEqual(["messages[2] tool-result isError translated"]);
  });

  test("sends images of results in a user message behind all results", () => {
    const image = { type: "image", source: base64("image/png", "AAAA") } as const;

    const sent = send({
      messages: [
        USER,
        { role: "assistant", content: [call("a"), call("b")] },
        { role: "tool", content: [{ ...result("a"), content: [image] }, result("b")] },
      ],
    });

    expect(messagesOf(sent)).toMatchObject([
      {},
      {},
      { role: "tool", tool_call_id: "a" },
      { role: "tool", tool_call_id: "b" },
      { role: "user", content: [{ text: expect.stringContaining("f (a)") }, { type: "image_url" }] },
    ]);
    expect(sent.losses).toEqual(["messages[2] tool-result image translated"]);
  });

  test("spells arguments as the model did, and keeps broken ones in an object", () => {
    const sent = send({
      messages: [
        USER,
        {
          role: "assistant",
          content: [
            { ...call("a"), opaque: { arguments: '{ "a": "a" }' } },
            { ...call("b"), input: {}, inputText: '{"a' },
            call("c"),
          ],
        },
        { role: "tool", content: [result("a"), result("b"), result("c")] },
      ],
    });

    expect(JSON.stringify(sent.body)).toContain(JSON.stringify('{ "a": "a" }'));
    expect(JSON.stringify(sent.body)).toContain(JSON.stringify('{"invalid_arguments":"{\\"a"}'));
    expect(JSON.stringify(sent.body)).toContain(JSON.stringify('{"a":"c"}'));
    expect(sent.losses).toEqual(["messages[1] tool-call translated"]);
  });

  test("leaves media of earlier answers out, and turns of which nothing is left", () => {
    const sent = send({
      reasoning: { effort: "none", visible: true },
      messages: [
        USER,
        { role: "assistant", content: [{ type: "image", source: base64("image/png", "AAAA") }] },
        USER,
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "only" },
            { type: "refusal", text: "" },
          ],
        },
        USER,
        { role: "assistant", content: [{ type: "refusal", text: "I cannot." }] },
        USER,
      ],
    });

    expect(messagesOf(sent)).toMatchObject([{}, {}, {}, { role: "assistant", content: "I cannot." }, {}]);
    expect(sent.losses).toEqual(["messages[1] image dropped", "messages[3] reasoning dropped"]);
  });

  test("reports its own opaque parts, for which the API has no place", () => {
    const opaque = { type: "opaque", kind: "x", data: {} } as const;

    const sent = send({
      messages: [USER, { role: "assistant", content: [{ type: "text", text: "a" }, opaque] }, USER],
    });

    expect(messagesOf(sent)).toMatchObject([{}, { content: "a" }, {}]);
    expect(sent.losses).toEqual(["messages[1] opaque dropped"]);
  });

  test("lays a tool's native fields over what is made of it", () => {
    const tool = { ...TOOL, vendorOptions: { deepseek: { function: { description: "G." } }, openai: { y: 1 } } };

    expect(send({ tools: [tool] }).body["tools"]).toEqual([
      { type: "function", function: { ...toolOf(send({ tools: [TOOL] })), description: "G." } },
    ]);
  });

  test("continues the beginning of an answer at the beta endpoint, and reports elsewhere that it may begin anew", () => {
    const messages: readonly TargetMessage[] = [USER, { role: "assistant", content: [{ type: "text", text: "Su" }] }];

    const beta = send({ messages, reasoning: { effort: "none", visible: true } }, FLASH, true);
    const plain = send({ messages });
    const called = send({ messages: [USER, { role: "assistant", content: [call("a")] }] }, FLASH, true);

    expect(messagesOf(beta)).toEqual([
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Su", prefix: true },
    ]);
    expect(beta.losses).toEqual([]);
    expect(JSON.stringify(plain.body)).not.toContain("prefix");
    expect(plain.losses).toEqual(["messages downgraded"]);
    expect(JSON.stringify(called.body)).not.toContain("prefix");
  });

  test.each(["image/bmp", "image/tiff", "image/svg+xml"])("passes %s on to a tier that can see it", (mediaType) => {
    const picture = { type: "image", source: base64(mediaType, "AAAA") } as const;
    const url = { type: "image", source: { type: "url", url: "https://x.test/a", mediaType } } as const;
    const inResult: readonly TargetMessage[] = [
      USER,
      { role: "assistant", content: [call("a")] },
      { role: "tool", content: [{ ...result("a"), content: [picture] }] },
    ];

    expect(refusal({ messages: [{ role: "user", content: [picture] }] })).toEqual(["request.unsupported", "images"]);
    expect(refusal({ messages: [{ role: "user", content: [url] }] })).toEqual(["request.unsupported", "images"]);
    expect(refusal({ messages: inResult })).toEqual(["request.unsupported", "images"]);
  });

  test("passes more images on than a request may have", () => {
    const picture = { type: "image", source: base64("image/png", "AAAA") } as const;
    const content = Array.from({ length: 601 }, () => picture);

    expect(refusal({ messages: [{ role: "user", content }] })).toEqual(["request.unsupported", "images"]);
    expect(refusal({ messages: [{ role: "user", content: content.slice(1) }] })).toBeUndefined();
  });

  test("does not touch the request", () => {
    const messages: readonly TargetMessage[] = [USER, { role: "assistant", content: [call("a")] }];
    const before = JSON.stringify(messages);

    send({ messages });

    expect(JSON.stringify(messages)).toBe(before);
  });
});
