import type { JsonObject, Loss, NativeRequest, TargetMessage, TargetRequest } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { reasoningOf, toNativeRequest, type AnthropicNativeFields } from "./request.ts";

const USER: TargetMessage = { role: "user", content: [{ type: "text", text: "Hi" }] };
const SONNET_5_5 = "claude-sonnet-5-5";
const OPUS_4_8 = "claude-opus-4-8";
const HAIKU_4_5 = "claude-haiku-4-5";
const SCHEMA = { type: "object", properties: {}, additionalProperties: false } as const;
const TOOL = { name: "f", description: "F.", inputSchema: SCHEMA } as const;
const SEARCH = { type: "web_search_20250305", name: "web_search" };
const FORMAT = { type: "json_schema", schema: SCHEMA };
const ENABLED = { type: "enabled", budget_tokens: 2_000 };

interface Sent extends NativeRequest {
  readonly losses: readonly string[];
}

function complete(request: Partial<TargetRequest>): TargetRequest {
  return {
    messages: [USER],
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    stop: [],
    ...request,
    reasoning: { visible: false, ...request.reasoning },
  };
}

function send(
  model: string,
  anthropic: AnthropicNativeFields,
  request: Partial<TargetRequest> = {},
  place: Parameters<typeof toNativeRequest>[3] = { host: "api.anthropic.com" },
): Sent {
  const losses: string[] = [];
  const loss = ({ what, action }: Loss): void => void losses.push(`${what} ${action}`);
  const full = complete({ ...request, vendorOptions: { anthropic } });
  return { ...toNativeRequest(full, model, { stream: true, loss }, place), losses };
}

describe("tools that are declared natively only", () => {
  test.each<[string, AnthropicNativeFields]>([
    ["a server tool", { tools: [SEARCH] }],
    ["the server of a connector", { mcp_servers: [{ type: "url", url: "https://x.test", name: "x" }] }],
  ])("cannot be called when the request wants no call: %s", (_, native) => {
    const { body, losses } = send(SONNET_5_5, native, { toolChoice: "none" });

    expect(body["tool_choice"]).toEqual({ type: "none" });
    expect(losses).toEqual([]);
  });

  test("leave no choice to be said where there are none at all, which the API refuses", () => {
    expect(send(SONNET_5_5, { tools: [] }, { toolChoice: "none" }).body).not.toHaveProperty("tool_choice");
    const flags = { tool_choice: { disable_parallel_tool_use: true } };
    expect(send(SONNET_5_5, flags).body).not.toHaveProperty("tool_choice");
  });
});

describe("a native choice of tools", () => {
  test.each<[TargetRequest["toolChoice"], JsonObject]>([
    ["auto", { type: "auto", disable_parallel_tool_use: true }],
    ["required", { type: "any", disable_parallel_tool_use: true }],
    [{ tool: "f" }, { type: "tool", name: "f", disable_parallel_tool_use: true }],
    ["none", { type: "none" }],
  ])("that only forbids parallel calls is added to the request's %j", (toolChoice, expected) => {
    const native = { tool_choice: { disable_parallel_tool_use: true } };

    expect(send(OPUS_4_8, native, { tools: [TOOL], toolChoice }).body["tool_choice"]).toEqual(expected);
  });

  test("takes the place of the request's", () => {
    const native = { tool_choice: { type: "auto" } };

    expect(send(OPUS_4_8, native, { tools: [TOOL], toolChoice: { tool: "f" } }).body["tool_choice"]).toEqual({
      type: "auto",
    });
  });

  test("that forces a call takes a thinking budget of the request's out, and reports it", () => {
    const { body, losses } = send(
      HAIKU_4_5,
      { tools: [SEARCH], tool_choice: { type: "any" } },
      { reasoning: { effort: "high", visible: false } },
    );

    expect(body["tool_choice"]).toEqual({ type: "any" });
    expect(body).not.toHaveProperty("thinking");
    expect(losses).toEqual(["reasoning dropped"]);
  });
});

