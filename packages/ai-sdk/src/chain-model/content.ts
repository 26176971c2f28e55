import type {
  LanguageModelV4Citation,
  LanguageModelV4Content,
  LanguageModelV4CustomContent,
  LanguageModelV4Source,
  LanguageModelV4ToolCall,
} from "@ai-sdk/provider";
import type { AssistantPart, Citation, MediaSource, TextPart, ToolCallPart } from "@understudy/core";
import type { NameMap } from "@understudy/core/toolkit";
import { metadataOf, own, plain, type WithMetadata } from "../metadata.ts";

type MediaPart = Extract<AssistantPart, { readonly source: MediaSource }>;

/** Writes the finished parts of one answer as the AI SDK's content. */
export class ContentWriter {
  readonly #names: NameMap;
  /** Each page is named as a source once, however often it is cited. */
  readonly #pages = new Set<string>();
  #sources = 0;

  constructor(names: NameMap) {
    this.#names = names;
  }

  /** What a text has beside its words. */
  textExtras(part: TextPart): WithMetadata & { readonly citations?: LanguageModelV4Citation[] } {
    const { citations = [] } = part;
    if (citations.length === 0) return metadataOf(part);
    return { ...metadataOf(part), citations: citations.map((citation) => this.#citation(citation)) };
  }

  /** The pages that a text is the first to cite. */
  pagesOf({ citations = [] }: TextPart): LanguageModelV4Source[] {
    return citations.flatMap(({ url, title }) => this.#page(url, title));
  }

  /** A part that comes in one piece. A refusal is a text; the reason for the end says that it is none. */
  whole(part: AssistantPart): LanguageModelV4Content[] {
    switch (part.type) {
      case "text":
        return [{ type: "text", text: part.text, ...this.textExtras(part) }, ...this.pagesOf(part)];
      case "refusal":
        return [{ type: "text", text: part.text, ...metadataOf(part) }];
      case "reasoning":
        return [{ type: "reasoning", text: part.text, ...metadataOf(part) }];
      case "tool-call":
        return [this.toolCall(part)];
      case "source":
        return this.#page(part.url, part.title);
      case "opaque":
        return [{ type: "custom", kind: `understudy.${part.kind}`, ...metadataOf(part) }];
      case "image":
      case "audio":
      case "file":
        return [toFile(part)];
      default:
        return part satisfies never;
    }
  }

  /** Calls that must not be run, too: the AI SDK repairs them, or answers them with an error. */
  toolCall(part: ToolCallPart): LanguageModelV4ToolCall {
    const { toolCallId, toolName, input, inputText } = part;
    return {
      type: "tool-call",
      toolCallId,
      toolName: this.#names.toOwn(toolName),
      input: inputText ?? JSON.stringify(input),
      ...metadataOf(part),
    };
  }

  toolName(name: string): string {
    return this.#names.toOwn(name);
  }

  #page(url: string | undefined, title: string | undefined): LanguageModelV4Source[] {
    if (url === undefined || this.#pages.has(url)) return [];
    this.#pages.add(url);
    return [this.#urlSource(url, title)];
  }

  #urlSource(url: string, title: string | undefined): LanguageModelV4Source {
    const id = `source-${++this.#sources}`;
    return { type: "source", sourceType: "url", id, url, ...(title !== undefined && { title }) };
  }

  #citation({ url, title, documentIndex, citedText, start, end }: Citation): LanguageModelV4Citation {
    const document = title ?? `document ${(documentIndex ?? 0) + 1}`;
    const source: LanguageModelV4Source =
      url !== undefined
        ? this.#urlSource(url, title)
        : {
            type: "source",
            sourceType: "document",
            id: `source-${++this.#sources}`,
            mediaType: "application/octet-stream",
            title: document,
          };
    return {
      source,
      ...(start !== undefined && { startIndex: start }),
      ...(end !== undefined && { endIndex: end }),
      ...(citedText !== undefined && { citedText }),
    };
  }
}

function toFile(part: MediaPart): LanguageModelV4Content {
  const { source } = part;
  const metadata = metadataOf(part);
  switch (source.type) {
    case "base64":
      return { type: "file", mediaType: source.mediaType, data: { type: "data", data: source.data }, ...metadata };
    case "url": {
      const kind = part.type === "file" ? "application/octet-stream" : `${part.type}/*`;
      const url = new URL(source.url);
      return { type: "file", mediaType: source.mediaType ?? kind, data: { type: "url", url }, ...metadata };
    }
    case "vendor-file":
      return vendorFile(source);
    default:
      return source satisfies never;
  }
}

/** It does not come back: whose file an id names cannot be told from a history. */
function vendorFile(source: Extract<MediaSource, { type: "vendor-file" }>): LanguageModelV4CustomContent {
  return { type: "custom", kind: "understudy.vendor-file", ...own({ kind: "vendor-file", data: plain(source) }) };
}
