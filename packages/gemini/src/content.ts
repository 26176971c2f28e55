import {
  asJsonObject,
  asString,
  isJsonObject,
  type AssistantPart,
  type AudioPart,
  type FilePart,
  type ImagePart,
  type JsonObject,
  type Loss,
  type OpaquePart,
  type RefusalPart,
  type TargetMessage,
  type TargetToolResult,
  type TextPart,
  type ToolCallPart,
  type UserPart,
} from "@understudy/core/adapter";
import { defined, inMessage, type NameMap, type ReportMessageLoss } from "@understudy/core/toolkit";
import type { GeminiModel } from "./models.ts";

export interface NativeContent {
  readonly role: "user" | "model";
  readonly parts: readonly JsonObject[];
}

/** What differs from model to model and endpoint to endpoint. */
export interface ContentRules extends Pick<GeminiModel, "needsSignatures" | "callIds" | "resultMedia"> {
  /** Of the tools. */
  readonly names: NameMap;
}

export const VENDOR = "gemini";

/** Kinds of opaque parts that are about the answer and not of it: they do not go back among its parts. */
export const CONTINUATION = "continuationToken";
export const GROUNDING = "groundingMetadata";

/** The vendor's stand-in for the signature of a call that was made elsewhere. */
export const STAND_IN_SIGNATURE = "skip_thought_signature_validator";
const RESULT_MEDIA = /^(?:image\/(?:png|jpeg|webp)|application\/pdf|text\/plain)$/;

/** What a part can have beside its data, and give back with it. */
const ATTRIBUTES = [
  "thoughtSignature",
  "videoMetadata",
  "mediaResolution",
  "mediaProcessing",
  "partMetadata",
  "speechMetadata",
  "audioTranscription",
];
/**
 * Data of an answer that has no common words: the only one that goes back as it is. Stored messages come back through the
 * hands of others.
 */
const OWN_DATA = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse", "fileData", "inlineData"];
/** What a user can say in a part of the vendor's own, with attributes that have no common words. */
const SAID_DATA = ["text", "inlineData", "fileData"];
/** The vendor takes them as plain text only. */
const PLAIN_TEXT = /^application\/(?:json|xml|yaml)\b/;

/** Words or media behind function responses are refused in their content, and taken in their own turn. */
type Kind = "said" | "responses" | "model";

/** The conversation as generateContent wants it: turns of user and model, all responses of a step in their own turn. */
export function toContents(
  messages: readonly TargetMessage[],
  rules: ContentRules,
  loss: (loss: Loss) => void,
): NativeContent[] {
  const native: { readonly kind: Kind; readonly parts: JsonObject[] }[] = [];
  const add = (kind: Kind, parts: readonly JsonObject[]): void => {
    if (parts.length === 0) return;
    const last = native.at(-1);
    if (last?.kind === kind) for (const part of parts) last.parts.push(part);
    else native.push({ kind, parts: [...parts] });
  };
  for (const [index, message] of messages.entries()) {
    const lost = inMessage(message.index ?? index, loss);
    switch (message.role) {
      case "user":
        add(
          "said",
          message.content.flatMap((part) => toUserPart(part, lost)),
        );
        break;
      case "assistant":
        add("model", toModelParts(message.content, rules, lost));
        break;
      case "tool": {
        const { responses, attached } = toResultParts(message.content, rules, lost);
        add("responses", responses);
        add("said", attached);
        break;
      }
      default:
        message satisfies never;
    }
  }
  return native.map(({ kind, parts }) => ({ role: kind === "model" ? "model" : "user", parts }));
}

function toUserPart(part: UserPart, lost: ReportMessageLoss): JsonObject[] {
  if (part.type === "text") return [{ text: part.text }];
  if (part.type === "opaque") return toOpaque(part, SAID_DATA, lost);
  if (part.type === "file" && part.citations === true) lost("citations", "dropped", "the API cites no documents");
  if (part.type === "file" && part.name !== undefined) lost("file name", "dropped", "the API takes none");
  return [toMedia(part, lost)];
}

function toMedia({ source }: ImagePart | FilePart | AudioPart, lost?: ReportMessageLoss): JsonObject {
  switch (source.type) {
    case "base64": {
      const isText = PLAIN_TEXT.test(source.mediaType);
      if (isText) lost?.("file", "translated", "sent as plain text");
      return { inlineData: { mimeType: isText ? "text/plain" : source.mediaType, data: source.data } };
    }
    case "url":
      return { fileData: defined({ mimeType: source.mediaType, fileUri: source.url }) };
    case "vendor-file":
      return { fileData: { fileUri: source.id } };
    default:
      return source satisfies never;
  }
}