describe("native thinking", () => {
  test("leaves out the sampling that it excludes", () => {
    const { body, losses } = send(HAIKU_4_5, { thinking: ENABLED }, { temperature: 0.2, topK: 3 });

    expect(body["thinking"]).toEqual(ENABLED);
    expect(body).not.toHaveProperty("temperature");
    expect(body).not.toHaveProperty("top_k");
    expect(losses).toEqual(["temperature dropped", "topK dropped"]);
  });

  test("with a budget has a forced call told in words, which it would refuse natively", () => {
    const { body, losses } = send(HAIKU_4_5, { thinking: ENABLED }, { tools: [TOOL], toolChoice: { tool: "f" } });

    expect(body).not.toHaveProperty("tool_choice");
    expect(body["system"]).toMatch(/Answer by calling .* f\.$/);
    expect(losses).toEqual(["toolChoice translated"]);
  });

  test("is seen where the turn of the model would be continued, which it excludes", () => {
    const messages: TargetMessage[] = [USER, { role: "assistant", content: [{ type: "text", text: "So far" }] }];

    const { body, losses } = send(HAIKU_4_5, { thinking: ENABLED }, { messages });

    expect(body["messages"]).toHaveLength(3);
    expect(losses).toEqual(["messages translated"]);
  });

  test("takes the place of the request's wishes without a report about them", () => {
    const { body, losses } = send(
      HAIKU_4_5,
      { thinking: { type: "disabled" } },
      { reasoning: { budgetTokens: 9_000, visible: false }, temperature: 0.2 },
    );

    expect(body).toMatchObject({ thinking: { type: "disabled" }, temperature: 0.2 });
    expect(losses).toEqual([]);
  });

  test("is visible by default where the model shows it by default", () => {
    const request = complete({ vendorOptions: { anthropic: { thinking: ENABLED } } });

    expect(reasoningOf(request, HAIKU_4_5)).toMatchObject({ isThinking: true, isVisible: true });
    expect(reasoningOf(request, SONNET_5_5)).toMatchObject({ isThinking: true, isVisible: false });
  });

  test("has room for its budget in what Bedrock is asked for", () => {
    const place = { host: "bedrock-runtime.eu-west-1.amazonaws.com" };

    const { body } = send(HAIKU_4_5, { thinking: { type: "enabled", budget_tokens: 20_000 } }, {}, place);

    expect(body["max_tokens"]).toBe(36_384);
  });
});

describe("native sampling", () => {
  test.each([{ temperature: 0.3 }, { top_p: 0.5 }, { top_k: 5 }])(
    "is sent under the version of the API that has it: %j",
    (native) => {
      expect(send(HAIKU_4_5, native).headers["anthropic-version"]).toBe("2023-06-01");
    },
  );

  test("leaves out what the API refuses beside it", () => {
    expect(send(HAIKU_4_5, { temperature: 0.3 }, { topP: 0.9 })).toMatchObject({
      body: { temperature: 0.3 },
      losses: ["topP dropped"],
    });
    expect(send(HAIKU_4_5, { top_p: 0.9 }, { temperature: 0.3 })).toMatchObject({
      body: { top_p: 0.9 },
      losses: ["temperature dropped"],
    });
  });

  test("takes out the thinking that it excludes, and reports it", () => {
    const { body, losses } = send(HAIKU_4_5, { top_k: 5 }, { reasoning: { effort: "high", visible: false } });

    expect(body).not.toHaveProperty("thinking");
    expect(losses).toEqual(["reasoning dropped"]);
    const harmless = send(HAIKU_4_5, { temperature: 1 }, { reasoning: { effort: "high", visible: false } });
    expect(harmless.body).toHaveProperty("thinking");
  });
});

