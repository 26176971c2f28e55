import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  asArray,
  asJsonObject,
  type JsonObject,
  type Loss,
  type NativeRequest,
  type TargetMessage,
  type TargetRequest,
  type TargetToolResult,
} from "@understudy/core/adapter";
import type { Request } from "@understudy/core";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, expectTypeOf, test } from "vitest";
import { toMessages } from "./content.ts";
import { toNativeRequest, type AnthropicNativeFields } from "./request.ts";

const folder = process.env["UNDERSTUDY_SPECS"] ?? fileURLToPath(new URL("../../../../shared/specs", import.meta.url));
const specification = `${folder}/anthropic-messages.stable.schema.json`;
const isThere = existsSync(specification);
if (!isThere)
  process.stderr.write(`SKIPPED: bodies are not checked against the vendor's description, ${folder} is absent\n`);

function loadValidator(): ValidateFunction {
  const ajv = new Ajv({ strict: false });
  ajv.addSchema({ ...JSON.parse(readFileSync(specification, "utf8")), $id: "spec" });
  return ajv.compile({ $ref: "spec#/definitions/MessagesRequest" });
}

const validate = isThere ? loadValidator() : undefined;

const call = (id: string) => ({ type: "tool-call", toolCallId: id, toolName: "f", input: { a: id } }) as const;

const result = (id: string) =>
  ({ type: "tool-result", toolCallId: id, toolName: "f", content: [{ type: "text", text: id }] }) as const;

const base64 = (mediaType: string, data: string) => ({ type: "base64", mediaType, data }) as const;

const json = (schema?: JsonObject): Pick<TargetRequest, "output"> => ({
  output: { type: "json", name: "a", schema },
});

interface Sent extends NativeRequest {
  readonly losses: readonly string[];
}

const USER: TargetMessage = { role: "user", content: [{ type: "text", text: "Hi" }] };
const SONNET_5_5 = "claude-sonnet-5-5";
const SONNET_4_6 = "claude-sonnet-4-6";
const HAIKU_4_5 = "claude-haiku-4-5";
const TOOL = {
  name: "f",
  description: "F.",
  inputSchema: { type: "object", properties: { a: { type: "string" } } },
} as const;

/** What is sent for a request; every body also has to fit the vendor's own description. */
function send(model: string, request: Partial<TargetRequest> = {}): Sent {
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
  const native = toNativeRequest(full, model, { stream: true, loss });
  if (validate?.(native.body) === false) throw new Error(JSON.stringify(validate.errors?.slice(0, 3)));
  return { ...native, losses };
}

function messagesOf({ body }: Sent): unknown {
  return body["messages"];
}

/** What is made of a failed result with this content. */
const failed = (content: TargetToolResult["content"]): JsonObject => {
  const part = { ...result("t1"), isError: true, content };
  const sent = send(SONNET_5_5, {
    messages: [USER, { role: "assistant", content: [call("t1")] }, { role: "tool", content: [part] }],
  });
  return { results: asJsonObject(asArray(messagesOf(sent))[2])["content"] ?? null, losses: sent.losses };
};

/** What is sent to a host. */
const at = (host: string, model: string, request: Partial<TargetRequest> = {}, version?: string): NativeRequest => {
  const full = { messages: [USER], tools: [], toolChoice: "auto", output: { type: "text" }, stop: [] } as const;
  const context = { stream: true, loss: (): void => undefined };
  return toNativeRequest({ ...full, reasoning: { visible: true }, ...request }, model, context, { host, version });
};

