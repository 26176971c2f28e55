import type { JsonObject, JsonValue } from "./json.ts";

/** Which target made a part. Opaque data goes back to exactly this origin and to nobody else. */
export interface Origin {
  readonly vendor: string;
  readonly model: string;
  /** Host or region label, never a credential. */
  readonly endpoint: string;
}

interface PartBase {
  readonly origin?: Origin | undefined;
  /** Data only its origin understands: signatures, encrypted reasoning, ids. Replayed verbatim, never read by the engine. */
  readonly opaque?: JsonObject | undefined;
}

/** Where media comes from. `base64` is plain JSON, so messages can be stored as they are. */
export type MediaSource =
  | { readonly type: "base64"; readonly mediaType: string; readonly data: string }
  | { readonly type: "url"; readonly url: string; readonly mediaType?: string | undefined }
  | { readonly type: "vendor-file"; readonly vendor: string; readonly id: string };

export interface Citation {
  /** The passage of the source that is quoted. */
  readonly citedText?: string | undefined;
  readonly title?: string | undefined;
  readonly url?: string | undefined;
  /** Which document of the request, counted from 0 over all its files. */
  readonly documentIndex?: number | undefined;
  /** Range in the answer's text part, in UTF-16 code units, where the vendor gives one. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

export interface TextPart extends PartBase {
  readonly type: "text";
  readonly text: string;
  readonly citations?: readonly Citation[] | undefined;
}

export interface ImagePart extends PartBase {
  readonly type: "image";
  readonly source: MediaSource;
}

/** A document: PDF, plain text and whatever else the target takes. */
export interface FilePart extends PartBase {
  readonly type: "file";
  readonly source: MediaSource;
  readonly name?: string | undefined;
  /** Ask for citations of this document, where the target can cite. */
  readonly citations?: boolean | undefined;
}

export interface AudioPart extends PartBase {
  readonly type: "audio";
  readonly source: MediaSource;
}

export interface ReasoningPart extends PartBase {
  readonly type: "reasoning";
  /** What the vendor shows of the reasoning; empty when it shows nothing. */
  readonly text: string;
}

export interface RefusalPart extends PartBase {
  readonly type: "refusal";
  readonly text: string;
}

export interface SourcePart extends PartBase {
  readonly type: "source";
  readonly url?: string | undefined;
  readonly title?: string | undefined;
}

export interface ToolCallPart extends PartBase {
  readonly type: "tool-call";
  readonly toolCallId: string;
  readonly toolName: string;
  /** The parsed arguments; `{}` when they did not parse. */
  readonly input: JsonValue;
  /** The arguments as the model wrote them. Present only when they are not the JSON of an object, or cannot be read exactly. */
  readonly inputText?: string | undefined;
}

export type ToolResultContent = TextPart | ImagePart | FilePart;

export interface ToolResultPart extends PartBase {
  readonly type: "tool-result";
  readonly toolCallId: string;
  /** Filled in from the call when left out. */
  readonly toolName?: string | undefined;
  readonly content: string | readonly ToolResultContent[];
  readonly isError?: boolean | undefined;
}

/** A vendor's block that has no common meaning. Goes back to its origin at the same place. */
export interface OpaquePart {
  readonly type: "opaque";
  /** The vendor's own name for the block. */
  readonly kind: string;
  readonly data: JsonValue;
  readonly origin?: Origin | undefined;
}

/**
 * An opaque part answers what its origin handed over (a computer's call, an approval): give it the `origin` of the part
 * that it answers. It reaches nobody else.
 */
export type UserPart = TextPart | ImagePart | FilePart | AudioPart | OpaquePart;

export type AssistantPart =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | RefusalPart
  | SourcePart
  | ImagePart
  | FilePart
  | AudioPart
  | OpaquePart;
