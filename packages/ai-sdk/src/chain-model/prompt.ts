import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
  SharedV4FileData,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type {
  AssistantPart,
  AudioPart,
  FilePart,
  ImagePart,
  JsonValue,
  MediaSource,
  Message,
  ToolResultContent,
  ToolResultPart,
  UserPart,
} from "@understudy/core";
import { parseToolInput, type NameMap } from "@understudy/core/toolkit";
import { toBase64 } from "../base64.ts";
import { validParts } from "../failover.ts";
import { readMetadata } from "../metadata.ts";
import { unsupported } from "./warnings.ts";

/** A prompt of the AI SDK's as a request has it. */
export interface TranslatedPrompt {
  readonly system?: string;
  readonly messages: readonly Message[];
}

type Content<Role> = Extract<LanguageModelV4Message, { role: Role }>["content"][number];
type MediaPart = ImagePart | FilePart | AudioPart;

/** Translates the messages of one call. What has no place in a request of ours becomes a warning. */
export function translatePrompt(
  prompt: LanguageModelV4Prompt,
  names: NameMap,
  warnings: SharedV4Warning[],
): TranslatedPrompt {
  const system: string[] = [];
  const messages: Message[] = [];
  for (const message of prompt) {
    switch (message.role) {
      case "system":
        if (messages.length > 0) {
          const details = "It stands behind other messages; it is sent with the system prompt.";
          warnings.push({ type: "compatibility", feature: "system message", details });
        }
        system.push(message.content);
        break;
      case "user":
        messages.push({ role: "user", content: message.content.map((part) => userPart(part, warnings)) });
        break;
      case "assistant": {
        const content = validParts(message.content).flatMap((part) => assistantPart(part, names, warnings));
        if (content.length > 0) messages.push({ role: "assistant", content });
        break;
      }
      case "tool": {
        const content = message.content.flatMap((part) => toolPart(part, names, warnings));
        if (content.length > 0) messages.push({ role: "tool", content });
        break;
      }
      default:
        dropped(warnings, "message", "Its role is not known.");
        message satisfies never;
    }
  }
  return { messages, ...(system.length > 0 && { system: system.join("\n\n") }) };
}

function dropped(warnings: SharedV4Warning[], what: string, details: string): [] {
  warnings.push(unsupported(what, details));
  return [];
}

function userPart(part: Content<"user">, warnings: SharedV4Warning[]): UserPart {
  return part.type === "text" ? { type: "text", text: part.text } : mediaPart(part, warnings);
}

function assistantPart(part: Content<"assistant">, names: NameMap, warnings: SharedV4Warning[]): AssistantPart[] {
  const { origin, opaque, citations, type, kind, data } = readMetadata(part.providerOptions);
  const kept = { ...(origin !== undefined && { origin }), ...(opaque !== undefined && { opaque }) };
  switch (part.type) {
    case "text":
      if (type === "refusal") return [{ type, text: part.text, ...kept }];
      return [{ type: "text", text: part.text, ...kept, ...(citations !== undefined && { citations }) }];
    case "reasoning":
      return [{ type: "reasoning", text: part.text, ...kept }];
    case "file":
      return [{ ...mediaPart(part, warnings), ...kept }];
    case "tool-call": {
      if (part.providerExecuted === true) return foreign(warnings, "a call of a tool that a provider ran");
      const { toolCallId, toolName, input } = part;
      // A call that was invalid comes back as the model wrote it.
      const read = typeof input === "string" ? parseToolInput(input) : { input: toJson(input) };
      return [{ type: "tool-call", toolCallId, toolName: names.toNative(toolName), ...read, ...kept }];
    }
    case "custom":
      if (kind !== undefined && data !== undefined && origin !== undefined)
        return [{ type: "opaque", kind, data, origin }];
      return foreign(warnings, `custom content ${part.kind}`);
    case "reasoning-file":
      return foreign(warnings, "a file of reasoning");
    case "tool-result":
      return foreign(warnings, "a result of a tool that a provider ran");
    default:
      part satisfies never;
      return foreign(warnings, "content of an unknown type");
  }
}

