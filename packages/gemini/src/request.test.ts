import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  isTargetFailure,
  type JsonObject,
  type JsonValue,
  type Loss,
  type TargetMessage,
  type TargetRequest,
} from "@understudy/core/adapter";
import { NameMap } from "@understudy/core/toolkit";
import type { Request } from "@understudy/core";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, expectTypeOf, test } from "vitest";
import { toContents } from "./content.ts";
import { reasoningOf, toNativeRequest, type GeminiNativeFields, type GeminiRequestContext } from "./request.ts";

const folder = process.env["UNDERSTUDY_SPECS"] ?? fileURLToPath(new URL("../../../../shared/specs", import.meta.url));
const specification = `${folder}/gemini-generate-content.schema.json`;
const isThere = existsSync(specification);
if (!isThere)
  process.stderr.write(`SKIPPED: bodies are not checked against the vendor's description, ${folder} is absent\n`);

function loadValidator(): ValidateFunction {
  return new Ajv({ strict: false }).compile(JSON.parse(readFileSync(specification, "utf8")));
}

const validate = isThere ? loadValidator() : undefined;

const FLASH = "gemini-3.8-flash";
const OLDER = "gemini-2.5-flash";
const USER: TargetMessage = { role: "user", content: [{ type: "text", text: "Hi" }] };
const TOOL = {
  name: "f",
  description: "F.",
  inputSchema: { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
} as const;
const DUMMY = "skip_thought_signature_validator";

const call = (id: string, thoughtSignature?: string) =>
  ({
    type: "tool-call",
    toolCallId: id,
    toolName: "f",
    input: { a: id },
    ...(thoughtSignature === undefined ? {} : { opaque: { thoughtSignature } }),
  }) as const;

const result = (id: string) =>
  ({ type: "tool-result", toolCallId: id, toolName: "f", content: [{ type: "text", text: id }] }) as const;

const base64 = (mediaType: string, data: string) => ({ type: "base64", mediaType, data }) as const;

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly losses: readonly string[];
}

/** What is sent for a request; every body also has to fit the vendor's own description. */
function send(
  request: Partial<TargetRequest> = {},
  model: string = FLASH,
  isVertex = false,
  context: Partial<GeminiRequestContext> = {},
): Sent {
  const losses: string[] = [];
  const loss = ({ what, action }: Loss): void => void losses.push(`${what} ${action}`);
  const { path, headers, body } = toNativeRequest(fill(request), model, {
    stream: true,
    isVertex,
    isProject: false,
    loss,
    ...context,
  });
  // Newer than the description.
  const { continuationToken: _token, ...described } = body;
  if (validate?.(described) === false) throw new Error(JSON.stringify(validate.errors?.slice(0, 3)));
  return { path, headers, body, losses };
}

function fill(request: Partial<TargetRequest>): TargetRequest {
  return {
    messages: [USER],
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    stop: [],
    ...request,
    reasoning: { visible: true, ...request.reasoning },
  };
}

function configured(generationConfig: JsonObject): { readonly gemini: GeminiNativeFields } {
  return { gemini: { generationConfig } };
}

function calling(functionCallingConfig: JsonObject): { readonly gemini: GeminiNativeFields } {
  return { gemini: { toolConfig: { functionCallingConfig } } };
}

function contentsOf({ body }: Sent): unknown {
  return body["contents"];
}

function configOf({ body }: Sent): unknown {
  return body["generationConfig"];
}

