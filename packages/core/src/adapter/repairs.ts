import type { AssistantPart } from "../model/parts.ts";
import type { TargetMessage, TargetRequest } from "../model/target.ts";
import type { Repair } from "../model/target-failure.ts";
import { NO_STREAMING } from "./error-words.ts";
import type { FailureRow } from "./failure-table.ts";
import { addToSystem, jsonInstruction } from "./json-instruction.ts";

/** The field whose absence asks for an answer in one piece, on every wire. */
export const STREAM = "stream";

/** The same repair whatever the error says beside its row. */
export function repairWith(description: string, apply: Repair["apply"]): () => Repair {
  return () => ({ description, apply });
}

/** The request without a native field, which is remembered once it was answered that way. */
export function leaveOut(field: string): Repair {
  return {
    description: `without ${field}`,
    apply: (request) => ({ ...request, without: [...(request.without ?? []), field] }),
  };
}

/** The same request once more, for an answer in one piece. */
export function withoutStreaming(): Repair {
  return { ...leaveOut(STREAM), description: "without streaming" };
}

/** A row for vendors without a sentence of their own for it. */
export const STREAMING_REFUSED: FailureRow = {
  status: [400, 422],
  text: NO_STREAMING,
  class: "request.unsupported",
  repair: withoutStreaming,
};

export function stopReasoning(request: TargetRequest): TargetRequest {
  return { ...request, reasoning: { effort: "none", visible: false } };
}

/** The model reasons as it does when nothing is said about it. */
export function ownReasoning(request: TargetRequest): TargetRequest {
  return { ...request, reasoning: { visible: false } };
}

/** A schema that the vendor refuses is asked for in the prompt. */
export function schemaInWords(request: TargetRequest): TargetRequest {
  if (request.output.type !== "json") return request;
  const system = addToSystem(request.system, jsonInstruction(request.output.schema));
  return { ...request, system, output: { type: "text" } };
}

/** Without the reasoning of earlier answers, and without answers that were nothing else. */
export function forgetReasoning(request: TargetRequest): TargetRequest {
  return changeAnswers(request, (parts) => parts.filter((part) => part.type !== "reasoning"));
}

/** Without the opaque data on parts of earlier answers. Parts that are nothing else stay. */
export function forgetOpaque(request: TargetRequest): TargetRequest {
  return changeAnswers(request, (parts) =>
    parts.map((part) => (part.type === "opaque" ? part : { ...part, opaque: undefined })),
  );
}

function changeAnswers(
  request: TargetRequest,
  change: (parts: readonly AssistantPart[]) => readonly AssistantPart[],
): TargetRequest {
  const messages = request.messages.map((message): TargetMessage =>
    message.role === "assistant" ? { ...message, content: change(message.content) } : message,
  );
  return { ...request, messages: messages.filter((message) => message.content.length > 0) };
}
