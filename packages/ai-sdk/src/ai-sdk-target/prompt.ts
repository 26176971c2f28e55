import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import {
  isJsonObject,
  type AssistantPart,
  type Loss,
  type MediaSource,
  type TargetMessage,
  type TargetToolResult,
  type ToolResultContent,
  type UserPart,
} from "@understudy/core/adapter";
import { inMessage, toolInputObject, unsupported, type ReportMessageLoss } from "@understudy/core/toolkit";
import type { Watched } from "./unsent.ts";

type Content<Role> = Extract<LanguageModelV4Message, { role: Role }>["content"][number];
export type MediaPart = Extract<AssistantPart | UserPart | ToolResultContent, { readonly source: MediaSource }>;

/** A file that is given by its address. */
export interface FileUrl {
  readonly url: string;
  readonly mediaType: string;
}

export interface PromptContext {
  readonly vendor: string;
  /** Takes every address: the model says itself which ones it takes. */
  readonly urls: FileUrl[];
  /** Takes what providers leave out without a word. */
  readonly watched: Watched[];
  readonly loss: (loss: Loss) => void;
}

/** The same for the parts of one message. */
type Place = Omit<PromptContext, "loss"> & { readonly lost: ReportMessageLoss };

/** A conversation as the fourth version of the specification has it; `toVersion` makes older ones of it. */
export function toPrompt(
  system: string | undefined,
  messages: readonly TargetMessage[],
  { loss, ...context }: PromptContext,
): LanguageModelV4Prompt {
  const prompt: LanguageModelV4Prompt = system === undefined ? [] : [{ role: "system", content: system }];
  for (const [index, message] of messages.entries()) {
    const place = { ...context, lost: inMessage(message.index ?? index, loss) };
    if (message.role === "user") {
      prompt.push({ role: "user", content: message.content.flatMap((part) => userPart(part, place)) });
    } else if (message.role === "assistant") {
      const content = message.content.flatMap((part) => assistantPart(part, place));
      if (content.length > 0) prompt.push({ role: "assistant", content });
    } else {
      prompt.push({ role: "tool", content: message.content.map((result) => toolResult(result, place)) });
    }
  }
  return prompt;
}

function userPart(part: UserPart, place: Place): Content<"user">[] {
  if (part.type === "text") return [{ type: "text", text: part.text }];
  if (part.type !== "opaque") return [toFile(part, place)];
  place.lost("opaque", "dropped", "the AI SDK has no place for it in a user message");
  return [];
}

function assistantPart(part: AssistantPart, place: Place): Content<"assistant">[] {
  const kept = part.type === "opaque" ? {} : optionsOf(part.opaque?.["providerMetadata"]);
  switch (part.type) {
    case "text":
    case "refusal":
      if ("citations" in part && part.citations !== undefined) dropCitations(place.lost);
      return [{ type: "text", text: part.text, ...kept }];
    case "reasoning":
      return [{ type: "reasoning", text: part.text, ...kept }];
    case "tool-call": {
      const { toolCallId, toolName } = part;
      if (part.inputText !== undefined) place.lost("tool-call", "translated", "its arguments are no JSON");
      return [{ type: "tool-call", toolCallId, toolName, input: toolInputObject(part), ...kept }];
    }
    case "opaque":
      return [{ type: "custom", kind: kindOf(part.kind), ...optionsOf(part.data) }];
    case "source":
      return [];
    default:
      return [{ ...toFile(part, place), ...kept }];
  }
}

/** Kinds have a provider's name before a point. */
function kindOf(kind: string): `${string}.${string}` {
  const [provider = "", ...rest] = kind.split(".");
  return `${provider}.${rest.join(".")}`;
}

/** What a provider gave with a part goes back to it with that part. */
function optionsOf(metadata: unknown): { readonly providerOptions?: SharedV4ProviderOptions } {
  if (!isJsonObject(metadata) || Object.keys(metadata).length === 0) return {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it came from the provider in this form
  return { providerOptions: metadata as SharedV4ProviderOptions };
}

function toolResult(result: TargetToolResult, place: Place): Content<"tool"> {
  const { toolCallId, toolName, content, isError = false } = result;
  const texts = content.flatMap((part) => (part.type === "text" ? [part.text] : []));
  if (isError) place.watched.push({ errors: [...texts, texts.join("\n")], lost: place.lost });
  let output: LanguageModelV4ToolResultOutput;
  if (texts.length === content.length && texts.length < 2) {
    output = { type: isError ? "error-text" : "text", value: texts[0] ?? "" };
  } else if (texts.length === content.length && isError) {
    output = { type: "error-text", value: texts.join("\n") };
  } else {
    if (isError) place.lost("tool-result error", "dropped", "the AI SDK marks texts alone as errors");
    output = {
      type: "content",
      value: content.map((part) => (part.type === "text" ? { type: "text", text: part.text } : toFile(part, place))),
    };
  }
  return { type: "tool-result", toolCallId, toolName, output };
}

function dropCitations(lost: Place["lost"]): void {
  lost("citations", "dropped", "the AI SDK has no word for them");
}

function toFile(part: MediaPart, { vendor, urls, watched, lost }: Place): LanguageModelV4FilePart {
  const { source } = part;
  watched.push({ media: part, lost });
  const filename = part.type === "file" ? part.name : undefined;
  if (part.type === "file" && part.citations === true) dropCitations(lost);
  const mediaType = ("mediaType" in source ? source.mediaType : undefined) ?? guessedType(part);
  if (source.type === "url") urls.push({ url: source.url, mediaType });
  return {
    type: "file",
    mediaType,
    data: toData(source, vendor),
    ...(filename !== undefined && { filename }),
  };
}

function guessedType({ type, source }: MediaPart): string {
  if (type !== "file") return `${type}/*`;
  return source.type === "url" && /\.pdf(?:[?#]|$)/i.test(source.url) ? "application/pdf" : "application/octet-stream";
}

function toData(source: MediaSource, vendor: string): LanguageModelV4FilePart["data"] {
  switch (source.type) {
    case "base64":
      return { type: "data", data: source.data };
    case "url":
      return { type: "url", url: new URL(source.url) };
    case "vendor-file":
      if (source.vendor !== vendor) throw unsupported("files");
      return { type: "reference", reference: { [vendor]: source.id } };
    default:
      return source satisfies never;
  }
}