describe("toNativeRequest", () => {
  test("sends the least for the least, with the model's own maximum of output", () => {
    expect(send("claude-opus-4-8")).toEqual({
      path: "/v1/messages",
      headers: {},
      body: {
        model: "claude-opus-4-8",
        max_tokens: 128_000,
        messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
        stream: true,
      },
      losses: [],
    });
  });

  test("sends everything that has a native word", () => {
    const { body, losses } = send(SONNET_5_5, {
      system: "Be brief.",
      tools: [TOOL],
      toolChoice: "none",
      stop: ["END"],
      cache: true,
      userId: "u1",
      maxOutputTokens: 100,
    });

    expect(body).toMatchObject({
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
      tools: [{ name: "f", description: "F.", input_schema: TOOL.inputSchema }],
      tool_choice: { type: "none" },
      stop_sequences: ["END"],
      metadata: { user_id: "u1" },
      max_tokens: 100,
    });
    expect(losses).toEqual([]);
  });

  test("reports what the API does not have, and limits above the model's", () => {
    const { body, losses } = send(HAIKU_4_5, { seed: 1, stop: ["\n\n"], maxOutputTokens: 1_000_000 });

    expect(body["max_tokens"]).toBe(64_000);
    expect(body).not.toHaveProperty("stop_sequences");
    expect(losses).toEqual(["maxOutputTokens downgraded", "seed dropped", "stop translated"]);
  });

  test("passes native fields on, and merges those that the request also speaks of", () => {
    const { path, headers, body } = send(SONNET_5_5, {
      tools: [TOOL],
      userId: "u1",
      reasoning: { effort: "low", visible: true },
      vendorOptions: {
        anthropic: {
          betas: ["a-1", "b-2"],
          headers: { "x-team": "blue" },
          service_tier: "auto",
          metadata: {},
          output_config: { effort: "high" },
          tools: [{ type: "web_search_20250305", name: "web_search" }],
        },
      },
    });

    expect(path).toBe("/v1/messages?beta=true");
    expect(headers).toEqual({ "anthropic-beta": "a-1,b-2", "x-team": "blue" });
    expect(body).toMatchObject({
      service_tier: "auto",
      metadata: { user_id: "u1" },
      output_config: { effort: "high" },
      tools: [{ name: "f" }, { name: "web_search" }],
      stream: true,
    });
  });

  test("gives the application's request its native options by declaration merging", () => {
    expectTypeOf<NonNullable<Request["vendorOptions"]>["anthropic"]>().toEqualTypeOf<
      AnthropicNativeFields | undefined
    >();
  });

  test("does not touch the request", () => {
    const messages: readonly TargetMessage[] = [USER, { role: "assistant", content: [{ type: "text", text: "So " }] }];
    const before = JSON.stringify(messages);

    send(HAIKU_4_5, { messages });

    expect(JSON.stringify(messages)).toBe(before);
  });
});

const opaque = (data: JsonObject) => ({ type: "opaque", kind: "hosted", data }) as const;
const thought = (text: string) => ({ type: "reasoning", text, opaque: { signature: `${text}=` } }) as const;