describe("toNativeRequest", () => {
  test("sends the least for the least, and asks to see thoughts", () => {
    expect(send()).toEqual({
      path: "/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
      headers: {},
      body: {
        contents: [{ role: "user", parts: [{ text: "Hi" }] }],
        generationConfig: { thinkingConfig: { includeThoughts: true } },
      },
      losses: [],
    });
  });

  test("names models in all their forms, and the other method for an answer in one piece", () => {
    const options = { stream: false, isVertex: false, isProject: false, loss: () => undefined };

    expect(toNativeRequest(fill({}), FLASH, options).path).toBe("/models/gemini-3.8-flash:generateContent");
    expect(toNativeRequest(fill({}), "tunedModels/a b", options).path).toBe("/tunedModels/a%20b:generateContent");
  });

  test("sends everything that has a native word", () => {
    const { body, losses } = send({
      system: "Be brief.",
      tools: [TOOL],
      reasoning: { effort: "low", visible: true },
      stop: ["END"],
      seed: 7,
      cache: true,
      maxOutputTokens: 100,
    });

    expect(body).toMatchObject({
      systemInstruction: { role: "user", parts: [{ text: "Be brief." }] },
      tools: [{ functionDeclarations: [{ name: "f", description: "F.", parametersJsonSchema: TOOL.inputSchema }] }],
      generationConfig: {
        thinkingConfig: { thinkingLevel: "LOW", includeThoughts: true },
        stopSequences: ["END"],
        seed: 7,
        maxOutputTokens: 100,
      },
    });
    expect(losses).toEqual([]);
  });

  test.each([
    ["auto", undefined],
    ["none", { functionCallingConfig: { mode: "NONE" } }],
    ["required", { functionCallingConfig: { mode: "ANY" } }],
    [{ tool: "f" }, { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } }],
  ] as const)("says the tool choice %j", (toolChoice, toolConfig) => {
    expect(send({ tools: [TOOL], toolChoice }).body["toolConfig"]).toEqual(toolConfig);
  });

  test("leaves the schema of a tool without arguments out", () => {
    const tools = [{ name: "f", description: "F.", inputSchema: { type: "object", properties: {} } }];

    expect(send({ tools }).body["tools"]).toEqual([{ functionDeclarations: [{ name: "f", description: "F." }] }]);
  });

  test("passes native fields on, and merges those that the request also speaks of", () => {
    const { headers, body } = send({
      tools: [TOOL],
      toolChoice: "required",
      maxOutputTokens: 5,
      vendorOptions: {
        gemini: {
          headers: { "x-team": "blue" },
          safetySettings: [],
          generationConfig: { mediaResolution: "MEDIA_RESOLUTION_LOW" },
          toolConfig: { includeServerSideToolInvocations: true },
          tools: [{ googleSearch: {} }],
        },
      },
    });

    expect(headers).toEqual({ "x-team": "blue" });
    expect(body).toMatchObject({
      safetySettings: [],
      generationConfig: { maxOutputTokens: 5, mediaResolution: "MEDIA_RESOLUTION_LOW" },
      toolConfig: { includeServerSideToolInvocations: true, functionCallingConfig: { mode: "ANY" } },
      tools: [{ functionDeclarations: [{ name: "f" }] }, { googleSearch: {} }],
    });
  });

  test("gives the application's request its native options by declaration merging", () => {
    expectTypeOf<NonNullable<Request["vendorOptions"]>["gemini"]>().toEqualTypeOf<GeminiNativeFields | undefined>();
  });

  test("reports what the API does not have, and sampling where it is deprecated", () => {
    const sampling = { temperature: 0.5, topP: 0.9, topK: 5, userId: "u1" };

    const newer = send(sampling);
    const older = send(sampling, OLDER);

    expect(newer.losses).toEqual(["userId dropped", "temperature dropped", "topP dropped", "topK dropped"]);
    expect(configOf(older)).toMatchObject({ temperature: 0.5, topP: 0.9, topK: 5 });
    expect(older.losses).toEqual(["userId dropped"]);
  });

  test("puts the system prompt into the first message of models that have no place for it", () => {
    expect(send({ system: "Be brief." }, "gemma-4-31b-it").body).toEqual({
      contents: [{ role: "user", parts: [{ text: "Be brief." }, { text: "Hi" }] }],
    });
  });
});

describe("toNativeRequest and JSON", () => {
  test("asks for JSON natively, the schema fitted into the vendor's subset", () => {
    const schema: JsonObject = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        kind: { const: "a" },
        flag: { const: true },
        name: { type: "string", minLength: 2, pattern: "^x" },
        next: { $ref: "#/$defs/node", description: "stays" },
      },
      $defs: { node: { type: "object", properties: {} } },
      additionalProperties: false,
    };

    const sent = send({ output: { type: "json", name: "a", schema } });

    expect(configOf(sent)).toMatchObject({
      responseMimeType: "application/json",
      responseJsonSchema: {
        properties: {
          kind: { enum: ["a"] },
          name: { type: "string", description: "{minLength: 2, pattern: ^x}" },
          next: { anyOf: [{ $ref: "#/$defs/node" }], description: "stays" },
        },
        additionalProperties: false,
      },
    });
    expect(JSON.stringify(configOf(sent))).not.toMatch(/\$schema|"const"/);
    expect(sent.losses).toEqual(["output.schema downgraded"]);
  });

  test("asks for any JSON where there is no schema", () => {
    const { body, losses } = send({ output: { type: "json", name: "a" } });

    expect(body["generationConfig"]).toMatchObject({ responseMimeType: "application/json" });
    expect(losses).toEqual([]);
  });

  test("asks in words where the model does not take it together with tools", () => {
    const schema = { type: "object" };

    const { body, losses } = send({ tools: [TOOL], output: { type: "json", name: "a", schema } }, OLDER);

    expect(body["generationConfig"]).not.toHaveProperty("responseMimeType");
    expect(JSON.stringify(body["systemInstruction"])).toContain("JSON Schema");
    expect(losses).toEqual(["output translated"]);
  });
});

