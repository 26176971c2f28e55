import type { PartEvent } from "../model/events.ts";
import type { ResponseEvent } from "../web/to-response.ts";

type FinishedPart = Extract<PartEvent, { readonly part: unknown }>["part"];

/** A part of an answer as a user interface shows it: as far as it has come, or whole. */
export interface VisiblePart {
  /** Unique in the whole stream: the key of a list. */
  readonly id: string;
  /** What it is; the kind of the finished part where there is one. */
  readonly type: FinishedPart["type"];
  /** What has come of a text, of reasoning, or of a tool call's arguments; empty for other parts. */
  readonly text: string;
  /** The name of the called tool; absent for other parts. */
  readonly toolName?: string | undefined;
  /** The finished part; absent while it is being written. */
  readonly part?: FinishedPart | undefined;
  /** Why this tool call must not be run; absent for all others. */
  readonly invalid?: string | undefined;
}

/**
 * Puts the visible parts together: call what it returns with each event, in order, and show the parts it gives back. What
 * a failover voids is gone from them. No part that was given back changes later.
 */
export function foldEvents(): (event: ResponseEvent) => readonly VisiblePart[] {
  const parts = new Map<string, VisiblePart>();
  return (event) => {
    if (event.type === "failover") for (const id of event.discards.ids) parts.delete(id);
    if ("id" in event) {
      const { id } = event;
      const { text = "", ...known }: Partial<VisiblePart> = parts.get(id) ?? {};
      if ("part" in event) {
        const { part } = event;
        const toolName = "toolName" in part ? part.toolName : undefined;
        const invalid = "reason" in event ? event.reason : undefined;
        const written = "text" in part ? part.text : text;
        parts.set(id, {
          id,
          type: part.type,
          text: written,
          part,
          ...(toolName !== undefined && { toolName }),
          ...(invalid !== undefined && { invalid }),
        });
      } else if ("delta" in event) {
        const type = known.type ?? "text";
        parts.set(id, { ...known, id, type, text: text + event.delta });
      } else if (event.type === "tool-call-start") {
        parts.set(id, { id, type: "tool-call", text, toolName: event.toolName });
      } else if (event.type === "text-start" || event.type === "reasoning-start") {
        parts.set(id, { id, type: event.type === "text-start" ? "text" : "reasoning", text });
      }
    }
    return [...parts.values()];
  };
}
