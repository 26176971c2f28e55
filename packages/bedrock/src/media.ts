import {
  asText,
  type AudioPart,
  type FilePart,
  type ImagePart,
  type JsonObject,
  type MediaSource,
} from "@understudy/core/adapter";
import { pairs, toPlainText, unsupported, type ReportMessageLoss } from "@understudy/core/toolkit";

type Formats = Readonly<Record<string, string>>;

/** The API goes by formats, which are the endings of names. */
const IMAGES = pairs("image/png:png image/jpeg:jpeg image/gif:gif image/webp:webp");
const OFFICE = "application/vnd.openxmlformats-officedocument";
const DOCUMENTS = pairs(
  "application/pdf:pdf text/csv:csv application/msword:doc application/vnd.ms-excel:xls text/html:html text/plain:txt " +
    `text/markdown:md ${OFFICE}.wordprocessingml.document:docx ${OFFICE}.spreadsheetml.sheet:xlsx`,
);
const RECORDINGS = pairs(
  "audio/aac:aac audio/x-aac:x-aac audio/flac:flac audio/m4a:m4a audio/mp4:mp4 audio/mpeg:mp3 " +
    "audio/ogg:ogg audio/opus:opus audio/pcm:pcm audio/wav:wav audio/webm:webm",
);
const VIDEOS = pairs(
  "video/mp4:mp4 video/quicktime:mov video/x-matroska:mkv video/webm:webm video/x-flv:flv video/mpeg:mpeg " +
    "video/x-ms-wmv:wmv video/3gpp:three_gp",
);
const TEXTS = /^text\/|^application\/(?:json|xml|yaml)\b/;
const S3 = /^s3:\/\/[a-z0-9][\w.-]{1,62}\/\S/;
/** What a document may be called: one blank at a time. */
const NOT_IN_NAMES = /[^a-zA-Z0-9\-()[\] ]+/g;
const MOST_NAME = 200;

export function toImage({ source }: ImagePart): JsonObject {
  return { image: toMedium(source, IMAGES, "images") };
}

export function toAudio({ source }: AudioPart): JsonObject {
  return { audio: toMedium(source, RECORDINGS, "audio") };
}

/** Names of the documents of one request: each may stand once. */
export class DocumentNames {
  readonly #taken = new Set<string>();

  /** A name that the API takes, from the file's own. */
  take(name: string | undefined, lost: ReportMessageLoss): string {
    const plain = (name ?? "")
      .replaceAll(NOT_IN_NAMES, " ")
      .replaceAll(/ {2,}/g, " ")
      .trim()
      .slice(0, MOST_NAME)
      .trim();
    const wanted = plain === "" ? "Document" : plain;
    let free = wanted;
    // Capitals make no difference.
    for (let count = 2; this.#taken.has(free.toLowerCase()); count++) free = `${wanted} (${count})`;
    this.#taken.add(free.toLowerCase());
    if (name !== undefined && free !== name) lost("file name", "translated");
    return free;
  }
}

/** A document, or a film. */
export function toFile(part: FilePart, names: DocumentNames, lost: ReportMessageLoss): JsonObject {
  const { source, name, citations } = part;
  if (source.type === "base64" && source.mediaType.startsWith("video/")) {
    if (name !== undefined) lost("file name", "dropped");
    if (citations === true) lost("citations", "dropped");
    return { video: toMedium(source, VIDEOS, "files") };
  }
  const given = asKnown(source);
  // A text of its own is taken only where it is cited.
  const text = citations === true && given.type === "base64" ? toPlainText(given) : undefined;
  const medium = toMedium(given, DOCUMENTS, "files");
  return {
    document: {
      ...medium,
      ...(text !== undefined && { source: { text } }),
      name: names.take(name, lost),
      ...(citations === true && { citations: { enabled: true } }),
    },
  };
}

/** What is text anyway is a plain one, where the API has no format for it. */
function asKnown(source: MediaSource): MediaSource {
  if (source.type !== "base64" || Object.hasOwn(DOCUMENTS, source.mediaType)) return source;
  return TEXTS.test(source.mediaType) ? { ...source, mediaType: "text/plain" } : source;
}

function toMedium(source: MediaSource, formats: Formats, capability: "images" | "files" | "audio"): JsonObject {
  switch (source.type) {
    case "url":
      throw unsupported("urls");
    case "vendor-file": {
      // What the account keeps in S3.
      const ending = asText(/\.(\w{2,5})$/.exec(source.id)?.[1]).toLowerCase();
      const format = ending === "jpg" ? "jpeg" : ending;
      if (!S3.test(source.id) || !Object.values(formats).includes(format)) throw unsupported(capability);
      return { format, source: { s3Location: { uri: source.id } } };
    }
    case "base64": {
      const known = Object.hasOwn(formats, source.mediaType) ? formats[source.mediaType] : undefined;
      if (known === undefined) throw unsupported(capability);
      return { format: known, source: { bytes: source.data } };
    }
    default:
      return source satisfies never;
  }
}
