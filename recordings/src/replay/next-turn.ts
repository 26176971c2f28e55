import type { Answer, AssistantPart, Message, Request } from "@understudy/core";
import type { ReplayCase } from "./cases.ts";
import { requestOf } from "./answers.ts";

/** The request that follows an answer: its message, a result for each of its calls, and the user's next word. */
export function nextRequest(one: ReplayCase, { message }: Answer): Request {
  const first = requestOf(one);
  const results = partsOf(message).flatMap((part) =>
    part.type === "tool-call"
      ? [{ type: "tool-result" as const, toolCallId: part.toolCallId, content: "It is done." }]
      : [],
  );
  const answered: readonly Message[] = results.length === 0 ? [] : [{ role: "tool", content: results }];
  return { ...first, messages: [...first.messages, message, ...answered, { role: "user", content: "Go on." }] };
}

/**
 * Texts of an answer that only its maker may see again: signatures, encrypted data, ids, reasoning. What the answer
 * shows elsewhere too is no secret.
 */
export function secretsOf({ message }: Answer): readonly string[] {
  const shown: string[] = [];
  const hidden: string[] = [];
  for (const part of partsOf(message)) {
    if (part.type === "opaque" || part.type === "reasoning") hidden.push(...textsOf(part));
    else {
      const { opaque, ...rest } = part;
      hidden.push(...textsOf(opaque));
      shown.push(...textsOf(rest));
    }
  }
  const all = shown.join("\n");
  return hidden.filter((text) => text.length >= 16 && !all.includes(text));
}

function partsOf({ content }: Answer["message"]): readonly AssistantPart[] {
  return typeof content === "string" ? [] : content;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => (name === "origin" ? [] : textsOf(field)));
}