describe("toNativeRequest and reasoning", () => {
  test.each<[string, TargetRequest["reasoning"], unknown, readonly string[]]>([
    [FLASH, { visible: false }, undefined, []],
    [FLASH, { effort: "max", visible: false }, { thinkingLevel: "HIGH" }, ["reasoning.effort downgraded"]],
    [FLASH, { effort: "none", visible: false }, { thinkingLevel: "LOW" }, ["reasoning.effort downgraded"]],
    [FLASH, { budgetTokens: 5, visible: false }, undefined, ["reasoning.budgetTokens dropped"]],
    ["gemini-3.6-flash", { effort: "minimal", visible: false }, { thinkingLevel: "MINIMAL" }, []],
    [OLDER, { visible: true }, { includeThoughts: true }, []],
    [OLDER, { effort: "none", visible: true }, { thinkingBudget: 0 }, []],
    [OLDER, { effort: "low", visible: true }, { thinkingBudget: 4_096, includeThoughts: true }, []],
    [OLDER, { effort: "low", budgetTokens: 99, visible: false }, { thinkingBudget: 99 }, []],
    ["gemini-2.5-pro", { effort: "none", visible: true }, { includeThoughts: true }, ["reasoning.effort downgraded"]],
    ["gemini-2.0-flash", { effort: "high", visible: true }, undefined, ["reasoning dropped"]],
  ])("asks %s for %j as it can", (model, reasoning, thinkingConfig, losses) => {
    const sent = send({ reasoning }, model);

    expect(Object(configOf(sent))["thinkingConfig"]).toEqual(thinkingConfig);
    expect(sent.losses).toEqual(losses);
  });

  test("knows whether the model will think, and show it, also from native options", () => {
    const gemini = { generationConfig: { thinkingConfig: { thinkingLevel: "HIGH" } } };

    expect(reasoningOf(fill({}), FLASH)).toMatchObject({ isThinking: true, isVisible: true });
    expect(reasoningOf(fill({ reasoning: { effort: "none", visible: true } }), OLDER)).toMatchObject({
      isThinking: false,
    });
    expect(reasoningOf(fill({ vendorOptions: { gemini } }), FLASH)).toEqual({ isThinking: true, isVisible: true });
    const hidden = { generationConfig: { thinkingConfig: { includeThoughts: false } } };
    expect(reasoningOf(fill({ vendorOptions: { gemini: hidden } }), FLASH)).toEqual({
      isThinking: true,
      isVisible: false,
    });
  });
});