describe("toNativeRequest and the conversation", () => {
  test("puts all results first in one user message", () => {
    const sent = send(SONNET_5_5, {
      messages: [
        USER,
        { role: "assistant", content: [{ type: "text", text: "I look." }, call("t1"), call("t2")] },
        { role: "tool", content: [result("t1"), { ...result("t2"), isError: true, content: [] }] },
        { role: "user", content: [{ type: "text", text: "And?" }] },
      ],
    });

    expect(messagesOf(sent)).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi" }] },
      {
        role: "assistant",
        content: [
          { type: "text", text: "I look." },
          { type: "tool_use", id: "t1", name: "f", input: { a: "t1" } },
          { type: "tool_use", id: "t2", name: "f", input: { a: "t2" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "t1" }] },
          {
            type: "tool_result",
            tool_use_id: "t2",
            content: [{ type: "text", text: "Error: the tool failed." }],
            is_error: true,
          },
          { type: "text", text: "And?" },
        ],
      },
    ]);
  });

  test("sends media in all their forms", () => {
    const sent = send(SONNET_5_5, {
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: base64("image/png", "AAAA") },
            { type: "image", source: { type: "url", url: "https://x.test/a.png" } },
            { type: "image", source: { type: "vendor-file", vendor: "anthropic", id: "file_1" } },
            { type: "file", source: base64("application/pdf", "BBBB"), name: "b.pdf", citations: true },
            { type: "file", source: base64("text/markdown", "w6k="), name: "c.md" },
            { type: "file", source: { type: "url", url: "https://x.test/d.pdf" } },
          ],
        },
      ],
    });

    expect(messagesOf(sent)).toMatchObject([
      {
        content: [
          { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
          { type: "image", source: { type: "url" } },
          { type: "image", source: { type: "file", file_id: "file_1" } },
          { type: "document", source: { media_type: "application/pdf" }, title: "b.pdf", citations: { enabled: true } },
          {
            type: "document",
            source: { type: "text", media_type: "text/plain", data: "é" },
            title: "c.md",
            citations: { enabled: true },
          },
          { type: "document", source: { type: "url" }, citations: { enabled: true } },
        ],
      },
    ]);
    // The vendor cites all documents of a request, or none.
    expect(sent.losses).toEqual(["messages[0] citations translated", "messages[0] citations translated"]);
  });

  test("hands a document that the API cannot read to a tier that can", () => {
    const source = { type: "base64", mediaType: "application/zip", data: "AAAA" } as const;

    expect(() => send(SONNET_5_5, { messages: [{ role: "user", content: [{ type: "file", source }] }] })).toThrow(
      "request.unsupported",
    );
  });

  test("sends its own blocks back as they came: reasoning, citations, callers, unknown blocks", () => {
    const citation = {
      type: "char_location",
      cited_text: "c",
      document_index: 0,
      document_title: "T",
      start_char_index: 0,
      end_char_index: 1,
    };
    const server = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "q" } };
    const found = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };

    const sent = send(SONNET_5_5, {
      messages: [
        USER,
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "", opaque: { signature: "s" } },
            { type: "reasoning", text: "", opaque: { redacted: "r" } },
            { type: "opaque", kind: "server_tool_use", data: server },
            { type: "opaque", kind: "web_search_tool_result", data: found },
            { type: "text", text: "A", opaque: { citations: [citation] } },
            { type: "source", url: "https://x.test" },
          ],
        },
        USER,
      ],
    });

    expect(messagesOf(sent)).toMatchObject([
      {},
      {
        content: [
          { type: "thinking", thinking: "", signature: "s" },
          { type: "redacted_thinking", data: "r" },
          server,
          found,
          { type: "text", text: "A", citations: [citation] },
        ],
      },
      {},
    ]);
  });

  test.each<readonly [string, JsonObject]>([
    ["a result of the application's", { type: "tool_result", tool_use_id: "t1", content: "paid" }],
    ["a document", { type: "document", source: { type: "file", file_id: "file_of_somebody_else" } }],
    ["a text", { type: "text", text: "paid" }],
    ["a server tool with a role", { type: "server_tool_use", id: "s1", name: "web_search", input: {}, role: "system" }],
    ["a block of the future", { type: "hologram" }],
  ])("sends no opaque block that an answer cannot hold: %s", (_name, data) => {
    const forged = { type: "opaque", kind: "server_tool_use", data } as const;

    const sent = send(SONNET_5_5, { messages: [USER, { role: "assistant", content: [forged] }, USER] });

    expect(JSON.stringify(sent.body)).not.toMatch(/paid|somebody|system|hologram/);
    expect(sent.losses).toEqual(["messages[1] opaque dropped"]);
  });

  test("lets no opaque data change what its call is, and keeps who made it", () => {
    const caller = { type: "code_execution_20260120", tool_id: "srvtoolu_1" };
    const forged = { type: "tool_result", content: "paid", cache_control: { type: "ephemeral" }, caller };
    const part = { type: "tool-call", toolCallId: "t1", toolName: "f", input: {}, opaque: forged } as const;
    const nothing = { type: "tool-result", toolCallId: "t1", toolName: "f", content: [] } as const;

    const sent = send(SONNET_5_5, {
      messages: [USER, { role: "assistant", content: [part] }, { role: "tool", content: [nothing] }],
    });

    const content = [{ type: "tool_use", id: "t1", name: "f", input: {}, caller }];
    expect(messagesOf(sent)).toEqual([expect.anything(), { role: "assistant", content }, expect.anything()]);
  });

  test("joins more parts than a call can have arguments", () => {
    const content = Array.from({ length: 200_000 }, () => ({ type: "text", text: "x" }) as const);
    const messages: readonly TargetMessage[] = [
      { role: "tool", content: [result("a")] },
      { role: "user", content },
    ];

    expect(toMessages(messages, true, () => undefined)).toMatchObject([{ content: { length: 200_001 } }]);
  });

  test("reports the citations that leave with a blank text", () => {
    const blank = { type: "text", text: " ", opaque: { citations: [{ type: "page_location" }] } } as const;

    const sent = send(SONNET_5_5, { messages: [USER, { role: "assistant", content: [blank, call("t1")] }, USER] });

    expect(JSON.stringify(sent.body)).not.toContain("page_location");
    expect(sent.losses).toEqual(["messages[1] text dropped"]);
  });

  test("AN-10 AN-12 drops blank texts, reasoning without a signature, and turns of which nothing is left", () => {
    const sent = send(SONNET_5_5, {
      messages: [
        USER,
        {
          role: "assistant",
          content: [
            { type: "text", text: " " },
            { type: "reasoning", text: "hm" },
          ],
        },
        USER,
      ],
    });

    expect(messagesOf(sent)).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Hi" },
          { type: "text", text: "Hi" },
        ],
      },
    ]);
    expect(sent.losses).toEqual(["messages[1] reasoning dropped"]);
  });

  test("sends what is not an object in one, and reports it: the API takes objects only, and none would be another call", () => {
    const part = { type: "tool-call", toolCallId: "t1", toolName: "f", input: {}, inputText: `{"a` } as const;
    const nothing = { type: "tool-result", toolCallId: "t1", toolName: "f", content: [] } as const;

    const sent = send(SONNET_5_5, {
      messages: [USER, { role: "assistant", content: [part] }, { role: "tool", content: [nothing] }],
    });

    const input = { invalid_arguments: `{"a` };
    expect(messagesOf(sent)).toMatchObject([{}, { content: [{ type: "tool_use", input }] }, {}]);
    expect(sent.losses).toEqual(["messages[1] tool-call input translated"]);

    const text = { type: "tool-call", toolCallId: "t1", toolName: "f", input: "ls -l" } as const;
    const free = send(SONNET_5_5, {
      messages: [USER, { role: "assistant", content: [text] }, { role: "tool", content: [nothing] }],
    });
    expect(messagesOf(free)).toMatchObject([{}, { content: [{ type: "tool_use", input: { input: "ls -l" } }] }, {}]);
  });

  test("marks a failed result as one only where it holds texts, and says it in words elsewhere", () => {
    const text = { type: "text", text: "Element not found" } as const;
    const image = { type: "image", source: base64("image/png", "AAAA") } as const;
    const file = { type: "file", source: base64("text/plain", "w6k=") } as const;
    const said = { type: "text", text: "Error: the tool failed." };

    expect(failed([text])).toMatchObject({ results: [{ is_error: true, content: [text] }], losses: [] });
    for (const media of [image, file]) {
      const { results, losses } = failed([text, media]);
      expect(results).toMatchObject([{ content: [said, text, { type: media === image ? "image" : "document" }] }]);
      expect(asJsonObject(asArray(results)[0])).not.toHaveProperty("is_error");
      expect(losses).toEqual(["messages[2] tool-result isError translated"]);
    }
  });

  const unfinished: readonly TargetMessage[] = [
    USER,
    { role: "assistant", content: [{ type: "text", text: "So far " }] },
  ];

  test("MS-09 puts no words into a conversation that the model continues, and trims what would be refused", () => {
    const sent = send(HAIKU_4_5, { messages: unfinished });

    expect(messagesOf(sent)).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi" }] },
      { role: "assistant", content: [{ type: "text", text: "So far" }] },
    ]);
    expect(sent.losses).toEqual([]);
  });

  test.each<readonly [string, string, Partial<TargetRequest>]>([
    ["a model that continues none", SONNET_5_5, {}],
    ["a model that nobody knows", "claude-next", {}],
    ["a model that thinks", HAIKU_4_5, { reasoning: { effort: "high", visible: true } }],
    [
      "an answer in JSON",
      HAIKU_4_5,
      { output: { type: "json", name: "a", schema: { type: "object", properties: {}, additionalProperties: false } } },
    ],
  ])(
    "MS-09 ends a conversation that ends with the assistant with a user turn for %s, and reports it",
    (_, model, more) => {
      const sent = send(model, { messages: unfinished, ...more });

      expect(messagesOf(sent)).toEqual([
        { role: "user", content: [{ type: "text", text: "Hi" }] },
        { role: "assistant", content: [{ type: "text", text: "So far " }] },
        { role: "user", content: [{ type: "text", text: "Go on." }] },
      ]);
      expect(sent.losses).toContain("messages translated");
    },
  );

  test("moves calls to the end of their turn, behind the tools of the vendor; all else keeps its place", () => {
    const hosted = [
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} },
      { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] },
    ] as const;

    const sent = send(SONNET_5_5, {
      messages: [
        USER,
        {
          role: "assistant",
          content: [
            thought("one"),
            call("t1"),
            { type: "text", text: "I look." },
            opaque(hosted[0]),
            call("t2"),
            opaque(hosted[1]),
            thought("two"),
            { type: "text", text: "Wait." },
          ],
        },
        { role: "tool", content: [result("t1"), result("t2")] },
      ],
    });

    expect(messagesOf(sent)).toMatchObject([
      {},
      {
        content: [
          { type: "thinking", thinking: "one" },
          { type: "text", text: "I look." },
          hosted[0],
          hosted[1],
          { type: "thinking", thinking: "two" },
          { type: "text", text: "Wait." },
          { type: "tool_use", id: "t1" },
          { type: "tool_use", id: "t2" },
        ],
      },
      { content: [{ tool_use_id: "t1" }, { tool_use_id: "t2" }] },
    ]);
    expect(sent.losses).toEqual([]);
  });

  test("AN-07 sends a paused answer back as it is", () => {
    const data = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} };

    const sent = send(SONNET_5_5, {
      messages: [USER, { role: "assistant", content: [{ type: "opaque", kind: "server_tool_use", data }] }],
    });

    expect(messagesOf(sent)).toMatchObject([{}, { role: "assistant", content: [data] }]);
  });
});

