import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  asArray,
  isTargetFailure,
  type JsonObject,
  type Loss,
  type TargetMessage,
  type TargetRequest,
} from "@understudy/core/adapter";
import type { Request } from "@understudy/core";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, expectTypeOf, test } from "vitest";
import { toNativeRequest, type MistralNativeFields } from "./request.ts";

const folder = process.env["UNDERSTUDY_SPECS"] ?? fileURLToPath(new URL("../../../../shared/specs", import.meta.url));
const specification = `${folder}/mistral.openapi.json`;
const isThere = existsSync(specification);
if (!isThere)
  process.stderr.write(`SKIPPED: bodies are not checked against the vendor's description, ${folder} is absent\n`);

function loadValidator(): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "spec", components: JSON.parse(readFileSync(specification, "utf8")).components });
  return ajv.compile({ $ref: "spec#/components/schemas/ChatCompletionRequest" });
}

const validate = isThere ? loadValidator() : undefined;

const SMALL = "mistral-small-latest";
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

/** What is sent for a request; every body also has to fit the vendor's description. */
function send(request: Partial<TargetRequest> = {}, model: string = SMALL): Sent {
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
  const { path, headers, body } = toNativeRequest(full, model, { stream: true, loss });
  const sent: JsonObject = JSON.parse(JSON.stringify(body));
  // Younger than the description: levels between its two, tiers, and signatures of thoughts.
  const isDescribed = !/"reasoning_effort":"(?!high|none)|"service_tier"|"signature"/.test(JSON.stringify(sent));
  if (isDescribed && validate?.(sent) === false) throw new Error(JSON.stringify(validate.errors?.slice(0, 3)));
  return { path, headers, body: sent, losses };
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

function choice(request: Partial<TargetRequest>): unknown {
  return send(request).body["tool_choice"];
}

function messagesOf({ body }: Sent): unknown {
  return body["messages"];
}

describe("toNativeRequest", () => {
  test("sends the least for the least, and never asks for usage, which is refused", () => {
    expect(send()).toEqual({
      path: "/chat/completions",
      headers: {},
      body: { model: SMALL, messages: [{ role: "user", content: "Hi" }], stream: true },
      losses: [],
    });
  });

  test("sends everything that has a native word", () => {
    const { body, losses } = send({
      system: "Be brief.",
      tools: [TOOL],
      toolChoice: "required",
      reasoning: { effort: "high", visible: true },
      stop: ["END", " "],
      cache: true,
      seed: 7,
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 100,
    });

    expect(body).toEqual({
      model: SMALL,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
      ],
      tools: [{ type: "function", function: { name: "f", description: "F.", parameters: TOOL.inputSchema } }],
      tool_choice: "required",
      reasoning_effort: "high",
      stop: ["END", " "],
      random_seed: 7,
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 100,
      stream: true,
    });
    expect(losses).toEqual([]);
  });

  test("reports what the API does not have, and what is outside of its ranges", () => {
    const { body, losses } = send({
      topK: 5,
      seed: -1,
      temperature: 2,
      userId: "u1",
      reasoning: { budgetTokens: 1_000, visible: true },
    });

    expect(body).toEqual({ model: SMALL, messages: [{ role: "user", content: "Hi" }], temperature: 1.5, stream: true });
    expect(losses).toEqual([
      "reasoning.budgetTokens dropped",
      "userId dropped",
      "topK dropped",
      "temperature downgraded",
      "seed dropped",
    ]);
  });

  test.each([
    ["mistral-small-latest", "none", "none", []],
    ["mistral-small-latest", "minimal", "high", ["reasoning.effort downgraded"]],
    ["mistral-medium-3-5", "medium", "high", ["reasoning.effort downgraded"]],
    ["mistral-medium-3-5", "max", "high", ["reasoning.effort downgraded"]],
    ["mistral-large-4", "medium", "medium", []],
    ["mistral-large-4", "max", "xhigh", ["reasoning.effort downgraded"]],
    ["mistral-of-the-future", "low", "low", []],
    ["mistral-large-latest", "none", undefined, []],
    ["mistral-large-latest", "high", undefined, ["reasoning.effort dropped"]],
  ] as const)("asks %s for the effort %s as %s", (model, effort, expected, losses) => {
    const sent = send({ reasoning: { effort, visible: true } }, model);

    expect(sent.body["reasoning_effort"]).toBe(expected);
    expect(sent.losses).toEqual(losses);
  });

  test("passes native fields on, adds native tools to the request's, and says what yields to them", () => {
    const { headers, body, losses } = send({
      tools: [TOOL],
      seed: 1,
      reasoning: { effort: "high", visible: true },
      vendorOptions: {
        mistral: {
          headers: { "x-team": "blue" },
          safe_prompt: true,
          prompt_cache_key: "key",
          random_seed: 2,
          reasoning_effort: "none",
          n: 2,
          tools: [{ type: "function", function: { name: "g", parameters: {} } }],
        },
      },
    });

    expect(headers).toEqual({ "x-team": "blue" });
    expect(body).toMatchObject({
      safe_prompt: true,
      prompt_cache_key: "key",
      random_seed: 2,
      reasoning_effort: "none",
      tools: [{ function: { name: "f" } }, { function: { name: "g" } }],
    });
    expect(body).not.toHaveProperty("n");
    expect(losses).toEqual(["vendorOptions n dropped", "reasoning.effort dropped", "seed dropped"]);
  });

  test("gives the application's request its native options by declaration merging", () => {
    expectTypeOf<NonNullable<Request["vendorOptions"]>["mistral"]>().toEqualTypeOf<MistralNativeFields | undefined>();
  });
});

