import type {
  AssistantMessage,
  AssistantPart,
  Message,
  ToolResultContent,
  ToolResultPart,
  UserPart,
} from "@understudy/core";
import type { ScriptedAnswer } from "@understudy/testing";
import type { Row } from "./vendors.ts";

/** Where a message of a history comes from: what was said, what a simulated vendor was told to answer, what tools returned. */
export type Entry =
  | { readonly by: "user"; readonly says: string | readonly UserPart[] }
  | { readonly by: "tools"; readonly failed: number; readonly pictures: number; readonly says?: undefined }
  | {
      readonly by: Row;
      readonly says?: undefined;
      readonly answer: ScriptedAnswer;
      /** Blocks of tools that the vendor ran. */
      readonly hosted: number;
      /** The stream broke in the midst of it. */
      readonly isCut: boolean;
      /** Who finds something in it: everybody, its vendor alone, or nobody. */
      readonly isFor: "all" | "itself" | "nobody";
    };

function isSaid(part: AssistantPart): boolean {
  return "text" in part && part.type !== "reasoning" && part.text.trim() !== "";
}

export function isFor({ content }: AssistantMessage): "all" | "itself" | "nobody" {
  if (typeof content === "string") return "all";
  if (content.some((part) => isSaid(part) || part.type === "tool-call")) return "all";
  return content.some(({ type }) => type === "reasoning" || type === "opaque") ? "itself" : "nobody";
}

/**
 * What everybody has to find in a request, whoever made it: what the user said and showed, what models said to him, and what
 * they and their tools said to each other. Several spellings of one thing are alternatives.
 */
export function heardBy(history: readonly Message[]): readonly (readonly string[])[] {
  return history.flatMap(({ role, content }) => {
    if (typeof content === "string") return [[content]];
    const parts = role === "tool" ? content.flatMap((result) => partsOf(result.content)) : content;
    return parts.flatMap((part): (readonly string[])[] => {
      if (part.type === "text" || part.type === "refusal") return part.text.trim() === "" ? [] : [[part.text.trim()]];
      if (part.type === "tool-call") return [Object.values(Object(part.input)).map(String)];
      if (!("source" in part) || part.source.type !== "base64") return [];
      const { data } = part.source;
      return [[data, Buffer.from(data, "base64").toString("utf8")]];
    });
  });
}

function partsOf(content: ToolResultPart["content"]): readonly ToolResultContent[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
