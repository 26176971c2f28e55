import type { JsonObject, JsonValue } from "./json.ts";

/** Which target made a part. Opaque data goes back to exactly this origin and to no other. */
export interface Origin {
  /** The vendor's name, such as `anthropic`. */
  readonly vendor: string;
  /** The model's id, as it was given to the target's factory. */
  readonly model: string;
  /** Host or region label, never a credential. */
  readonly endpoint: string;
}

interface PartBase {
  /** Which target made the part; absent for parts of the application's own. */
  readonly origin?: Origin | undefined;
  /** Data only its origin understands: signatures, encrypted reasoning, ids. Replayed verbatim, never read by the engine. */
  readonly opaque?: JsonObject | undefined;
}

/** Where media comes from. `base64` is plain JSON, so messages can be stored as they are. */
export type MediaSource =
  /** The bytes themselves. */
  | {
      readonly type: "base64";
      /** Such as `image/png`; sent in its usual spelling. */
      readonly mediaType: string;
      /** Base64, with or without line breaks and the beginning of a `data:` URL. */
      readonly data: string;
    }
  /** An address that the vendor fetches. */
  | {
      readonly type: "url";
      /** Handed to the vendor, never fetched here. */
      readonly url: string;
      readonly mediaType?: string | undefined;
    }
  /** A file that was uploaded to a vendor before. */
  | {
      readonly type: "vendor-file";
      /** The vendor that keeps the file; targets of others do not get it. */
      readonly vendor: string;
      /** The vendor's id of the file. */
      readonly id: string;
    };

/** Where a passage of an answer comes from: a document of the request, or a page on the web. */
export interface Citation {
  /** The passage of the source that is quoted. */
  readonly citedText?: string | undefined;
  /** Title of the source, where the vendor gives one. */
  readonly title?: string | undefined;
  /** Address of the source, for one on the web. */
  readonly url?: string | undefined;
  /** Which document of the request, counted from 0 over all its files. */
  readonly documentIndex?: number | undefined;
  /** First position of the cited range in the answer's text part, in UTF-16 code units, where the vendor gives one. */
  readonly start?: number | undefined;
  /** The first position behind the range. */
  readonly end?: number | undefined;
}

/** Text of a user, a tool or a model. */
export interface TextPart extends PartBase {
  /** Text, written by a user or a model. */
  readonly type: "text";
  /** The whole text. */
  readonly text: string;
  /** Where a model's statements come from; absent when it cited nothing. */
  readonly citations?: readonly Citation[] | undefined;
}

/** A picture, given to a model or made by one. */
export interface ImagePart extends PartBase {
  /** A picture. */
  readonly type: "image";
  /** Where the image comes from, with its media type. */
  readonly source: MediaSource;
}

/** A document: PDF, plain text and whatever else the target takes. */
export interface FilePart extends PartBase {
  readonly type: "file";
  /** Where the document comes from, with its media type. */
  readonly source: MediaSource;
  /** The file's name, shown to the model where the vendor has a place for it. */
  readonly name?: string | undefined;
  /** Ask for citations of this document, where the target can cite. */
  readonly citations?: boolean | undefined;
}

/** A sound recording, given to a model or made by one. */
export interface AudioPart extends PartBase {
  /** A sound recording. */
  readonly type: "audio";
  /** Where the recording comes from, with its media type. */
  readonly source: MediaSource;
}

/** What a model thought on the way to its answer. Goes back only to its origin. */
export interface ReasoningPart extends PartBase {
  /** What a model thought before it answered. */
  readonly type: "reasoning";
  /** What the vendor shows of the reasoning; empty when it shows nothing. */
  readonly text: string;
}

/** A refusal that the vendor marks as one. */
export interface RefusalPart extends PartBase {
  /** A model's refusal. */
  readonly type: "refusal";
  /** The model's words; empty when it gave none. */
  readonly text: string;
}

/** Something that a model looked up. Never sent back. */
export interface SourcePart extends PartBase {
  /** Something that the model looked up. */
  readonly type: "source";
  /** Its address, for a source on the web. */
  readonly url?: string | undefined;
  /** Its title, where the vendor gives one. */
  readonly title?: string | undefined;
}

/** A call of one of the application's tools. */
export interface ToolCallPart extends PartBase {
  /** A tool that the model wants the application to run. */
  readonly type: "tool-call";
  /** Names the call in its result. The vendor's id, or one that was made here. */
  readonly toolCallId: string;
  /** The tool's name as the model wrote it: it may be one that the request does not have. */
  readonly toolName: string;
  /** The parsed arguments; `{}` when they did not parse. */
  readonly input: JsonValue;
  /** The arguments as the model wrote them. Present only when they are not the JSON of an object, or cannot be read exactly. */
  readonly inputText?: string | undefined;
}

/** What a tool can return to a model. */
export type ToolResultContent = TextPart | ImagePart | FilePart;

/** What a call of a tool returned. */
export interface ToolResultPart extends PartBase {
  /** What a tool returned. */
  readonly type: "tool-result";
  /** The id of the call that it answers. */
  readonly toolCallId: string;
  /** Filled in from the call when left out. */
  readonly toolName?: string | undefined;
  /** What the model reads; a string is short for one text part. */
  readonly content: string | readonly ToolResultContent[];
  /** The tool failed, and the content says why. Default false. */
  readonly isError?: boolean | undefined;
}

/** A vendor's block that has no common meaning. Goes back to its origin at the same place. */
export interface OpaquePart {
  readonly type: "opaque";
  /** The vendor's own name for the block. */
  readonly kind: string;
  /** The block as the vendor sent it; goes back unchanged. */
  readonly data: JsonValue;
  /** Which target made it, and the only one it goes back to. */
  readonly origin?: Origin | undefined;
}

/**
 * An opaque part answers what its origin handed over (a computer's call, an approval): give it the `origin` of the part
 * that it answers. It reaches no other target.
 */
export type UserPart = TextPart | ImagePart | FilePart | AudioPart | OpaquePart;

/** What a model's turn can consist of. */
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
