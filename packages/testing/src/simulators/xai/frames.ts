import type { ScriptedAnswer } from "../answer.ts";
import { isObject, type WireObject } from "../json.ts";
import {
  encodeResponses,
  responsesFrame,
  responsesFrames,
  responsesInBand,
  responsesWhole,
} from "../openai-responses/frames.ts";
import { jsonOf, type Call, type Frame, type InBandForm, type Reply } from "../wire.ts";

/** What a response of this vendor has of the format's fields. */
const fields = [
  "created_at",
  "id",
  "max_output_tokens",
  "model",
  "object",
  "output",
  "parallel_tool_calls",
  "previous_response_id",
  "reasoning",
  "temperature",
  "text",
  "tool_choice",
  "tools",
  "top_p",
  "user",
  "incomplete_details",
  "status",
  "store",
  "metadata",
  "error",
  "usage",
];

/** Reasoning is shown without being asked for, and nothing is padded. */
function asHere(call: Call): Call {
  const body = { ...call.body, reasoning: { summary: "auto" }, stream_options: { include_obfuscation: false } };
  return { ...call, body };
}

function toResponse(response: WireObject): WireObject {
  const own = Object.fromEntries(fields.filter((name) => name in response).map((name) => [name, response[name]]));
  const { usage } = response;
  if (!isObject(usage)) return own;
  return { ...own, usage: { ...usage, num_sources_used: 0, num_server_side_tools_used: 0 } };
}

export function xaiFrames(answer: ScriptedAnswer, call: Call): readonly Frame[] {
  return responsesFrames(answer, asHere(call)).map((frame) => {
    const response = isObject(frame.data) ? frame.data["response"] : undefined;
    return isObject(response) && isObject(frame.data)
      ? { ...frame, data: { ...frame.data, response: toResponse(response) } }
      : frame;
  });
}

export function xaiWhole(answer: ScriptedAnswer, call: Call): WireObject {
  return toResponse(responsesWhole(answer, asHere(call)));
}

/** The vendor's usual error stands in a stream without a name or a type. */
export function xaiInBand(reply: Reply, form: InBandForm, call: Call): readonly Frame[] {
  if (form === "native" || form === "bare") return [{ kind: "terminal", data: jsonOf(reply) }];
  const { code, error: message } = jsonOf(reply);
  const error = { error: { type: null, code, message, param: null } };
  return form === "nested"
    ? [responsesFrame("terminal", "error", error)]
    : responsesInBand({ ...reply, body: error }, form, asHere(call));
}

export function encodeXAI(frame: Frame, position: number): string {
  return frame.event === undefined ? `data: ${JSON.stringify(frame.data)}\n\n` : encodeResponses(frame, position);
}