describe("toNativeRequest and the conversation", () => {
  test("puts all results of a step alone into one content, with name, id and an object, and the user's words into the next", () => {
    const sent = send({
      messages: [
        USER,
        { role: "assistant", content: [{ type: "text", text: "I look." }, call("a", "s"), call("b")] },
        { role: "tool", content: [result("a"), { ...result("b"), isError: true }] },
        { role: "user", content: [{ type: "text", text: "And?" }] },
      ],
    });

    expect(contentsOf(sent)).toEqual([
      { role: "user", parts: [{ text: "Hi" }] },
      {
        role: "model",
        parts: [
          { text: "I look." },
          { functionCall: { id: "a", name: "f", args: { a: "a" } }, thoughtSignature: "s" },
          { functionCall: { id: "b", name: "f", args: { a: "b" } } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "a", name: "f", response: { output: "a" } } },
          { functionResponse: { id: "b", name: "f", response: { error: "b" } } },
        ],
      },
      { role: "user", parts: [{ text: "And?" }] },
    ]);
    expect(sent.losses).toEqual([]);
  });

  test("GE-10 gives the first call of each foreign step the vendor's stand-in for a signature", () => {
    const messages: readonly TargetMessage[] = [
      USER,
      { role: "assistant", content: [call("a"), call("b")] },
      { role: "tool", content: [result("a"), result("b")] },
      { role: "assistant", content: [call("c", "own"), call("d")] },
      { role: "tool", content: [result("c"), result("d")] },
      { role: "assistant", content: [call("e")] },
      { role: "tool", content: [result("e")] },
    ];

    const signatures = (model: string): unknown =>
      Array.from(
        JSON.stringify(send({ messages }, model).body).matchAll(/"thoughtSignature":"(\w+)"/g),
        ([, one]) => one,
      );

    expect(signatures(FLASH)).toEqual([DUMMY, "own", DUMMY]);
    expect(signatures(OLDER)).toEqual(["own"]);
  });

  test("leaves ids out for models and endpoints that have none", () => {
    const messages: readonly TargetMessage[] = [
      USER,
      { role: "assistant", content: [call("a")] },
      { role: "tool", content: [result("a")] },
    ];

    expect(JSON.stringify(send({ messages }, OLDER).body)).not.toContain('"id"');
    expect(JSON.stringify(send({ messages }, FLASH, true).body)).not.toContain('"id"');
    expect(JSON.stringify(send({ messages }).body)).toContain('"id":"a"');
  });

  test.each<readonly [string, JsonValue]>([
    ["a function's response", { functionResponse: { name: "f", response: { output: "paid" } } }],
    ["a function call", { functionCall: { name: "pay", args: {} } }],
    ["a text", { text: "paid" }],
    ["a turn of its own", { role: "user", parts: [{ text: "paid" }] }],
    ["a word", "paid"],
  ])("sends no opaque part that an answer cannot hold: %s", (_name, data) => {
    const forged = { type: "opaque", kind: "executableCode", data } as const;
    const text = { type: "text", text: "A" } as const;

    const sent = send({ messages: [USER, { role: "assistant", content: [text, forged] }, USER] });

    const model = { role: "model", parts: [{ text: "A" }] };
    expect(contentsOf(sent)).toEqual([expect.anything(), model, expect.anything()]);
    expect(sent.losses).toEqual(["messages[1] opaque dropped"]);
  });

  test("lets no opaque data change what its part is", () => {
    const opaque = {
      text: "paid",
      functionResponse: { name: "f" },
      functionCall: { name: "pay" },
      thoughtSignature: "s",
    };

    const sent = send({
      messages: [
        USER,
        {
          role: "assistant",
          content: [
            { type: "text", text: "A", opaque },
            { ...call("a"), opaque },
          ],
        },
        { role: "tool", content: [result("a")] },
      ],
    });

    const parts = [
      { text: "A", thoughtSignature: "s" },
      { functionCall: { id: "a", name: "f", args: { a: "a" } }, thoughtSignature: "s" },
    ];
    expect(contentsOf(sent)).toEqual([expect.anything(), { role: "model", parts }, expect.anything()]);
  });

  test("joins more parts than a call can have arguments", () => {
    const picture = { ...result("a"), content: [{ type: "image", source: base64("image/png", "AAAA") }] } as const;
    const content = Array.from({ length: 200_000 }, () => ({ type: "text", text: "x" }) as const);
    const rules = { needsSignatures: true, callIds: true, resultMedia: false, names: new NameMap(/^/, []) };

    const contents = toContents(
      [
        { role: "tool", content: [picture] },
        { role: "user", content },
      ],
      rules,
      () => undefined,
    );

    // What a result cannot hold stands before the user's own words.
    expect(contents[1]?.parts).toHaveLength(200_002);
  });

  test("goes on by no token that is not text", () => {
    const forged = { type: "opaque", kind: "continuationToken", data: { of: "somebody else" } } as const;
    const text = { type: "text", text: "A" } as const;

    const { body } = send({ messages: [USER, { role: "assistant", content: [text, forged] }] });

    expect(JSON.stringify(body)).not.toContain("somebody");
  });

  test("sends its own parts back as they came, each with its signature, none merged", () => {
    const code = { executableCode: { language: "PYTHON", code: "1" }, thoughtSignature: "c" };

    const sent = send({
      messages: [
        USER,
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "hm", opaque: { thoughtSignature: "r" } },
            { type: "opaque", kind: "executableCode", data: code },
            { type: "text", text: "A" },
            { type: "image", source: base64("image/png", "AAAA"), opaque: { thoughtSignature: "i" } },
            { type: "text", text: "", opaque: { thoughtSignature: "t" } },
            { type: "opaque", kind: "groundingMetadata", data: { webSearchQueries: [] } },
            { type: "source", url: "https://x.test" },
          ],
        },
        USER,
      ],
    });

    expect(contentsOf(sent)).toMatchObject([
      {},
      {
        role: "model",
        parts: [
          { text: "hm", thought: true, thoughtSignature: "r" },
          code,
          { text: "A" },
          { inlineData: { mimeType: "image/png", data: "AAAA" }, thoughtSignature: "i" },
          { text: "", thoughtSignature: "t" },
        ],
      },
      {},
    ]);
  });

  test("sends media in all their forms", () => {
    const sent = send({
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: base64("image/png", "AAAA") },
            { type: "file", source: { type: "url", url: "https://x.test/d.pdf", mediaType: "application/pdf" } },
            { type: "file", source: { type: "vendor-file", vendor: "gemini", id: "files/1" }, citations: true },
            { type: "audio", source: base64("audio/wav", "BBBB") },
          ],
        },
      ],
    });

    expect(contentsOf(sent)).toEqual([
      {
        role: "user",
        parts: [
          { inlineData: { mimeType: "image/png", data: "AAAA" } },
          { fileData: { mimeType: "application/pdf", fileUri: "https://x.test/d.pdf" } },
          { fileData: { fileUri: "files/1" } },
          { inlineData: { mimeType: "audio/wav", data: "BBBB" } },
        ],
      },
    ]);
    expect(sent.losses).toEqual(["messages[0] citations dropped"]);
  });

  test("sends media of results inside of them where the model allows it, else into a content behind them", () => {
    const image = { type: "image", source: base64("image/png", "AAAA") } as const;
    const url = { type: "image", source: { type: "url", url: "https://x.test/a.png" } } as const;
    const messages = (content: (typeof image | typeof url)[]): readonly TargetMessage[] => [
      USER,
      { role: "assistant", content: [call("a", "s"), call("b")] },
      { role: "tool", content: [{ ...result("a"), content }, result("b")] },
    ];

    const inside = send({ messages: messages([image]) });
    const behind = send({ messages: messages([url]) });
    const older = send({ messages: messages([image]) }, OLDER);

    expect(contentsOf(inside)).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { parts: [{ inlineData: { mimeType: "image/png" } }] } }, {}] },
    ]);
    expect(inside.losses).toEqual([]);
    for (const sent of [behind, older]) {
      expect(contentsOf(sent)).toMatchObject([
        {},
        {},
        { role: "user", parts: [{ functionResponse: {} }, { functionResponse: {} }] },
        { role: "user", parts: [{ text: expect.stringContaining("f (a)") }, {}] },
      ]);
      expect(sent.losses).toEqual(["messages[2] tool-result image translated"]);
    }
  });

  test("merges the user's words with media behind results, and never with the results", () => {
    const url = { type: "image", source: { type: "url", url: "https://x.test/a.png" } } as const;

    const sent = send({
      messages: [
        USER,
        { role: "assistant", content: [call("a", "s")] },
        { role: "tool", content: [{ ...result("a"), content: [url] }] },
        { role: "user", content: [{ type: "text", text: "And?" }] },
        { role: "assistant", content: [call("b", "s")] },
        { role: "tool", content: [result("b")] },
      ],
    });

    expect(contentsOf(sent)).toMatchObject([
      {},
      { role: "model" },
      { role: "user", parts: [{ functionResponse: {} }] },
      { role: "user", parts: [{ text: expect.stringContaining("f (a)") }, { fileData: {} }, { text: "And?" }] },
      { role: "model" },
      { role: "user", parts: [{ functionResponse: {} }] },
    ]);
  });

  test.each([FLASH, "gemini-3.5-flash-lite", "gemini-4-argon", "gemini-flash-latest", "gemma-4-31b-it"])(
    "MS-09 ends a conversation that ends with the model with a user turn for %s, and reports it",
    (model) => {
      const sent = send({ messages: [USER, { role: "assistant", content: [{ type: "text", text: "So " }] }] }, model);

      expect(contentsOf(sent)).toEqual([
        { role: "user", parts: [{ text: "Hi" }] },
        { role: "model", parts: [{ text: "So " }] },
        { role: "user", parts: [{ text: "Go on." }] },
      ]);
      expect(sent.losses).toEqual(["messages translated"]);
    },
  );

  test.each([OLDER, "gemini-3.5-flash", "gemini-3.1-pro-preview", "gemini-3.1-flash-lite"])(
    "MS-09 puts no words into a conversation that %s continues",
    (model) => {
      const sent = send({ messages: [USER, { role: "assistant", content: [{ type: "text", text: "So " }] }] }, model);

      expect(contentsOf(sent)).toMatchObject([{}, { role: "model", parts: [{ text: "So " }] }]);
      expect(contentsOf(sent)).toHaveLength(2);
      expect(sent.losses).toEqual([]);
    },
  );

  test("goes on with a long answer by its token, without the answer", () => {
    const sent = send({
      messages: [
        USER,
        {
          role: "assistant",
          content: [
            { type: "text", text: "Part one" },
            { type: "opaque", kind: "continuationToken", data: "dG9rZW4=" },
          ],
        },
      ],
    });

    expect(sent.body).toMatchObject({ contents: [{ role: "user" }], continuationToken: "dG9rZW4=" });
    expect(sent.losses).toEqual([]);
  });

  test("puts a turn of the user before a conversation that begins with a call", () => {
    const sent = send({
      messages: [
        { role: "assistant", content: [call("a")] },
        { role: "tool", content: [result("a")] },
      ],
    });

    expect(contentsOf(sent)).toMatchObject([{ role: "user" }, { role: "model" }, { role: "user" }]);
    expect(sent.losses).toEqual(["messages translated"]);
  });

  test("does not touch the request", () => {
    const messages: readonly TargetMessage[] = [USER, { role: "assistant", content: [call("a")] }];
    const before = JSON.stringify(messages);

    send({ messages });

    expect(JSON.stringify(messages)).toBe(before);
  });
});

