import type { Answer, AnswerStream, AssistantPart, ContinueEvent, MediaSource, StreamEvent } from "@understudy/core";
import { FAILOVER_KIND, failoverMetadata } from "../failover.ts";
import { FINISH_REASONS } from "../finish-reason.ts";
import { isObject, metadataOf, own, toJson } from "../metadata.ts";
import { checkStream, readOptions } from "../misuse.ts";
import type { UIChunk } from "./chunks.ts";

/** Options of a UI message stream; every one may be left out. */
export interface UIStreamOptions {
  /** The id of the message. Default: the chat makes one. */
  readonly messageId?: string | undefined;
  /** Tools become `dynamic-tool` parts instead of `tool-<name>` ones. Default false. */
  readonly dynamic?: boolean | undefined;
}

const ERROR: unique symbol = Symbol.for("understudy.error");

/**
 * A chain's answer as a UI message stream of the AI SDK, for `useChat` without `ai` on the server. What a failover voids is
 * taken back. A failure is one `error` chunk whose text is the error's code. Reads only what is asked for; cancelling it
 * closes the vendor's connection. Throws `invalid-request` when it is given something else, such as a promise of a stream.
 */
export function toUIMessageStream(stream: AnswerStream, options: UIStreamOptions = {}): ReadableStream<UIChunk> {
  checkStream(stream, "toUIMessageStream");
  return streamChunks(stream, readOptions(options, "toUIMessageStream"), (chunk) => chunk);
}

/** The same, each chunk in a form of its own, and something behind the last one. `onOpen` may write between them. */
export function streamChunks<Item>(
  stream: AnswerStream,
  options: UIStreamOptions,
  write: (chunk: UIChunk) => Item,
  ending?: Item,
  onOpen?: (controller: ReadableStreamDefaultController<Item>) => Promise<void>,
): ReadableStream<Item> {
  const events = stream[Symbol.asyncIterator]();
  const writer = new ChunkWriter(options);
  return new ReadableStream<Item>(
    {
      start(controller) {
        // An answer without comments is one all the same.
        onOpen?.(controller).catch(() => undefined);
      },
      async pull(controller) {
        for (;;) {
          // oxlint-disable-next-line no-await-in-loop -- until there is something to hand on
          const { chunks, isLast } = await step(stream, events, writer);
          for (const chunk of chunks) controller.enqueue(write(chunk));
          if (isLast && ending !== undefined) controller.enqueue(ending);
          if (isLast) controller.close();
          if (isLast || chunks.length > 0) return;
        }
      },
      cancel() {
        void events.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

interface Step {
  readonly chunks: readonly UIChunk[];
  readonly isLast: boolean;
}

async function step(
  stream: AnswerStream,
  events: AsyncIterator<StreamEvent, undefined>,
  writer: ChunkWriter,
): Promise<Step> {
  try {
    const { value: event } = await events.next();
    if (event === undefined) return { chunks: [], isLast: true };
    if (event.type !== "finish") return { chunks: writer.chunks(event), isLast: false };
    return { chunks: writer.finished(await stream.result), isLast: true };
  } catch (error) {
    const code = isObject(error) && ERROR in error ? String(error["code"]) : "adapter-error";
    return { chunks: [code === "aborted" ? { type: "abort" } : { type: "error", errorText: code }], isLast: true };
  }
}

class ChunkWriter {
  readonly #start: { readonly messageId?: string };
  readonly #dynamic: { readonly dynamic?: true };
  readonly #calls = new Map<string, string>();
  /** Ids of reasoning that has not ended. */
  readonly #reasoning = new Set<string>();

  constructor({ messageId, dynamic }: UIStreamOptions) {
    this.#start = messageId === undefined ? {} : { messageId };
    this.#dynamic = dynamic === true ? { dynamic } : {};
  }

  chunks(event: Exclude<StreamEvent, { type: "finish" }>): readonly UIChunk[] {
    switch (event.type) {
      case "start":
        return [{ type: "start", ...this.#start }, { type: "start-step" }];
      case "reasoning-start":
        this.#reasoning.add(event.id);
        return [event];
      case "text-start":
      case "text-delta":
      case "reasoning-delta":
        return [event];
      case "text-end":
      case "reasoning-end":
        this.#reasoning.delete(event.id);
        return [{ type: event.type, id: event.id, ...metadataOf(event.part) }];
      case "tool-call-start": {
        const { id, toolCallId, toolName } = event;
        this.#calls.set(id, toolCallId);
        return [{ type: "tool-input-start", toolCallId, toolName, ...this.#dynamic }];
      }
      case "tool-call-delta": {
        const toolCallId = this.#calls.get(event.id) ?? event.id;
        return [{ type: "tool-input-delta", toolCallId, inputTextDelta: event.delta }];
      }
      case "tool-call": {
        const { toolCallId, toolName, input } = event.part;
        const metadata = metadataOf(event.part);
        return [{ type: "tool-input-available", toolCallId, toolName, input, ...this.#dynamic, ...metadata }];
      }
      case "tool-call-invalid": {
        const { toolCallId, toolName, input, inputText } = event.part;
        const call = { toolCallId, toolName, input: inputText ?? input, ...this.#dynamic };
        return [{ type: "tool-input-error", ...call, errorText: event.reason }];
      }
      case "refusal": {
        const { id, part } = event;
        return [
          { type: "text-start", id },
          { type: "text-delta", id, delta: part.text },
          { type: "text-end", id, ...metadataOf(part) },
        ];
      }
      case "source": {
        const { url, title } = event.part;
        if (url === undefined) return [];
        return [{ type: "source-url", sourceId: event.id, url, ...(title !== undefined && { title }) }];
      }
      case "file":
        return toFile(event.part);
      case "opaque":
        return [{ type: "custom", kind: `understudy.${event.part.kind}`, ...metadataOf(event.part) }];
      case "failover":
        if (event.mode === "continue") return this.#goOn(event);
        return [
          { type: "reset-step" },
          { type: "custom", kind: FAILOVER_KIND, ...own(toJson(failoverMetadata(event))) },
        ];
      default:
        event satisfies never;
        return [];
    }
  }

  /** The text goes on in its part; reasoning that was begun is void and ends. */
  #goOn({ discards }: ContinueEvent): readonly UIChunk[] {
    return discards.ids.filter((id) => this.#reasoning.delete(id)).map((id) => ({ type: "reasoning-end", id }));
  }

  finished({ finishReason, tier, degraded }: Answer): readonly UIChunk[] {
    return [
      { type: "finish-step" },
      { type: "finish", finishReason: FINISH_REASONS[finishReason], messageMetadata: { tier, degraded } },
    ];
  }
}

function toFile(part: Extract<AssistantPart, { readonly source: MediaSource }>): readonly UIChunk[] {
  const { source } = part;
  if (source.type === "vendor-file") return [];
  const mediaType = source.mediaType ?? "application/octet-stream";
  const url = source.type === "url" ? source.url : `data:${mediaType};base64,${source.data}`;
  return [{ type: "file", url, mediaType, ...metadataOf(part) }];
}
