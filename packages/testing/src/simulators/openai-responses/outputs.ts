import { argumentDeltas, argumentsOf, deltas, joined } from "../answer.ts";
import type { ScriptedAnswer, CitationAnswer, ToolCallAnswer } from "../answer.ts";
import { isObject, type WireObject } from "../json.ts";
import { seal } from "../seal.ts";
import type { Call, Frame } from "../wire.ts";

/** An event between the start and the end of an item, without what every event carries. */
interface ItemEvent {
  readonly kind: Frame["kind"];
  readonly type: string;
  readonly fields: WireObject;
}

/** An output item: as it is opened, what happens to it, and as it is in the end. */
export interface Output {
  readonly opening: WireObject;
  readonly events: readonly ItemEvent[];
  readonly item: WireObject;
}

/** The items of an answer, in the order in which they stream. */
export function outputsOf(answer: ScriptedAnswer, call: Call): readonly Output[] {
  const group = call.ids.hex("", 16);
  const reasons = answer.reasoning !== undefined;
  // An item that follows reasoning says so in its id: see pairs.ts.
  const id = (prefix: string) => call.ids.hex(reasons ? `${prefix}_5ea1${group}` : `${prefix}_0`, reasons ? 30 : 49);
  return [
    ...(answer.reasoning === undefined ? [] : [reasoningOutput(id("rs"), answer.reasoning, call)]),
    ...(answer.hosted ?? []).map((item) => ({ opening: { ...item, status: "in_progress" }, events: [], item })),
    ...(answer.text === undefined ? [] : [messageOutput(id("msg"), textPart(answer), call)]),
    ...(answer.refusal === undefined ? [] : [messageOutput(id("msg"), refusalPart(answer.refusal), call)]),
    ...(answer.toolCalls ?? []).map((tool) => toolOutput(id("fc"), tool, call)),
  ];
}

function event(kind: Frame["kind"], type: string, fields: WireObject): ItemEvent {
  return { kind, type: `response.${type}`, fields };
}

function structure(type: string, fields: WireObject): ItemEvent {
  return event("structure", type, fields);
}

function delta(type: string, fields: WireObject, call: Call): ItemEvent {
  const options = call.body["stream_options"];
  const padded = !isObject(options) || options["include_obfuscation"] !== false;
  return event("delta", type, { ...fields, ...(padded ? { obfuscation: call.ids.next("", 12) } : {}) });
}

function reasoningOutput(id: string, reasoning: string | readonly string[], call: Call): Output {
  const asked = isObject(call.body["reasoning"]) ? call.body["reasoning"]["summary"] : undefined;
  // Reasoning text is given only to who asked for a summary.
  const shown = asked === undefined || asked === null ? [] : deltas(reasoning);
  const text = shown.join("");
  const base = { item_id: id, summary_index: 0 };
  const opening = { id, type: "reasoning", content: [], encrypted_content: "", summary: [] };
  const summary = shown.length === 0 ? [] : [{ type: "summary_text", text }];
  return {
    opening: { ...opening, encrypted_content: seal(call.organization, call.model, "") },
    events:
      shown.length === 0
        ? []
        : [
            structure("reasoning_summary_part.added", { ...base, part: { type: "summary_text", text: "" } }),
            ...shown.map((piece) => delta("reasoning_summary_text.delta", { delta: piece, ...base }, call)),
            structure("reasoning_summary_text.done", { ...base, text }),
            structure("reasoning_summary_part.done", { ...base, part: { type: "summary_text", text } }),
          ],
    item: { ...opening, encrypted_content: seal(call.organization, call.model, joined(reasoning)), summary },
  };
}

/** The one part of a message: empty, its deltas, whole. */
interface Part {
  readonly empty: WireObject;
  readonly whole: WireObject;
  readonly deltas: (base: WireObject, call: Call) => readonly ItemEvent[];
}

function textPart(answer: ScriptedAnswer): Part {
  const text = joined(answer.text);
  const annotations = (answer.citations ?? []).map((source) => citation(source, text.length));
  const part = { type: "output_text", annotations: [], logprobs: [], text: "" };
  return {
    empty: part,
    whole: { ...part, annotations, text },
    deltas: (base, call) => [
      ...deltas(answer.text).map((piece) => delta("output_text.delta", { ...base, delta: piece, logprobs: [] }, call)),
      ...annotations.map((annotation, index) =>
        structure("output_text.annotation.added", { annotation, annotation_index: index, ...base }),
      ),
      structure("output_text.done", { ...base, logprobs: [], text }),
    ],
  };
}

function citation(source: CitationAnswer, end: number): WireObject {
  return { type: "url_citation", end_index: end, start_index: 0, title: source.title, url: source.url };
}

function refusalPart(refusal: string): Part {
  return {
    empty: { type: "refusal", refusal: "" },
    whole: { type: "refusal", refusal },
    deltas: (base) => [
      // Refusals come without padding.
      ...deltas(refusal).map((piece) => event("delta", "refusal.delta", { ...base, delta: piece })),
      structure("refusal.done", { ...base, refusal }),
    ],
  };
}

function messageOutput(id: string, part: Part, call: Call): Output {
  const base = { content_index: 0, item_id: id };
  const phase = /^gpt-(5\.[4-9]|6)/.test(call.model) ? { phase: "final_answer" } : {};
  const message = { id, type: "message", status: "in_progress", content: [], ...phase, role: "assistant" };
  return {
    opening: message,
    events: [
      structure("content_part.added", { ...base, part: part.empty }),
      ...part.deltas(base, call),
      structure("content_part.done", { ...base, part: part.whole }),
    ],
    item: { ...message, status: "completed", content: [part.whole] },
  };
}

function toolOutput(id: string, tool: ToolCallAnswer, call: Call): Output {
  const call_id = tool.id ?? call.ids.next("call_", 24);
  const item = { id, type: "function_call", status: "in_progress", arguments: "", call_id, name: tool.name };
  const text = argumentsOf(tool);
  return {
    opening: item,
    events: [
      ...argumentDeltas(tool).map((piece) =>
        delta("function_call_arguments.delta", { delta: piece, item_id: id }, call),
      ),
      structure("function_call_arguments.done", { arguments: text, item_id: id }),
    ],
    item: { ...item, status: "completed", arguments: text },
  };
}