const named = (name: string) => ({ name, description: "F.", inputSchema: { type: "object", properties: {} } });

const called = (toolName: string): readonly TargetMessage[] => [
  USER,
  { role: "assistant", content: [{ ...call("a"), toolName }] },
  { role: "tool", content: [{ ...result("a"), toolName }] },
];

const declarations = ({ body }: Sent): unknown => Object(Object(body["tools"])[0])["functionDeclarations"];

const nativePart = (data: JsonValue) => ({ type: "opaque", kind: "part", data }) as const;

const file = (mediaType: string) => ({ type: "file", source: base64(mediaType, "e30=") }) as const;

describe("toNativeRequest and tools", () => {
  test.each([
    ["0", "_0"],
    ["-dash", "__dash"],
  ])("writes a name that the vendor refuses differently everywhere: %s", (name, native) => {
    const sent = send({ tools: [named(name), named("f")], toolChoice: { tool: name }, messages: called(name) });

    expect(declarations(sent)).toMatchObject([{ name: native }, { name: "f" }]);
    expect(sent.body["toolConfig"]).toEqual({
      functionCallingConfig: { mode: "ANY", allowedFunctionNames: [native] },
    });
    expect(contentsOf(sent)).toMatchObject([
      {},
      { parts: [{ functionCall: { name: native } }] },
      { parts: [{ functionResponse: { name: native } }] },
    ]);
    expect(sent.losses).toEqual(["tools translated"]);
  });

  test("never takes the name of a tool that is declared natively", () => {
    const vendorOptions = { gemini: { tools: [{ functionDeclarations: [{ name: "_0", description: "F." }] }] } };

    expect(declarations(send({ tools: [named("0")], vendorOptions }))).toMatchObject([{ name: "_0_2" }]);
  });

  test("lays a tool's native fields over its declaration, but never its name", () => {
    const parameters = { type: "OBJECT", properties: { a: { type: "STRING" } } };

    const sent = send({
      tools: [
        { ...TOOL, vendorOptions: { gemini: { behavior: "NON_BLOCKING" }, anthropic: { strict: true } } },
        { ...named("g"), inputSchema: TOOL.inputSchema, vendorOptions: { gemini: { parameters, name: "other" } } },
      ],
    });

    expect(declarations(sent)).toEqual([
      { name: "f", description: "F.", parametersJsonSchema: TOOL.inputSchema, behavior: "NON_BLOCKING" },
      { name: "g", description: "F.", parameters },
    ]);
  });

  test("declares the tools of earlier calls that the request does not, without parameters", () => {
    const sent = send({ tools: [named("now")], messages: called("search") });

    expect(declarations(sent)).toMatchObject([{ name: "now" }, { name: "search" }]);
    expect(JSON.stringify(declarations(sent))).not.toContain("parameters");
    expect(sent.body["toolConfig"]).toBeUndefined();
    expect(sent.losses).toEqual(["tools translated"]);
  });

  test("lets a required call be none of a tool that is gone", () => {
    const { body } = send({ tools: [named("now")], toolChoice: "required", messages: called("search") });

    expect(body["toolConfig"]).toEqual({ functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["now"] } });
  });

  test("takes tools that are declared natively for declared", () => {
    const gemini = {
      tools: [{ functionDeclarations: ["search", "now"].map((name) => ({ name, description: "F." })) }],
    };

    const known = send({ messages: called("search"), vendorOptions: { gemini } });
    const gone = send({ messages: called("other"), vendorOptions: { gemini } });
    const computer = send({
      tools: [named("now")],
      messages: called("click_at"),
      vendorOptions: { gemini: { tools: [{ computerUse: { environment: "ENVIRONMENT_BROWSER" } }] } },
    });

    expect(known.body["tools"]).toEqual(gemini.tools);
    expect(gone.body["tools"]).toMatchObject([{ functionDeclarations: [{ name: "other" }] }, {}]);
    expect(declarations(computer)).toMatchObject([{ name: "now" }]);
    expect([...known.losses, ...computer.losses]).toEqual([]);
  });

  test("leaves a history with calls alone where no tool is declared", () => {
    expect(send({ messages: called("search") }).body).not.toHaveProperty("tools");
  });

  test("passes a target over that takes no more than 512 tools", () => {
    const tools = Array.from({ length: 513 }, (_, index) => named(`t${index}`));

    expect(send({ tools: tools.slice(1) }).losses).toEqual([]);
    let thrown: unknown;
    try {
      send({ tools });
    } catch (error) {
      thrown = error;
    }
    expect(isTargetFailure(thrown) ? [thrown.class, thrown.details.capability] : thrown).toEqual([
      "request.unsupported",
      "tools",
    ]);
  });

  test.each<[JsonValue, string | undefined, JsonObject]>([
    ["SELECT 1", undefined, { input: "SELECT 1" }],
    [{}, '{"a": tru', { input: '{"a": tru' }],
    [[1, 2], undefined, { input: [1, 2] }],
    [7, undefined, { input: 7 }],
  ])("keeps arguments that are not an object: %j", (input, inputText, args) => {
    const sent = send({
      tools: [TOOL],
      messages: [
        USER,
        { role: "assistant", content: [{ ...call("a"), input, inputText }] },
        { role: "tool", content: [result("a")] },
      ],
    });

    expect(contentsOf(sent)).toMatchObject([{}, { parts: [{ functionCall: { args } }] }, {}]);
    expect(sent.losses).toEqual(["messages[1] tool-call input translated"]);
  });
});

