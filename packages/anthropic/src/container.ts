import {
  asObject,
  asString,
  type AssistantPart,
  type Foreign,
  type JsonObject,
  type OpaquePart,
  type StreamPart,
  type TargetMessage,
} from "@understudy/core/adapter";

const KIND = "container";

/** The container in which the answer's code ran. The vendor wants it back as long as it lives. */
export function pushContainer(container: Foreign, newId: () => string, out: StreamPart[]): void {
  const id = asString(container["id"]);
  if (id === undefined) return;
  const expires = asString(container["expires_at"]);
  const data: JsonObject = { type: KIND, id, ...(expires === undefined ? {} : { expires_at: expires }) };
  out.push({ type: "opaque", id: newId(), part: { type: "opaque", kind: KIND, data } });
}

export function isContainer(part: AssistantPart): part is OpaquePart {
  return part.type === "opaque" && asObject(part.data)["type"] === KIND;
}

/** The id of the latest container of the conversation, unless it has expired. */
export function containerOf(messages: readonly TargetMessage[], wallNow: number): string | undefined {
  for (const { role, content } of messages.toReversed()) {
    if (role !== "assistant") continue;
    const part = content.findLast(isContainer);
    if (part === undefined) continue;
    const { id, expires_at: expires } = asObject(part.data);
    return Date.parse(asString(expires) ?? "") <= wallNow ? undefined : asString(id);
  }
  return undefined;
}