describe("a native output format", () => {
  const source = { type: "base64", mediaType: "application/pdf", data: "AAAA" } as const;
  const cited: TargetMessage = { role: "user", content: [{ type: "file", source, citations: true }] };

  test.each<[string, AnthropicNativeFields]>([
    ["of today", { output_config: { format: FORMAT } }],
    ["by its older name", { betas: ["structured-outputs"], output_format: FORMAT }],
  ])("%s leaves out citations, and the continuation of a turn, which it excludes", (_, native) => {
    expect(send(HAIKU_4_5, native, { messages: [cited] }).losses).toEqual(["messages[0] citations dropped"]);
    const messages: TargetMessage[] = [USER, { role: "assistant", content: [{ type: "text", text: "So" }] }];
    expect(send(HAIKU_4_5, native, { messages }).losses).toEqual(["messages translated"]);
  });

  test("is the only one that is sent", () => {
    const output = { type: "json", name: "a", schema: { ...SCHEMA, title: "Ours" } } as const;

    const { body } = send(SONNET_5_5, { output_format: FORMAT }, { output });

    expect(body).not.toHaveProperty("output_config");
    expect(body["output_format"]).toEqual(FORMAT);
  });

  test("is asked for in words once it was refused", () => {
    const native = { output_config: { format: FORMAT, effort: "low" } };

    const { body, losses } = send(SONNET_5_5, native, { without: ["output_config.format"] });

    expect(body["output_config"]).toEqual({ effort: "low" });
    expect(body["system"]).toMatch(/one JSON value/);
    expect(losses).toEqual(["output translated"]);
  });
});

describe("the limit of output", () => {
  test("is the caller's where the caller knows better than the table", () => {
    const place = { host: "api.anthropic.com", maxOutputTokens: 300_000 };

    expect(send(OPUS_4_8, {}, { maxOutputTokens: 200_000 }, place)).toMatchObject({
      body: { max_tokens: 200_000 },
      losses: [],
    });
    expect(send(OPUS_4_8, {}, {}, place).body["max_tokens"]).toBe(300_000);
    expect(send(OPUS_4_8, {}, {}, { ...place, maxOutputTokens: "unknown" }).body["max_tokens"]).toBe(32_000);
  });

  test("bounds a thinking budget also when it is native", () => {
    const { body } = send(HAIKU_4_5, { max_tokens: 3_000 }, { reasoning: { budgetTokens: 9_000, visible: false } });

    expect(body).toMatchObject({ max_tokens: 3_000, thinking: { budget_tokens: 2_999 } });
  });
});

describe("betas", () => {
  const place = { host: "api.anthropic.com", betas: "of-target" };

  test("are added to those of the target's and the request's own headers", () => {
    const native = { betas: ["b", "a"], headers: { "Anthropic-Beta": "a, c" } };

    const { headers, path } = send(SONNET_5_5, native, {}, place);

    expect(headers).toEqual({ "anthropic-beta": "of-target,a,c,b" });
    expect(path).toBe("/v1/messages?beta=true");
  });

  test("of the target alone are left to its own headers", () => {
    expect(send(SONNET_5_5, {}, {}, place)).toMatchObject({ headers: {}, path: "/v1/messages" });
  });

  test.each<AnthropicNativeFields>([{ betas: ["a"] }, { headers: { "anthropic-beta": "a" } }])(
    "are not sent to the cloud that takes none, which is reported: %j",
    (native) => {
      const mantle = { host: "bedrock-mantle.us-east-1.api.aws" };

      expect(send("anthropic.claude-opus-5", native, {}, mantle)).toMatchObject({
        path: "/v1/messages",
        headers: {},
        losses: ["vendorOptions betas dropped"],
      });
    },
  );
});

test("reports a native field that a repair takes out", () => {
  const { body, losses } = send(SONNET_5_5, { metadata: { user_id: "u" } }, { without: ["metadata"] });

  expect(body).not.toHaveProperty("metadata");
  expect(losses).toEqual(["metadata dropped"]);
});