describe("JSON", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };

  test("with a schema is enforced by the API, in words only after two refusals", () => {
    const output = { type: "json", name: "my answer", schema } as const;

    const { body, losses } = send({ output });
    const loose = send({ output, without: ["strict"] });
    const inWords = send({ output, without: ["strict", "schema"] });

    expect(body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: { name: "my_answer", schema, strict: true },
    });
    expect(losses).toEqual([]);
    expect(loose.body["response_format"]).toMatchObject({ json_schema: { strict: false } });
    expect(loose.losses).toEqual(["output.schema downgraded"]);
    expect(inWords.body).not.toHaveProperty("response_format");
    expect(JSON.stringify(inWords.body["messages"])).toContain(JSON.stringify(JSON.stringify(schema)).slice(1, -1));
    expect(inWords.losses).toEqual(["output translated"]);
  });

  test("without a schema has a switch, and the word in the prompt", () => {
    const sent = send({ output: { type: "json", name: "a" } });

    expect(sent.body["response_format"]).toEqual({ type: "json_object" });
    expect(messagesOf(sent)).toMatchObject([{ content: expect.stringMatching(/^Hi\n\n.*JSON/) }]);
    expect(sent.losses).toEqual([]);
  });
});

describe("tools", () => {
  test("are chosen by name or by word, native ones too, and never without any", () => {
    expect(choice({ tools: [TOOL] })).toBe("auto");
    expect(choice({ tools: [TOOL], toolChoice: "none" })).toBe("none");
    expect(choice({ tools: [TOOL], toolChoice: { tool: "f" } })).toEqual({ type: "function", function: { name: "f" } });
    expect(choice({ toolChoice: "required" })).toBeUndefined();
  });

  test("are strict where a tool says so natively", () => {
    const { body } = send({ tools: [{ ...TOOL, vendorOptions: { mistral: { function: { strict: true } } } }] });

    expect(body["tools"]).toMatchObject([{ function: { name: "f", strict: true } }]);
  });

  test("are 128 at most, native ones counted: more go to the next tier", () => {
    const tools = Array.from({ length: 128 }, (_, index) => ({ ...TOOL, name: `f${index}` }));
    const one = { type: "function", function: { name: "g", parameters: {} } };

    expect(asArray(send({ tools }).body["tools"])).toHaveLength(128);
    expect(refusal({ tools, vendorOptions: { mistral: { tools: [one] } } })).toEqual(["request.unsupported", "tools"]);
  });
});

