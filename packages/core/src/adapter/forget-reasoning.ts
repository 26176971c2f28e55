import type { TargetRequest } from "../model/target.ts";

/**
 * A request without the reasoning of earlier turns and without the opaque data of what came with it, for vendors that
 * refuse the one when the other is wrong.
 */
export function forgetReasoning(request: TargetRequest): TargetRequest {
  const messages = request.messages.map((message) => {
    if (message.role !== "assistant") return message;
    const kept = message.content.filter((part) => part.type !== "reasoning");
    return {
      ...message,
      content: kept.map((part) => (part.type === "opaque" ? part : { ...part, opaque: undefined })),
    };
  });
  return { ...request, messages: messages.filter((message) => message.content.length > 0) };
}
