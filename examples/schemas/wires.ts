import { anthropic } from "@understudy/anthropic";
import { createChain, type Answer, type JsonObject, type JsonValue, type Message } from "@understudy/core";
import { asJsonObject, isJsonObject, type Target, type TargetOptions } from "@understudy/core/adapter";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";

export type Use = "tool" | "output";

/** What went out of one schema, and what came of it. */
export interface Sent {
  /** Undefined where it was told in words alone. */
  readonly schema: JsonObject | undefined;
  readonly isStrict: boolean;
  readonly body: JsonObject;
  readonly answer: Answer;
}

interface Wire {
  readonly makeTarget: (options: TargetOptions) => Target;
  /** Where in a body the schema stands, and whether it is strict. */
  readonly places: Readonly<Record<Use, { readonly schema: string; readonly strict?: string }>>;
  /** A finished answer that calls the tool. */
  readonly call: (input: JsonObject) => JsonObject;
  /** A finished answer that says `{}`. */
  readonly text: JsonObject;
}

const CHAT_TEXT = { choices: [{ index: 0, message: { role: "assistant", content: "{}" }, finish_reason: "stop" }] };

function chatCall(input: JsonObject): JsonObject {
  const call = { id: "c1", type: "function", function: { name: "f", arguments: JSON.stringify(input) } };
  const choice = { index: 0, message: { role: "assistant", content: null, tool_calls: [call] } };
  return { choices: [{ ...choice, finish_reason: "tool_calls" }] };
}

function response(item: JsonObject): JsonObject {
  return { id: "r1", object: "response", status: "completed", model: "gpt-5.2", output: [item] };
}

function responsesCall(input: JsonObject): JsonObject {
  const call = { id: "i1", type: "function_call", call_id: "c1", name: "f", status: "completed" };
  return response({ ...call, arguments: JSON.stringify(input) });
}

const RESPONSES_TEXT = response({
  id: "i1",
  type: "message",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text: "{}", annotations: [] }],
});

function turn(block: JsonObject, reason: string): JsonObject {
  return {
    id: "m1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-5-5",
    content: [block],
    stop_reason: reason,
  };
}

function converse(block: JsonObject, stopReason: string): JsonObject {
  return { output: { message: { role: "assistant", content: [block] } }, stopReason, usage: {} };
}

function candidate(part: JsonObject): JsonObject {
  return { candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP" }] };
}

export const WIRES: Readonly<Record<string, Wire>> = {
  openai: {
    makeTarget: (options) => openai("gpt-5.2", options),
    places: {
      tool: { schema: "tools.0.parameters", strict: "tools.0.strict" },
      output: { schema: "text.format.schema", strict: "text.format.strict" },
    },
    call: responsesCall,
    text: RESPONSES_TEXT,
  },
  "openai.chat": {
    makeTarget: (options) => openai.chat("gpt-5.2", options),
    places: {
      tool: { schema: "tools.0.function.parameters", strict: "tools.0.function.strict" },
      output: { schema: "response_format.json_schema.schema", strict: "response_format.json_schema.strict" },
    },
    call: chatCall,
    text: CHAT_TEXT,
  },
  anthropic: {
    makeTarget: (options) => anthropic("claude-sonnet-5-5", options),
    places: { tool: { schema: "tools.0.input_schema" }, output: { schema: "output_config.format.schema" } },
    call: (input) => turn({ type: "tool_use", id: "c1", name: "f", input }, "tool_use"),
    text: turn({ type: "text", text: "{}" }, "end_turn"),
  },
  gemini: {
    makeTarget: (options) => gemini("gemini-3.8-flash", options),
    places: {
      tool: { schema: "tools.0.functionDeclarations.0.parametersJsonSchema" },
      output: { schema: "generationConfig.responseJsonSchema" },
    },
    call: (input) => candidate({ functionCall: { name: "f", args: input } }),
    text: candidate({ text: "{}" }),
  },
  mistral: {
    makeTarget: (options) => mistral("mistral-small-latest", options),
    places: {
      tool: { schema: "tools.0.function.parameters", strict: "tools.0.function.strict" },
      output: { schema: "response_format.json_schema.schema", strict: "response_format.json_schema.strict" },
    },
    call: chatCall,
    text: CHAT_TEXT,
  },
  xai: {
    makeTarget: (options) => xai("grok-4.6", options),
    places: {
      tool: { schema: "tools.0.parameters" },
      output: { schema: "text.format.schema", strict: "text.format.strict" },
    },
    call: responsesCall,
    text: RESPONSES_TEXT,
  },
  bedrock: {
    makeTarget: (options) => bedrock("us.anthropic.claude-sonnet-5-5-v1:0", { region: "us-east-1", ...options }),
    places: {
      tool: { schema: "toolConfig.tools.0.toolSpec.inputSchema.json" },
      output: { schema: "outputConfig.textFormat.structure.jsonSchema.schema" },
    },
    call: (input) => converse({ toolUse: { toolUseId: "c1", name: "f", input } }, "tool_use"),
    text: converse({ text: "{}" }, "end_turn"),
  },
  deepseek: {
    makeTarget: (options) => deepseek("deepseek-v4-flash", options),
    places: { tool: { schema: "tools.0.function.parameters" }, output: { schema: "response_format.schema" } },
    call: chatCall,
    text: CHAT_TEXT,
  },
};

/** Asks one vendor's adapter with one schema, and answers as that vendor would. */
export async function send(
  wire: Wire,
  use: Use,
  schema: JsonObject,
  input: JsonObject = {},
  messages: readonly Message[] = [{ role: "user", content: "Hi" }],
): Promise<Sent> {
  const bodies: JsonObject[] = [];
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    const parsed: unknown = await new Request("http://localhost", { ...init, method: "POST" }).json();
    bodies.push(asJsonObject(parsed));
    return Response.json(use === "tool" ? wire.call(input) : wire.text);
  };
  const chain = createChain([wire.makeTarget({ apiKey: "key", fetch, streaming: "never" })]);
  const answer = await chain.generate(
    use === "tool"
      ? { messages, tools: [{ name: "f", inputSchema: schema }] }
      : { messages, output: { type: "json", schema } },
  );
  const [body = {}] = bodies;
  if (bodies.length !== 1) throw new Error(`${bodies.length} requests`);
  const { schema: place, strict = "" } = wire.places[use];
  const found = read(at(body, place));
  return {
    schema: isJsonObject(found) ? asJsonObject(found) : undefined,
    isStrict: at(body, strict) === true,
    body,
    answer,
  };
}

/** One API takes a schema as text. */
function read(schema: JsonValue | undefined): unknown {
  return typeof schema === "string" ? JSON.parse(schema) : schema;
}

function at(body: JsonObject, path: string): JsonValue | undefined {
  return path.split(".").reduce<JsonValue | undefined>((value, step) => {
    return Array.isArray(value) ? value[Number(step)] : asJsonObject(value)[step];
  }, body);
}
