import type { Message } from "@understudy/core";

/** What only the vendor that wrote it understands: the values of its own fields, wherever they stand in an answer. */
export function ownData(history: readonly Message[], fields: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const message of history) {
    if (message.role === "assistant" && typeof message.content !== "string") {
      for (const part of message.content) {
        if (part.type === "opaque") collect(part.data, fields, found);
        else if ("opaque" in part) collect(part.opaque, fields, found);
      }
    }
  }
  return found;
}

function collect(value: unknown, fields: readonly string[], found: string[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === "string" && inner !== "" && fields.includes(name)) found.push(inner);
    else collect(inner, fields, found);
  }
}