describe("toNativeRequest and what the vendor refuses to take", () => {
  test.each(["jane@example.com", "+49 170 1234567", "(030) 123-4567", "u".repeat(257)])(
    "leaves out the user id %s, and reports it",
    (userId) => {
      const { body, losses } = send(SONNET_5_5, { userId });

      expect(body).not.toHaveProperty("metadata");
      expect(losses).toEqual(["userId dropped"]);
    },
  );

  test.each(["u-1", "1234567890", "2026-11-28T10:00", "user@host", "u".repeat(256)])(
    "sends the user id %s",
    (userId) => {
      expect(send(SONNET_5_5, { userId }).body["metadata"]).toEqual({ user_id: userId });
    },
  );

  test.each([
    ["a picture of another type", { type: "image", source: base64("image/heic", "AAAA") }],
    ["a picture that is not a photo", { type: "image", source: base64("image/svg+xml", "AAAA") }],
    ["an address without encryption", { type: "image", source: { type: "url", url: "http://x.test/a.png" } }],
  ] as const)("hands %s to a tier that can", (_, part) => {
    expect(() => send(SONNET_5_5, { messages: [{ role: "user", content: [part] }] })).toThrow("request.unsupported");
  });

  test("does not cite what a tool returns", () => {
    const file = { type: "file", source: base64("text/plain", "w6k="), citations: true } as const;
    const answered = { ...result("t1"), content: [file] };

    const sent = send(SONNET_5_5, {
      messages: [USER, { role: "assistant", content: [call("t1")] }, { role: "tool", content: [answered] }],
    });

    expect(JSON.stringify(sent.body)).not.toContain("citations");
    expect(sent.losses).toEqual(["messages[2] citations dropped"]);
  });

  test("sends ids of workspace and profile as the headers that they are", () => {
    const anthropic = { workspace_id: "w1", user_profile_id: "p1" };

    const { headers, body } = send(SONNET_5_5, { vendorOptions: { anthropic } });

    expect(headers).toEqual({ "anthropic-workspace-id": "w1", "anthropic-user-profile-id": "p1" });
    expect(Object.keys(body)).not.toContain("workspace_id");
  });
});

