import { finishOf, usageOf, type ScriptedAnswer, type SimulatedUsage } from "../answer.ts";
import { isObject, listOf, type WireObject } from "../json.ts";
import { openAIModel } from "../openai/models.ts";
import { jsonOf, type Call, type Frame, type InBandForm, type Reply } from "../wire.ts";
import { outputsOf } from "./outputs.ts";

export function encodeResponses(frame: Frame, position: number): string {
  const numbered = isObject(frame.data) ? JSON.stringify({ ...frame.data, sequence_number: position }) : frame.data;
  return `event: ${frame.event}\ndata: ${numbered}\n\n`;
}

export function responsesFrame(kind: Frame["kind"], type: string, fields: WireObject): Frame {
  return { kind, event: type, data: { type, ...fields } };
}

export function responsesFrames(answer: ScriptedAnswer, call: Call): readonly Frame[] {
  const response = responseObject(answer, call);
  const outputs = outputsOf(answer, call);
  const end = ending(
    answer,
    call,
    outputs.map((output) => output.item),
  );
  return [
    responsesFrame("preamble", "response.created", { response }),
    responsesFrame("preamble", "response.in_progress", { response }),
    ...outputs.flatMap((output, index) => [
      responsesFrame("structure", "response.output_item.added", { item: output.opening, output_index: index }),
      ...output.events.map(({ kind, type, fields }) => responsesFrame(kind, type, { ...fields, output_index: index })),
      responsesFrame("structure", "response.output_item.done", { item: output.item, output_index: index }),
    ]),
    // One event is both the evidence and the end.
    responsesFrame("evidence", `response.${end.name}`, { response: { ...response, ...end.fields } }),
  ];
}

export function responsesWhole(answer: ScriptedAnswer, call: Call): WireObject {
  const items = outputsOf(answer, call).map((output) => output.item);
  return { ...responseObject(answer, call), ...ending(answer, call, items).fields };
}

interface Ending {
  readonly name: "completed" | "incomplete" | "failed";
  readonly fields: WireObject;
}

function ending(answer: ScriptedAnswer, call: Call, output: readonly WireObject[]): Ending {
  const finish = finishOf(answer);
  const usage = usageObject(usageOf(answer, call.request.text));
  const done = { output, completed_at: now(), service_tier: "default", usage };
  if (typeof finish === "object" && finish.raw === "failed") {
    const error = { code: "server_error", message: "The model failed to generate a response." };
    return { name: "failed", fields: { status: "failed", output, error, usage: null } };
  }
  const reason = incompleteReason(finish);
  return reason === undefined
    ? { name: "completed", fields: { ...done, status: "completed" } }
    : {
        name: "incomplete",
        fields: { ...done, status: "incomplete", completed_at: null, incomplete_details: { reason } },
      };
}

function incompleteReason(finish: ReturnType<typeof finishOf>): string | undefined {
  if (typeof finish === "object") return finish.raw;
  if (finish === "length" || finish === "context") return "max_output_tokens";
  return finish === "content-filter" ? "content_filter" : undefined;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** The response as it stands at the start, with the request repeated as the vendor does. */
function responseObject(answer: ScriptedAnswer, call: Call): WireObject {
  const { body } = call;
  const asked = isObject(body["reasoning"]) ? body["reasoning"] : {};
  const text = isObject(body["text"]) ? body["text"] : {};
  const model = openAIModel(call.model);
  const effort = model.efforts.length === 0 ? null : (asked["effort"] ?? model.defaultEffort);
  return {
    id: call.ids.hex("resp_0", 49),
    object: "response",
    created_at: now(),
    status: "in_progress",
    background: false,
    completed_at: null,
    error: null,
    frequency_penalty: 0,
    incomplete_details: null,
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    max_tool_calls: null,
    model: answer.model ?? call.model,
    moderation: null,
    output: [],
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    presence_penalty: 0,
    previous_response_id: body["previous_response_id"] ?? null,
    prompt_cache_key: body["prompt_cache_key"] ?? null,
    prompt_cache_retention: "24h",
    reasoning: { effort, summary: asked["summary"] ?? null },
    safety_identifier: body["safety_identifier"] ?? null,
    service_tier: "auto",
    store: body["store"] ?? true,
    temperature: body["temperature"] ?? 1,
    text: { format: text["format"] ?? { type: "text" }, verbosity: text["verbosity"] ?? "medium" },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: listOf(body["tools"]),
    top_logprobs: 0,
    top_p: body["top_p"] ?? 1,
    truncation: "disabled",
    usage: null,
    user: null,
    metadata: body["metadata"] ?? {},
  };
}

function usageObject(usage: SimulatedUsage): WireObject {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

/** The vendor's error inside the stream: flat as documented, nested as live servers send it, or a failed response. */
export function responsesInBand(reply: Reply, form: InBandForm, call: Call): readonly Frame[] {
  const { error: found } = jsonOf(reply);
  const error = isObject(found) ? found : {};
  const { code = null, message = "", param = null } = error;
  switch (form) {
    case "failed": {
      const failure = { status: "failed", error: { code: code ?? "server_error", message } };
      const response = { ...responseObject({}, call), ...failure };
      return [responsesFrame("terminal", "response.failed", { response })];
    }
    case "nested":
      return [responsesFrame("terminal", "error", { error: { type: error["type"], code, message, param } })];
    default:
      return [responsesFrame("terminal", "error", { code, message, param })];
  }
}