describe("the conversation", () => {
  const asked: TargetMessage = { role: "assistant", content: [call("aaaaaaaaa")] };
  const told: TargetMessage = { role: "tool", content: [result("aaaaaaaaa")] };

  test("keeps calls and results together, each under its id", () => {
    expect(messagesOf(send({ messages: [USER, asked, told] }))).toEqual([
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "aaaaaaaaa", type: "function", function: { name: "f", arguments: '{"a":"aaaaaaaaa"}' } }],
      },
      { role: "tool", tool_call_id: "aaaaaaaaa", content: "aaaaaaaaa" },
    ]);
  });

  test("MI-03 has a word of the model between results and a question, which is reported", () => {
    const sent = send({ messages: [USER, asked, told, USER] });

    expect(asArray(messagesOf(sent)).slice(2)).toEqual([
      { role: "tool", tool_call_id: "aaaaaaaaa", content: "aaaaaaaaa" },
      { role: "assistant", content: "Noted." },
      { role: "user", content: "Hi" },
    ]);
    expect(sent.losses).toEqual(["messages translated"]);
  });

  test("MI-03 shows an image of a result behind such a word, too", () => {
    const image = { type: "image", source: { type: "url", url: "https://a.test/b.png" } } as const;
    const seen: TargetMessage = { role: "tool", content: [{ ...result("aaaaaaaaa"), content: [image] }] };

    const sent = send({ messages: [USER, asked, seen] });

    expect(asArray(messagesOf(sent)).slice(2)).toMatchObject([
      { role: "tool" },
      { role: "assistant", content: "Noted." },
      { role: "user", content: [{ type: "text" }, { type: "image_url", image_url: { url: image.source.url } }] },
    ]);
    expect(sent.losses).toEqual(["messages[2] tool-result image translated", "messages translated"]);
  });

  test("MI-01 gives thinking back as it came, in the content, with its signature", () => {
    const reasoning = { type: "reasoning", text: "hm ", opaque: { signature: "s1" } } as const;
    const answer: TargetMessage = { role: "assistant", content: [reasoning, { type: "text", text: "Yes." }] };

    expect(messagesOf(send({ messages: [USER, answer, USER] }))).toMatchObject([
      {},
      {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "hm " }], signature: "s1" },
          { type: "text", text: "Yes." },
        ],
      },
      {},
    ]);
  });

  test("MI-02 marks an answer at the end for the model to continue, unless it has calls", () => {
    const begun: TargetMessage = { role: "assistant", content: [{ type: "text", text: "Su" }] };

    expect(messagesOf(send({ messages: [USER, begun] }))).toEqual([
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Su", prefix: true },
    ]);
    expect(JSON.stringify(send({ messages: [USER, begun, USER] }).body)).not.toContain("prefix");
    expect(JSON.stringify(send({ messages: [USER, asked] }).body)).not.toContain("prefix");
  });

  test("leaves refused fields out of messages and tools, too", () => {
    const sent = send({ messages: [USER, asked, told], tools: [TOOL], without: ["description", "tool_call_id"] });

    expect(JSON.stringify(sent.body)).not.toMatch(/description|tool_call_id/);
  });
});

describe("media", () => {
  test.each([
    [
      { type: "image", source: base64("image/png", "AAAA") },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
    ],
    [
      { type: "file", name: "a.pdf", source: base64("application/pdf", "AAAA") },
      { type: "document_url", document_url: "data:application/pdf;base64,AAAA", document_name: "a.pdf" },
    ],
    [
      { type: "file", source: { type: "url", url: "https://a.test/b.pdf" } },
      { type: "document_url", document_url: "https://a.test/b.pdf" },
    ],
    [
      { type: "file", source: { type: "vendor-file", vendor: "mistral", id: "b7e7d6c4" } },
      { type: "file", file_id: "b7e7d6c4" },
    ],
    [
      { type: "audio", source: base64("audio/mpeg", "AAAA") },
      { type: "input_audio", input_audio: "AAAA" },
    ],
  ] as const)("sends %j in the API's words", (part, expected) => {
    expect(messagesOf(send({ messages: [{ role: "user", content: [part] }] }))).toEqual([
      { role: "user", content: [expected] },
    ]);
  });

  test("sends texts as text, and asks the next tier for what is neither text nor PDF", () => {
    const text = { type: "file", name: "a.md", source: base64("text/markdown", "SGk=") } as const;
    const sheet = { type: "file", source: base64("application/vnd.ms-excel", "AAAA") } as const;

    const sent = send({ messages: [{ role: "user", content: [text] }] });

    expect(messagesOf(sent)).toEqual([{ role: "user", content: [{ type: "text", text: "a.md:\n\nHi" }] }]);
    expect(sent.losses).toEqual(["messages[0] file translated"]);
    expect(refusal({ messages: [{ role: "user", content: [sheet] }] })).toEqual(["request.unsupported", "files"]);
  });
});