/** Own parts go back as they came, in their order and with all that was on them. */
function toModelParts(parts: readonly AssistantPart[], rules: ContentRules, lost: ReportMessageLoss): JsonObject[] {
  const native: JsonObject[] = [];
  let isFirstCall = true;
  for (const part of parts) {
    if (part.type === "tool-call") {
      native.push(toCall(part, isFirstCall, rules, lost));
      isFirstCall = false;
    } else native.push(...toModelPart(part, lost));
  }
  return native;
}

function toModelPart(part: Exclude<AssistantPart, ToolCallPart>, lost: ReportMessageLoss): JsonObject[] {
  switch (part.type) {
    case "text":
      // The vendor's own do not go back either, as far as they are known to be its own.
      if (part.citations !== undefined && part.origin?.vendor !== VENDOR) {
        lost("citations", "dropped", "the API takes none back");
      }
      return [toText(part)];
    case "refusal":
      return [toText(part)];
    case "reasoning":
      return [{ text: part.text, thought: true, ...pick(part.opaque, ATTRIBUTES) }];
    case "image":
    case "file":
    case "audio":
      return [{ ...toMedia(part), ...pick(part.opaque, ATTRIBUTES) }];
    case "opaque":
      return part.kind === CONTINUATION || part.kind === GROUNDING
        ? []
        : toOpaque(part, [...OWN_DATA, "thought"], lost);
    case "source":
      return [];
    default:
      return part satisfies never;
  }
}

function toText({ text, opaque }: TextPart | RefusalPart): JsonObject {
  return { text, ...pick(opaque, ATTRIBUTES) };
}

function toOpaque({ data }: OpaquePart, names: readonly string[], lost: ReportMessageLoss): JsonObject[] {
  const kept = pick(asJsonObject(data), [...names, ...ATTRIBUTES]);
  // A part without data is refused, unless it carries a signature.
  if (["thoughtSignature", ...names].some((name) => name in kept)) return [kept];
  lost("opaque", "dropped", "no part that this version knows");
  return [];
}

function pick(fields: JsonObject = {}, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

/** Of parallel calls only the first is signed. */
function toCall(
  { toolCallId, toolName, input, inputText, opaque }: ToolCallPart,
  isFirst: boolean,
  rules: ContentRules,
  lost: ReportMessageLoss,
): JsonObject {
  const isObject = inputText === undefined && isJsonObject(input);
  if (!isObject) lost("tool-call input", "translated", "the API takes objects only");
  const call = defined({
    id: rules.callIds ? toolCallId : undefined,
    name: rules.names.toNative(toolName),
    args: isObject ? input : { input: inputText ?? input },
  });
  const isUnsigned = asString(opaque?.["thoughtSignature"]) === undefined;
  const dummy = isFirst && isUnsigned && rules.needsSignatures ? { thoughtSignature: STAND_IN_SIGNATURE } : {};
  return { functionCall: call, ...pick(opaque, ATTRIBUTES), ...dummy };
}

/** One response for each call. Media that a response cannot hold is attached behind them all. */
function toResultParts(
  results: readonly TargetToolResult[],
  { callIds, resultMedia, names }: ContentRules,
  lost: ReportMessageLoss,
): { readonly responses: readonly JsonObject[]; readonly attached: readonly JsonObject[] } {
  const responses: JsonObject[] = [];
  const attached: JsonObject[] = [];
  for (const { toolCallId, toolName, content, isError = false } of results) {
    const texts: string[] = [];
    const media: JsonObject[] = [];
    for (const part of content) {
      if (part.type === "text") texts.push(part.text);
      else if (resultMedia && part.source.type === "base64" && RESULT_MEDIA.test(part.source.mediaType)) {
        media.push(toMedia(part));
      } else {
        lost(`tool-result ${part.type}`, "translated", "sent behind the results");
        attached.push({ text: `From the result of ${toolName} (${toolCallId}):` }, toMedia(part, lost));
      }
    }
    const response = { [isError ? "error" : "output"]: texts.join("\n") };
    responses.push({
      functionResponse: defined({
        id: callIds ? toolCallId : undefined,
        name: names.toNative(toolName),
        response,
        parts: media.length === 0 ? undefined : media,
      }),
    });
  }
  return { responses, attached };
}