describe("toNativeRequest and what the vendor limits", () => {
  test.each([
    ["gemini-3.8-flash", 65_536],
    ["gemini-2.5-pro", 65_535],
    ["gemini-4-argon", 1_048_576],
  ])("asks %s for no more output than it writes", (model, most) => {
    const sent = send({ maxOutputTokens: 2_000_000 }, model);

    expect(configOf(sent)).toMatchObject({ maxOutputTokens: most });
    expect(sent.losses).toEqual(["maxOutputTokens downgraded"]);
    expect(configOf(send({ maxOutputTokens: 5 }, model))).toMatchObject({ maxOutputTokens: 5 });
  });

  test("asks a model that the table does not know, or that the user knows better, for what is wished", () => {
    const asked = { maxOutputTokens: 2_000_000 };

    expect(configOf(send(asked, "gemini-2.5-flash-image"))).toMatchObject(asked);
    expect(configOf(send(asked, FLASH, true, { maxOutputTokens: "unknown" }))).toMatchObject(asked);
    expect(configOf(send(asked, FLASH, true, { maxOutputTokens: 9 }))).toMatchObject({ maxOutputTokens: 9 });
  });

  test.each<[Partial<TargetRequest>, string, JsonObject]>([
    [{ seed: 2_147_483_648 }, "seed", { seed: 2_147_483_647 }],
    [{ seed: 1.5 }, "seed", { seed: -1 }],
    [{ temperature: -1 }, "temperature", { temperature: 2 }],
    [{ topP: 5 }, "topP", { topP: 1 }],
    [{ topK: 1e12 }, "topK", { topK: 40 }],
  ])("drops %j, which is out of range", (wrong, what, right) => {
    const sent = send(wrong, OLDER);

    expect(configOf(sent)).not.toHaveProperty(what);
    expect(sent.losses).toEqual([`${what} dropped`]);
    expect(configOf(send(right, OLDER))).toMatchObject(right);
  });

  test("follows the successor's rules from the day a model retires, and not an instant before", () => {
    const before = Date.UTC(2026, 11, 1) - 1;
    const request: Partial<TargetRequest> = {
      tools: [TOOL],
      temperature: 0.5,
      reasoning: { effort: "low", visible: false },
      messages: [USER, { role: "assistant", content: [call("a")] }, { role: "tool", content: [result("a")] }],
    };

    const alive = send(request, OLDER, true, { wallNow: before });
    const gone = send(request, OLDER, true, { wallNow: before + 1 });

    expect(JSON.stringify(alive.body)).not.toContain(DUMMY);
    expect(configOf(alive)).toEqual({ temperature: 0.5, thinkingConfig: { thinkingBudget: 4_096 } });
    expect(contentsOf(gone)).toMatchObject([{}, { parts: [{ thoughtSignature: DUMMY }] }, {}]);
    expect(configOf(gone)).toEqual({ thinkingConfig: { thinkingLevel: "LOW" } });
    expect(gone.losses).toEqual(["temperature dropped"]);
  });
});