function foreign(warnings: SharedV4Warning[], what: string): [] {
  return dropped(warnings, what, "It was made by another provider.");
}

function toolPart(part: Content<"tool">, names: NameMap, warnings: SharedV4Warning[]): ToolResultPart[] {
  if (part.type !== "tool-result") return foreign(warnings, "an approval of a tool call");
  const { toolCallId, toolName } = part;
  const { content, isError } = readOutput(part, warnings);
  return [
    { type: "tool-result", toolCallId, toolName: names.toNative(toolName), content, ...(isError && { isError }) },
  ];
}

interface Output {
  readonly content: string | readonly ToolResultContent[];
  readonly isError: boolean;
}

function readOutput({ output }: LanguageModelV4ToolResultPart, warnings: SharedV4Warning[]): Output {
  switch (output.type) {
    case "text":
    case "error-text":
      return { content: output.value, isError: output.type === "error-text" };
    case "json":
    case "error-json":
      return { content: JSON.stringify(output.value) ?? "", isError: output.type === "error-json" };
    case "execution-denied":
      return { content: output.reason ?? "The call was denied.", isError: true };
    case "content":
      return { content: output.value.flatMap((part) => resultContent(part, warnings)), isError: false };
    default:
      output satisfies never;
      return { content: "", isError: false };
  }
}

type ResultContent = Extract<LanguageModelV4ToolResultOutput, { type: "content" }>["value"][number];

function resultContent(part: ResultContent, warnings: SharedV4Warning[]): ToolResultContent[] {
  if (part.type === "text") return [{ type: "text", text: part.text }];
  if (part.type !== "file") return foreign(warnings, "custom content of a tool result");
  const media = mediaPart(part, warnings);
  return media.type === "audio" ? [{ type: "file", source: media.source }] : [media];
}

function mediaPart(
  { mediaType, data, filename }: Pick<LanguageModelV4FilePart, "mediaType" | "data" | "filename">,
  warnings: SharedV4Warning[],
): MediaPart {
  const source = toSource(data, mediaType, warnings);
  if (/^image\b/.test(mediaType)) return { type: "image", source };
  if (/^audio\b/.test(mediaType)) return { type: "audio", source };
  return { type: "file", source, ...(filename !== undefined && { name: filename }) };
}

/** For bytes of which only the kind is known. */
const COMMON: Readonly<Record<string, string>> = { image: "image/png", audio: "audio/mpeg", text: "text/plain" };

function toSource(data: SharedV4FileData, mediaType: string, warnings: SharedV4Warning[]): MediaSource {
  const kind = mediaType.split("/")[0] ?? "";
  const isFull = /^[^/*]+\/[^/*]+$/.test(mediaType);
  const full = isFull ? mediaType : (COMMON[kind] ?? "application/octet-stream");
  switch (data.type) {
    case "data":
      return {
        type: "base64",
        mediaType: full,
        data: typeof data.data === "string" ? data.data : toBase64(data.data),
      };
    case "url":
      return { type: "url", url: data.originalUrl ?? data.url.href, ...(isFull && { mediaType }) };
    case "text":
      return {
        type: "base64",
        mediaType: isFull ? mediaType : "text/plain",
        data: toBase64(new TextEncoder().encode(data.text)),
      };
    case "reference": {
      const [[vendor, id] = ["", ""], ...others] = Object.entries(data.reference);
      if (others.length > 0) dropped(warnings, "a file that several vendors keep", `Only that of ${vendor} is used.`);
      return { type: "vendor-file", vendor, id };
    }
    default:
      return data satisfies never;
  }
}

function toJson(input: unknown): JsonValue {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- core refuses what is not JSON
  return (input ?? {}) as JsonValue;
}

/** The names of all tools that a history calls. */
export function calledNames(prompt: LanguageModelV4Prompt): string[] {
  return prompt.flatMap(({ content }) => {
    const parts: readonly object[] = typeof content === "string" ? [] : content;
    return parts.flatMap((part) => ("toolName" in part && typeof part.toolName === "string" ? [part.toolName] : []));
  });
}