describe("toNativeRequest and a system of the caller's", () => {
  const told = { tools: [TOOL], toolChoice: "required" } as const;

  test.each<[string, JsonObject["system"], unknown]>([
    ["a text", "Mine.", expect.stringMatching(/^Mine\.\n\nAnswer by calling/)],
    ["blocks", [{ type: "text", text: "Mine." }], [{ text: "Mine." }, { text: expect.stringMatching(/^Answer by/) }]],
  ])("puts what the model has to be told behind %s", (_, system, expected) => {
    const { body } = send(SONNET_5_5, { ...told, system: "Common.", vendorOptions: { anthropic: { system } } });

    expect(body).toMatchObject({ system: expected });
  });

  test("tells a refused schema behind it", () => {
    const schema = { type: "object", properties: {}, additionalProperties: false };

    const { body, losses } = send(SONNET_5_5, {
      ...json(schema),
      without: ["output_config.format"],
      vendorOptions: { anthropic: { system: "Mine." } },
    });

    expect(body["system"]).toMatch(/^Mine\.\n\n.*one JSON value/s);
    expect(body).not.toHaveProperty("output_config");
    expect(losses).toEqual(["output translated"]);
  });
});

describe("toNativeRequest and sampling", () => {
  test("AN-15 sends sampling only to models that take it, under the version that has it", () => {
    const taken = send(HAIKU_4_5, { temperature: 0.2, topK: 5 });
    const refused = send(SONNET_5_5, { temperature: 0.2, topP: 0.9, topK: 5 });

    expect(taken.body).toMatchObject({ temperature: 0.2, top_k: 5 });
    expect(taken.headers).toEqual({ "anthropic-version": "2023-06-01" });
    expect(refused.body).not.toHaveProperty("temperature");
    expect(refused.headers).toEqual({});
    expect(refused.losses).toEqual(["temperature dropped", "topP dropped", "topK dropped"]);
  });

  test("AN-15 never sends temperature and top_p together, nor more than the API's range", () => {
    const { body, losses } = send(HAIKU_4_5, { temperature: 1.5, topP: 0.9 });

    expect(body).toMatchObject({ temperature: 1 });
    expect(body).not.toHaveProperty("top_p");
    expect(losses).toEqual(["temperature downgraded", "topP dropped"]);
  });

  test("leaves out what excludes reasoning", () => {
    const reasoning = { effort: "high", visible: true } as const;

    const { body, losses } = send(SONNET_4_6, { reasoning, temperature: 0.5, topP: 0.5, topK: 3 });

    expect(body).not.toHaveProperty("temperature");
    expect(losses).toEqual(["temperature dropped", "topP dropped", "topK dropped"]);
    expect(send(SONNET_4_6, { reasoning, topP: 0.97 }).body).toMatchObject({ top_p: 0.97 });
  });
});

