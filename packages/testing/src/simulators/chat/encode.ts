import type { ChunkFields } from "../manner.ts";
import { jsonOf, type Frame, type Reply } from "../wire.ts";

/** A chat chunk on the wire: data only, no event name. */
export function encodeChat(frame: Frame): string {
  return `data: ${typeof frame.data === "string" ? frame.data : JSON.stringify(frame.data)}\n\n`;
}

export const chatFields: ChunkFields = {
  list: "choices",
  reason: "finish_reason",
  usage: "usage",
  absent: null,
};

export const done: Frame = { kind: "terminal", data: "[DONE]" };

/** An error inside a chat stream: a chunk that is the error body. */
export function chatInBand(reply: Reply): readonly Frame[] {
  return [{ kind: "terminal", data: jsonOf(reply) }];
}
