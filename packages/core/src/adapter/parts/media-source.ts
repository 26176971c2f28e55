import type { FilePart, MediaSource, ToolResultContent, UserPart } from "../../model/parts.ts";
import type { TargetMessage, TargetRequest } from "../../model/target.ts";
import type { ReportMessageLoss } from "../requests/message-loss.ts";
import { unsupported } from "../failures/unsupported.ts";

type Base64Source = Extract<MediaSource, { readonly type: "base64" }>;

/** Other names of media types that vendors know by one only. */
const SAME: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/x-png": "image/png",
  "audio/mp3": "audio/mpeg",
  "audio/x-mp3": "audio/mpeg",
  "audio/wave": "audio/wav",
  "audio/x-wav": "audio/wav",
  "audio/vnd.wave": "audio/wav",
  "audio/x-flac": "audio/flac",
  "application/x-pdf": "application/pdf",
  "application/x-json": "application/json",
  "text/json": "application/json",
  "text/x-markdown": "text/markdown",
};
/** Of raw audio the parameters say how it is to be read. */
const RAW_AUDIO = /^audio\/(?:l\d+|pcm)\b/i;
const DATA_PREFIX = /^\s*data:[^,]{0,200};base64,/i;

/** The one spelling of a media type: lower case, without parameters, by the name that vendors know. */
function usualType(mediaType: string): string {
  if (RAW_AUDIO.test(mediaType)) return mediaType;
  const [bare = ""] = mediaType.toLowerCase().split(";");
  const name = bare.trim();
  return Object.hasOwn(SAME, name) ? (SAME[name] ?? name) : name;
}

/** Without the beginning of a data URL and line breaks, in the alphabet that vendors take. */
function usualData(data: string): string {
  const bare = data.replace(DATA_PREFIX, "");
  if (!/[\s_-]/.test(bare)) return bare;
  return bare.replaceAll(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/");
}

/** The very source, where it is spelled as usual. */
function usualSource(source: MediaSource): MediaSource {
  if (source.type === "vendor-file" || source.mediaType === undefined) return source;
  const mediaType = usualType(source.mediaType);
  if (source.type === "url") return mediaType === source.mediaType ? source : { ...source, mediaType };
  const data = usualData(source.data);
  return mediaType === source.mediaType && data === source.data ? source : { ...source, mediaType, data };
}

type Given = UserPart | ToolResultContent;

function usualParts<Part extends Given>(parts: readonly Part[]): readonly Part[] {
  const usual = parts.map((part) => {
    if (!("source" in part)) return part;
    const source = usualSource(part.source);
    return source === part.source ? part : { ...part, source };
  });
  return usual.some((part, index) => part !== parts[index]) ? usual : parts;
}

function usualMessage(message: TargetMessage): TargetMessage {
  // What a model made goes back as it came.
  if (message.role === "assistant") return message;
  if (message.role === "user") {
    const content = usualParts(message.content);
    return content === message.content ? message : { ...message, content };
  }
  const content = message.content.map((result) => {
    const parts = usualParts(result.content);
    return parts === result.content ? result : { ...result, content: parts };
  });
  return content.some((result, index) => result !== message.content[index]) ? { ...message, content } : message;
}

/**
 * Spells media types and base64 in one way, so that every vendor gets the same: what one of them takes and the next one
 * refuses would be found out by the failover. Messages in which nothing changes stay the very same.
 */
export function withUsualMedia(request: TargetRequest): TargetRequest {
  const messages = request.messages.map(usualMessage);
  return messages.some((message, index) => message !== request.messages[index]) ? { ...request, messages } : request;
}

/**
 * For a target that takes media of some types only: throws `request.unsupported` for another one before anything is sent,
 * so that the next tier is asked. A source that does not say its type is let through.
 */
export function requireMediaType(source: MediaSource, taken: RegExp, capability: "images" | "files" | "audio"): void {
  const mediaType = source.type === "vendor-file" ? undefined : source.mediaType;
  if (mediaType !== undefined && !taken.test(mediaType)) throw unsupported(capability);
}

export function toDataURL({ mediaType, data }: Base64Source): string {
  return `data:${mediaType};base64,${data}`;
}

/** What is text anyway, as text; undefined for everything else. */
export function toPlainText({ mediaType, data }: Base64Source): string | undefined {
  if (!/^text\/|^application\/(?:json|xml|yaml)\b/.test(mediaType)) return undefined;
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** For APIs that take no texts as files: what is text anyway, behind its name; undefined for everything else. */
export function fileAsText({ source, name }: FilePart, lost: ReportMessageLoss): string | undefined {
  const text = source.type === "base64" ? toPlainText(source) : undefined;
  if (text === undefined) return undefined;
  lost("file", "translated", "the API takes no texts as files; it is sent as text");
  return name === undefined ? text : `${name}:\n\n${text}`;
}

/** For APIs that have no place for them. */
export function loseCitations({ citations }: FilePart, lost: ReportMessageLoss): void {
  if (citations === true) lost("citations", "dropped", "the API cites no documents");
}

/** For APIs that take no name with a file that is elsewhere. */
export function loseName(part: ToolResultContent | UserPart, lost: ReportMessageLoss): void {
  if (part.type === "file" && part.name !== undefined)
    lost("file name", "dropped", "the API takes a name with the file's own data only");
}

/** For APIs that want a name, and go by its ending. */
export function fileName(mediaType: string): string {
  const subtype = /\/([a-z0-9]+)/.exec(mediaType)?.[1] ?? "bin";
  return `file.${subtype === "plain" ? "txt" : subtype}`;
}