describe("toNativeRequest and tools", () => {
  test("forces tools where the model can be forced, else tells it to call", () => {
    const forced = send("claude-opus-4-8", { tools: [TOOL], toolChoice: { tool: "f" } });
    const any = send("claude-opus-4-8", { tools: [TOOL], toolChoice: "required" });
    const told = send(SONNET_5_5, { tools: [TOOL], toolChoice: { tool: "f" }, system: "S." });

    expect(forced.body["tool_choice"]).toEqual({ type: "tool", name: "f" });
    expect(any.body["tool_choice"]).toEqual({ type: "any" });
    expect(told.body).not.toHaveProperty("tool_choice");
    expect(told.body["system"]).toMatch(/^S\.\n\nAnswer by calling.* f\.$/);
    expect(told.losses).toEqual(["toolChoice translated"]);
  });

  test("gives up a thinking budget for a forced call", () => {
    const { body, losses } = send(HAIKU_4_5, {
      tools: [TOOL],
      toolChoice: "required",
      reasoning: { budgetTokens: 2_000, visible: true },
    });

    expect(body).not.toHaveProperty("thinking");
    expect(losses).toEqual(["reasoning dropped"]);
  });
});

describe("toNativeRequest and native fields of one tool", () => {
  test("lays them over its declaration, and leaves other vendors' alone", () => {
    const tool = { ...TOOL, vendorOptions: { anthropic: { strict: true, description: "Mine." }, openai: { x: 1 } } };

    expect(send(SONNET_5_5, { tools: [tool] }).body["tools"]).toEqual([
      {
        name: "f",
        description: "Mine.",
        input_schema: { ...TOOL.inputSchema, additionalProperties: false },
        strict: true,
      },
    ]);
  });
});

