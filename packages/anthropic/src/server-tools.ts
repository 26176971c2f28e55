import {
  asJsonObject,
  asObject,
  asString,
  asText,
  type AssistantPart,
  type OpaquePart,
  type RequestRepair,
} from "@understudy/core/adapter";
import { changeAnswers, type HostedTools } from "@understudy/core/toolkit";
import { isContainer } from "./container.ts";

/** Every block of a tool that runs at the vendor, which refuses some of them once the conversation has moved on. */
export const WITHOUT_SERVER_TOOLS: RequestRepair = {
  description: "without earlier server tools",
  loss: { what: "messages server tools", action: "dropped" },
  once: true,
  apply: (request) => changeAnswers(request, forgetServerTools),
};

/** Where the vendor's own tools stand in an answer. */
export const SERVER_TOOLS: HostedTools = {
  callOf: (part) => (isServerTool(part, "_tool_use") ? asText(asObject(part.data)["id"]) : undefined),
  resultOf: (part) => (isServerTool(part, "_tool_result") ? asText(asObject(part.data)["tool_use_id"]) : undefined),
  callerOf: (part) => (part.type === "tool-call" ? asString(asObject(part.opaque?.["caller"])["tool_id"]) : undefined),
  withoutCaller,
  isBeside: isContainer,
};

function forgetServerTools(parts: readonly AssistantPart[]): readonly AssistantPart[] {
  return (
    parts
      .filter((part) => !isServerTool(part))
      // What a search found is cited by what only its result can decrypt.
      .map((part) =>
        part.type === "text" && part.opaque !== undefined ? { ...part, opaque: undefined } : withoutCaller(part),
      )
  );
}

function isServerTool(part: AssistantPart, ending = ""): part is OpaquePart {
  if (part.type !== "opaque") return false;
  const type = asText(asObject(part.data)["type"]);
  return /_tool_(?:use|result)$|^container_upload$/.test(type) && type.endsWith(ending);
}

function withoutCaller(part: AssistantPart): AssistantPart {
  if (part.type !== "tool-call" || part.opaque?.["caller"] === undefined) return part;
  const { caller: _, ...opaque } = asJsonObject(part.opaque);
  return { ...part, opaque };
}