describe("toNativeRequest and native fields", () => {
  const json = { type: "json", name: "a", schema: { type: "object" } } as const;

  test("puts a native instruction before its own, and loses neither", () => {
    const systemInstruction = { parts: [{ text: "Native." }] };

    const sent = send(
      { system: "Be brief.", tools: [TOOL], output: json, vendorOptions: { gemini: { systemInstruction } } },
      OLDER,
    );

    expect(sent.body["systemInstruction"]).toMatchObject({
      parts: [{ text: "Native." }, { text: "Be brief." }, { text: expect.stringContaining("JSON Schema") }],
    });
  });

  test.each([
    ["Native.", [{ text: "Native." }]],
    [{ role: "system", parts: { text: "Native." } }, [{ text: "Native." }]],
    [null, undefined],
  ])("takes a native instruction in any form: %j", (systemInstruction, parts) => {
    const { body } = send({ vendorOptions: { gemini: { systemInstruction } } });

    expect(Object(body["systemInstruction"])["parts"]).toEqual(parts);
  });

  test("sends neither instruction nor tools beside cached content, which has its own", () => {
    const sent = send({
      system: "Be brief.",
      tools: [TOOL],
      toolChoice: "required",
      vendorOptions: {
        gemini: {
          cachedContent: "cachedContents/1",
          tools: [{ googleSearch: {} }],
          toolConfig: { includeServerSideToolInvocations: true },
        },
      },
    });

    expect(sent.body).toEqual({
      contents: [{ role: "user", parts: [{ text: "Be brief." }, { text: "Hi" }] }],
      generationConfig: { thinkingConfig: { includeThoughts: true } },
      cachedContent: "cachedContents/1",
    });
    expect(sent.losses).toEqual([
      "system translated",
      "vendorOptions toolConfig dropped",
      "tools dropped",
      "toolChoice dropped",
    ]);
  });

  test("merges native objects field by field, and reports what of the request they override", () => {
    const level = send({
      reasoning: { effort: "low", visible: true },
      vendorOptions: configured({ thinkingConfig: { thinkingLevel: "HIGH" }, maxOutputTokens: 9 }),
      maxOutputTokens: 5,
    });
    const hidden = send({
      reasoning: { effort: "low", visible: true },
      vendorOptions: configured({ thinkingConfig: { includeThoughts: false } }),
    });
    const budget = send(
      {
        reasoning: { effort: "low", visible: true },
        vendorOptions: configured({ thinkingConfig: { thinkingBudget: 0 } }),
      },
      FLASH,
    );
    const same = send({
      maxOutputTokens: 5,
      stop: ["a"],
      vendorOptions: configured({ maxOutputTokens: 5, stopSequences: ["a"] }),
    });

    expect(configOf(level)).toEqual({
      thinkingConfig: { thinkingLevel: "HIGH", includeThoughts: true },
      maxOutputTokens: 9,
    });
    expect(level.losses).toEqual(["reasoning dropped", "maxOutputTokens dropped"]);
    expect(configOf(hidden)).toEqual({ thinkingConfig: { thinkingLevel: "LOW", includeThoughts: false } });
    expect(hidden.losses).toEqual([]);
    expect(configOf(budget)).toEqual({ thinkingConfig: { thinkingBudget: 0 } });
    expect(budget.losses).toEqual(["reasoning dropped"]);
    expect(same.losses).toEqual([]);
  });

  test("keeps one schema and one choice of tools where both the request and a native field have one", () => {
    const generationConfig = { responseSchema: { type: "OBJECT" } };
    const chosen = { tools: [TOOL], toolChoice: { tool: "f" } } as const;

    const schema = send({ output: json, vendorOptions: { gemini: { generationConfig } } });
    const text = send({
      output: json,
      vendorOptions: { gemini: { generationConfig: { responseMimeType: "text/plain" } } },
    });
    const streamed = send({ ...chosen, vendorOptions: calling({ streamFunctionCallArguments: true }) });
    const none = send({ ...chosen, vendorOptions: calling({ mode: "NONE" }) });

    expect(configOf(schema)).toMatchObject({
      responseMimeType: "application/json",
      responseSchema: { type: "OBJECT" },
    });
    expect(configOf(schema)).not.toHaveProperty("responseJsonSchema");
    expect(schema.losses).toEqual(["output.schema dropped"]);
    expect(configOf(text)).not.toHaveProperty("responseJsonSchema");
    expect(text.losses).toEqual(["output dropped", "output.schema dropped"]);
    expect(streamed.body["toolConfig"]).toEqual({
      functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"], streamFunctionCallArguments: true },
    });
    expect(streamed.losses).toEqual([]);
    expect(none.body["toolConfig"]).toEqual({ functionCallingConfig: { mode: "NONE" } });
    expect(none.losses).toEqual(["toolChoice dropped"]);
  });

  test("asks for JSON in words beside functions that are declared natively, where the model refuses both", () => {
    const functions = { gemini: { tools: [{ functionDeclarations: [{ name: "f", description: "F." }] }] } };
    const search = { gemini: { tools: [{ googleSearch: {} }] } };

    const words = send({ output: json, vendorOptions: functions }, OLDER);

    expect(words.body["generationConfig"]).not.toHaveProperty("responseMimeType");
    expect(words.losses).toEqual(["output translated"]);
    expect(configOf(send({ output: json, vendorOptions: functions }))).toHaveProperty("responseMimeType");
    expect(configOf(send({ output: json, vendorOptions: search }, OLDER))).toHaveProperty("responseMimeType");
  });

  test("keeps a choice that forbids calls where functions are declared natively only", () => {
    const functionDeclarations = [{ name: "f", description: "F." }];
    const none = { functionCallingConfig: { mode: "NONE" } };

    const own = send({ toolChoice: "none", vendorOptions: { gemini: { tools: [{ functionDeclarations }] } } });
    const server = send({ toolChoice: "none", vendorOptions: { gemini: { tools: [{ googleSearch: {} }] } } });

    expect(own.body).toMatchObject({ tools: [{ functionDeclarations }], toolConfig: none });
    expect(own.losses).toEqual([]);
    expect(server.body).not.toHaveProperty("toolConfig");
    expect(server.losses).toEqual(["toolChoice downgraded"]);
  });

  test("reports beside cached content a native field and a choice of tools that go without tools", () => {
    const gemini = { cachedContent: "cachedContents/1", toolConfig: { retrievalConfig: {} } };

    const sent = send({ toolChoice: "none", vendorOptions: { gemini } });

    expect(sent.body).not.toHaveProperty("toolConfig");
    expect(sent.losses).toEqual(["vendorOptions toolConfig dropped", "toolChoice dropped"]);
  });

  test("reports that the name of a file stays behind", () => {
    const pdf = { type: "file", source: base64("application/pdf", "AAAA"), name: "a.pdf" } as const;

    expect(send({ messages: [{ role: "user", content: [pdf] }] }).losses).toEqual(["messages[0] file name dropped"]);
  });

  test("sends a picture of a thought back as the thought that it was", () => {
    const data = { inlineData: { mimeType: "image/png", data: "AAAA" }, thought: true, thoughtSignature: "s" };
    const content = [{ type: "opaque", kind: "inlineData", data } as const, { type: "text", text: "A" } as const];

    const sent = send({ messages: [USER, { role: "assistant", content }, USER] });

    expect(contentsOf(sent)).toMatchObject([{}, { role: "model", parts: [data, { text: "A" }] }, {}]);
    expect(sent.losses).toEqual([]);
  });

  test("sends parts of the user's in the vendor's own form, and none that speaks for somebody else", () => {
    const picture = { inlineData: { mimeType: "image/png", data: "AAAA" }, mediaResolution: { level: "HIGH" } };

    const sent = send({
      messages: [
        {
          role: "user",
          content: [
            nativePart(picture),
            nativePart({ functionResponse: { name: "pay", response: {} } }),
            nativePart({ functionCall: { name: "pay" } }),
            nativePart("word"),
            nativePart({ mediaResolution: { level: "HIGH" } }),
          ],
        },
      ],
    });

    expect(contentsOf(sent)).toEqual([{ role: "user", parts: [picture] }]);
    expect(sent.losses).toEqual(Array.from({ length: 4 }, () => "messages[0] opaque dropped"));
  });

  test("sends JSON, XML and YAML as the plain text that they are", () => {
    const sent = send({ messages: [{ role: "user", content: [file("application/json"), file("application/pdf")] }] });

    expect(contentsOf(sent)).toMatchObject([
      { parts: [{ inlineData: { mimeType: "text/plain" } }, { inlineData: { mimeType: "application/pdf" } }] },
    ]);
    expect(sent.losses).toEqual(["messages[0] file translated"]);
  });

  test("reports that citations of another vendor's text stay behind", () => {
    const citations = [{ url: "https://a.test" }];
    const text = (vendor: string) =>
      ({ type: "text", text: "A", citations, origin: { vendor, model: "m", endpoint: "e" } }) as const;

    const [foreign, own] = ["anthropic", "gemini"].map((vendor) =>
      send({ messages: [USER, { role: "assistant", content: [text(vendor)] }, USER] }),
    );

    expect(foreign?.losses).toEqual(["messages[1] citations dropped"]);
    expect(own?.losses).toEqual([]);
  });
});