describe("toNativeRequest and the clouds", () => {
  const RUNTIME = "bedrock-runtime.eu-west-1.amazonaws.com";
  const MANTLE = "bedrock-mantle.us-east-1.api.aws";
  const VERTEX = "us-east5-aiplatform.googleapis.com";

  test.each<[string, string, Partial<TargetRequest>, string | undefined]>([
    [RUNTIME, "eu.anthropic.claude-opus-4-8", {}, undefined],
    [RUNTIME, "anthropic.claude-haiku-4-5", {}, "bedrock-2023-05-31"],
    [RUNTIME, "us.anthropic.claude-sonnet-4-6", { temperature: 0 }, "bedrock-2023-05-31"],
    [MANTLE, "anthropic.claude-haiku-4-5", {}, "2023-06-01"],
    [MANTLE, "anthropic.claude-opus-5", {}, undefined],
    [VERTEX, "claude-haiku-4-5@20251001", {}, undefined],
    [VERTEX, "claude-haiku-4-5@20251001", { temperature: 0 }, "vertex-2023-10-16"],
    ["aiplatform.eu.rep.googleapis.com", "claude-haiku-4-5", { temperature: 0 }, "vertex-2023-10-16"],
    ["api.anthropic.com", "claude-haiku-4-5", { temperature: 0 }, "2023-06-01"],
    ["bedrock-runtime.evil.test", "claude-haiku-4-5", {}, undefined],
  ])("names at %s for %s with %j the version %s", (host, model, request, version) => {
    expect(at(host, model, request).headers["anthropic-version"]).toBe(version);
  });

  test("leaves the version to the target's own headers, and these to the request's", () => {
    const mine = { vendorOptions: { anthropic: { headers: { "anthropic-version": "2027-01-01" } } } };

    expect(at(RUNTIME, HAIKU_4_5, { temperature: 0 }, "2026-10-21").headers).toEqual({
      "anthropic-version": "2026-10-21",
    });
    expect(at(RUNTIME, HAIKU_4_5, mine, "2026-10-21").headers["anthropic-version"]).toBe("2027-01-01");
  });

  test("asks Bedrock for no more output than an answer needs: its quota pays for what may come", () => {
    const asked = (request: Partial<TargetRequest>, model = "anthropic.claude-opus-4-8"): unknown =>
      at(RUNTIME, model, request).body["max_tokens"];

    expect(asked({})).toBe(16_384);
    expect(asked({ reasoning: { effort: "high", visible: true } })).toBe(32_000);
    expect(asked({ reasoning: { budgetTokens: 10_000, visible: true } }, HAIKU_4_5)).toBe(26_384);
    expect(asked({ maxOutputTokens: 100_000 })).toBe(100_000);
    expect(at("api.anthropic.com", "claude-opus-4-8").body["max_tokens"]).toBe(128_000);
  });
});

describe("toNativeRequest and JSON", () => {
  test("TR-10 asks natively, within what the vendor's schemas can say", () => {
    const { body, losses } = send(
      SONNET_5_5,
      json({ type: "object", properties: { n: { type: "integer", minimum: 1 }, l: { type: "array", minItems: 3 } } }),
    );

    expect(body["output_config"]).toEqual({
      format: {
        type: "json_schema",
        schema: {
          type: "object",
          properties: {
            n: { type: "integer", description: "{minimum: 1}" },
            l: { type: "array", description: "{minItems: 3}" },
          },
          additionalProperties: false,
        },
      },
    });
    expect(losses).toEqual(["output.schema downgraded"]);
  });

  test.each<[string, string, JsonObject | undefined]>([
    ["without a schema", SONNET_5_5, undefined],
    ["for a recursive schema", SONNET_5_5, { type: "object", properties: { child: { $ref: "#" } } }],
    ["for free keys", SONNET_5_5, { type: "object", additionalProperties: { type: "string" } }],
    ["for an old model", "claude-3-5-haiku-latest", { type: "object", properties: {} }],
  ])("asks in words %s", (_, model, schema) => {
    const { body, losses } = send(model, json(schema));

    expect(body["system"]).toMatch(/one JSON value/);
    expect(body).not.toHaveProperty("output_config");
    expect(losses).toEqual(["output translated"]);
  });

  test("leaves out citations beside a native format, which excludes them", () => {
    const source = { type: "base64", mediaType: "application/pdf", data: "AAAA" } as const;
    const messages: TargetMessage[] = [{ role: "user", content: [{ type: "file", source, citations: true }] }];

    const { losses } = send(SONNET_5_5, { ...json({ type: "object", properties: {} }), messages });

    expect(losses).toEqual(["messages[0] citations dropped"]);
  });
});
