import {
  asJsonObject,
  asString,
  defined,
  inMessage,
  isJsonObject,
  type AssistantPart,
  type AudioPart,
  type FilePart,
  type ImagePart,
  type JsonObject,
  type Loss,
  type ReportMessageLoss,
  type TargetMessage,
  type TargetToolResult,
  type ToolCallPart,
  type UserPart,
} from "@understudy/core/adapter";
import type { GeminiModel } from "./models.ts";

export interface NativeContent {
  readonly role: "user" | "model";
  readonly parts: readonly JsonObject[];
}

/** What differs from model to model and endpoint to endpoint. */
export interface ContentRules extends Pick<GeminiModel, "needsSignatures" | "callIds" | "resultMedia"> {}

/** Kinds of opaque parts that are about the answer and not of it: they do not go back among its parts. */
export const CONTINUATION = "continuationToken";
export const GROUNDING = "groundingMetadata";

/** The vendor's stand-in for the signature of a call that was made elsewhere. */
const DUMMY_SIGNATURE = "skip_thought_signature_validator";
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
const OWN_DATA = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse", "fileData"];

/** Words or media behind function responses are refused in their content, and taken in one of their own. */
type Kind = "said" | "responses" | "model";

/** The conversation as generateContent wants it: turns of user and model, all responses of a step in one of their own. */
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
    const lost = inMessage(index, loss);
    switch (message.role) {
      case "user":
        add(
          "said",
          message.content.map((part) => toUserPart(part, lost)),
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

function toUserPart(part: UserPart, lost: ReportMessageLoss): JsonObject {
  if (part.type === "text") return { text: part.text };
  if (part.type === "opaque") return asJsonObject(part.data);
  if (part.type === "file" && part.citations === true) lost("citations", "dropped", "the API cites no documents");
  return toMedia(part);
}

function toMedia({ source }: ImagePart | FilePart | AudioPart): JsonObject {
  switch (source.type) {
    case "base64":
      return { inlineData: { mimeType: source.mediaType, data: source.data } };
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
      native.push(toCall(part, isFirstCall, rules));
      isFirstCall = false;
    } else native.push(...toModelPart(part, lost));
  }
  return native;
}

function toModelPart(part: Exclude<AssistantPart, ToolCallPart>, lost: ReportMessageLoss): JsonObject[] {
  switch (part.type) {
    case "text":
    case "refusal":
      return [{ text: part.text, ...pick(part.opaque, ATTRIBUTES) }];
    case "reasoning":
      return [{ text: part.text, thought: true, ...pick(part.opaque, ATTRIBUTES) }];
    case "image":
    case "file":
    case "audio":
      return [{ ...toMedia(part), ...pick(part.opaque, ATTRIBUTES) }];
    case "opaque": {
      if (part.kind === CONTINUATION || part.kind === GROUNDING) return [];
      const own = pick(isJsonObject(part.data) ? asJsonObject(part.data) : {}, [...OWN_DATA, ...ATTRIBUTES, "thought"]);
      if (Object.keys(own).length > 0) return [own];
      lost("opaque", "dropped", "no part of this version's answers");
      return [];
    }
    case "source":
      return [];
    default:
      return part satisfies never;
  }
}

function pick(fields: JsonObject = {}, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

/** Of parallel calls only the first is signed. */
function toCall(
  { toolCallId, toolName, input, opaque }: ToolCallPart,
  isFirst: boolean,
  rules: ContentRules,
): JsonObject {
  const call = defined({
    id: rules.callIds ? toolCallId : undefined,
    name: toolName,
    // Broken arguments cannot be said: they have to be an object.
    args: isJsonObject(input) ? input : {},
  });
  const isUnsigned = asString(opaque?.["thoughtSignature"]) === undefined;
  const dummy = isFirst && isUnsigned && rules.needsSignatures ? { thoughtSignature: DUMMY_SIGNATURE } : {};
  return { functionCall: call, ...pick(opaque, ATTRIBUTES), ...dummy };
}

/** One response for each call. Media that a response cannot hold is attached behind them all. */
function toResultParts(
  results: readonly TargetToolResult[],
  { callIds, resultMedia }: ContentRules,
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
        attached.push({ text: `From the result of ${toolName} (${toolCallId}):` }, toMedia(part));
      }
    }
    const response = { [isError ? "error" : "output"]: texts.join("\n") };
    responses.push({
      functionResponse: defined({
        id: callIds ? toolCallId : undefined,
        name: toolName,
        response,
        parts: media.length === 0 ? undefined : media,
      }),
    });
  }
  return { responses, attached };
}
