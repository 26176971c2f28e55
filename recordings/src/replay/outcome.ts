import type { StreamPart } from "@understudy/core/adapter";
import { known, type Reading, type ReadToolCall } from "../expected/reading.ts";
import type { Run } from "./run.ts";

type Ended = Extract<StreamPart, { readonly type: "end" }>;

/** What a run says, in the same words as the independent reading of its recording. */
export function outcomeOf({ parts, failure }: Run): Reading {
  const deltas = (type: "text-delta" | "reasoning-delta") =>
    parts.map((part) => (part.type === type ? part.delta : "")).join("");
  const end = parts.find((part): part is Ended => part.type === "end");
  return {
    failure: failure?.class,
    finishReason: end?.finishReason,
    rawFinishReason: end?.rawFinishReason,
    model: end?.model,
    usage: end?.usage === undefined ? undefined : known(end.usage),
    text: deltas("text-delta"),
    reasoning: deltas("reasoning-delta"),
    toolCalls: parts.flatMap((part) => (part.type === "tool-call" ? [toolCall(part)] : [])),
    refusal: parts.find((part) => part.type === "refusal")?.part.text,
    citations: parts.flatMap((part) =>
      part.type === "text-end" ? (part.part.citations ?? []).map(({ url }) => url ?? "") : [],
    ),
    sources: parts.flatMap((part) => (part.type === "source" ? [part.part.url ?? ""] : [])),
    opaque: parts.flatMap((part) => (part.type === "opaque" ? [part.part.kind] : [])),
    media: parts.flatMap((part) => (part.type === "file" ? [mediaType(part)] : [])),
  };
}

function toolCall({ part }: Extract<StreamPart, { readonly type: "tool-call" }>): ReadToolCall {
  const { toolCallId: id, toolName: name, input, inputText } = part;
  return inputText === undefined ? { id, name, input } : { id, name, inputText };
}

function mediaType({ part: { source } }: Extract<StreamPart, { readonly type: "file" }>): string {
  return source.type === "vendor-file" ? "vendor-file" : (source.mediaType ?? "");
}

/** What an adapter owes whatever the recording: parts that end hold what their deltas said, and `end` comes last. */
export function contractFaults({ parts, failure }: Run): readonly string[] {
  const faults: string[] = [];
  const written = new Map<string, string>();
  for (const part of parts) {
    if (part.type === "text-delta" || part.type === "reasoning-delta" || part.type === "tool-call-delta") {
      written.set(part.id, (written.get(part.id) ?? "") + part.delta);
    }
    if (part.type !== "text-end" && part.type !== "reasoning-end") continue;
    if (part.part.text !== (written.get(part.id) ?? ""))
      faults.push(`${part.type} ${part.id} is not what was streamed`);
  }
  const ends = parts.filter((part) => part.type === "end").length;
  if (failure === undefined && (ends !== 1 || parts.at(-1)?.type !== "end")) faults.push("`end` is not the last part");
  if (failure !== undefined && ends > 0) faults.push("failed after `end`");
  if (parts.length > 0 && parts[0]?.type !== "response") faults.push("`response` is not the first part");
  return faults;
}

/** Strict equality of plain data. Made for hundreds of thousands of comparisons of equal values. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) && Array.isArray(right) && left.length !== right.length) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => isSame(Reflect.get(left, name), Reflect.get(right, name)));
}

/** Whether two runs gave the same parts in the same order and ended in the same way. */
export function isSameRun(left: Run, right: Run): boolean {
  return left.failure?.class === right.failure?.class && isSame(left.parts, right.parts);
}
