import {
  asJsonObject,
  asObject,
  asString,
  changeAnswers,
  inMessage,
  type AssistantPart,
  type Loss,
  type OpaquePart,
  type RequestRepair,
  type TargetMessage,
} from "@understudy/core/adapter";
import { isContainer } from "./container.ts";

/** Every block of a tool that runs at the vendor, which refuses some of them once the conversation has moved on. */
export const WITHOUT_SERVER_TOOLS: RequestRepair = {
  description: "without earlier server tools",
  loss: { what: "messages server tools", action: "dropped" },
  once: true,
  apply: (request) => changeAnswers(request, forgetServerTools),
};

/**
 * A server tool may wait for its result while the application answers the calls beside it. The vendor refuses one that
 * waits when anything but results follows, and a result without its call: both are left out.
 */
export function settleServerTools(
  messages: readonly TargetMessage[],
  loss: (loss: Loss) => void,
): readonly TargetMessage[] {
  const results = new Set(serverTools(messages, "_tool_result").map((part) => idOf(part, "tool_use_id")));
  const uses = new Set(serverTools(messages, "_tool_use").map((part) => idOf(part, "id")));
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const dropped = new Set<string | undefined>();
  return messages.map((message, index) => {
    if (message.role !== "assistant") return message;
    const isKept = (part: AssistantPart, position: number): boolean => {
      if (isServerTool(part, "_tool_result")) return uses.has(idOf(part, "tool_use_id"));
      if (!isServerTool(part, "_tool_use")) return true;
      const id = idOf(part, "id");
      const isWaiting = index > lastUser && waits(id, message.content.slice(position + 1), messages.slice(index + 1));
      if (results.has(id) || isWaiting) return true;
      dropped.add(id);
      return false;
    };
    const kept = message.content.filter(isKept);
    if (kept.length < message.content.length) {
      inMessage(index, loss)("opaque", "dropped", "a server tool without its result, or a result without its call");
    }
    const content = kept.map((part) => (dropped.has(callerOf(part)) ? withoutCaller(part) : part));
    return { ...message, content };
  });
}

/** Nothing but calls stands behind it in its turn, and in later ones nothing but the calls that it makes itself. */
function waits(id: string | undefined, behind: readonly AssistantPart[], later: readonly TargetMessage[]): boolean {
  if (behind.some(({ type }) => type === "text" || type === "refusal")) return false;
  return later.every(
    (message) =>
      message.role !== "assistant" || message.content.every((part) => isContainer(part) || callerOf(part) === id),
  );
}

function forgetServerTools(parts: readonly AssistantPart[]): readonly AssistantPart[] {
  const kept = parts
    .filter((part) => !isServerTool(part))
    // What a search found is cited by what only its result can decrypt.
    .map((part) =>
      part.type === "text" && part.opaque !== undefined ? { ...part, opaque: undefined } : withoutCaller(part),
    );
  const isSame = kept.length === parts.length && kept.every((part, index) => part === parts[index]);
  return isSame ? parts : kept;
}

function serverTools(messages: readonly TargetMessage[], ending: string): readonly OpaquePart[] {
  return messages.flatMap(({ role, content }) =>
    role === "assistant" ? content.filter((part) => isServerTool(part, ending)) : [],
  );
}

function isServerTool(part: AssistantPart, ending = ""): part is OpaquePart {
  if (part.type !== "opaque") return false;
  const type = asString(asObject(part.data)["type"]) ?? "";
  return /_tool_(?:use|result)$|^container_upload$/.test(type) && type.endsWith(ending);
}

function idOf(part: OpaquePart, field: string): string | undefined {
  return asString(asObject(part.data)[field]);
}

function callerOf(part: AssistantPart): string | undefined {
  return part.type === "tool-call" ? asString(asObject(part.opaque?.["caller"])["tool_id"]) : undefined;
}

function withoutCaller(part: AssistantPart): AssistantPart {
  if (part.type !== "tool-call" || part.opaque?.["caller"] === undefined) return part;
  const { caller: _, ...opaque } = asJsonObject(part.opaque);
  return { ...part, opaque };
}
