import type { LanguageModelV4StreamPart, SharedV4Warning } from "@ai-sdk/provider";
import {
  isUnderstudyError,
  type AnswerStream,
  type ContinueEvent,
  type RestartEvent,
  type StreamEvent,
  type TextPart,
  type ToolCallPart,
} from "@understudy/core";
import type { NameMap } from "@understudy/core/toolkit";
import { answerMetadata, jsonText, responseOf, toFinishReason, toUsage } from "./answer.ts";
import { forCaller } from "./call-errors.ts";
import { ContentWriter } from "./content.ts";
import { FAILOVER_KIND, failoverMetadata } from "../failover.ts";
import { metadataOf, own, toJson } from "../metadata.ts";
import { lossWarnings } from "./warnings.ts";

export type Part = LanguageModelV4StreamPart;

/** What one read of a live answer gave. */
export type Step =
  /** Parts to hand on; none where the event has no place in the AI SDK. */
  | { readonly type: "parts"; readonly parts: readonly Part[] }
  /** What was shown is void. What stands in its place is the caller's to decide. */
  | { readonly type: "failover"; readonly event: RestartEvent }
  /** The answer is over, well or not. */
  | { readonly type: "last"; readonly parts: readonly Part[]; readonly error?: unknown };

export interface LiveSetup {
  readonly names: NameMap;
  readonly warnings: readonly SharedV4Warning[];
  /** The text waits for the end: it may be JSON between other words. */
  readonly wantsJson: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A released answer as parts of the AI SDK's stream, event by event. */
export class LiveParts {
  readonly #stream: AnswerStream;
  readonly #events: AsyncIterator<StreamEvent, undefined>;
  readonly #setup: LiveSetup;
  readonly #writer: ContentWriter;
  readonly #open = new Map<string, "text" | "reasoning">();
  /** Tool calls that were begun: our ids, and those of the calls. */
  readonly #calls = new Map<string, string>();
  #json = "";
  #jsonParts: TextPart[] = [];
  #marks = 0;

  constructor(stream: AnswerStream, setup: LiveSetup) {
    this.#stream = stream;
    this.#events = stream[Symbol.asyncIterator]();
    this.#setup = setup;
    this.#writer = new ContentWriter(setup.names);
  }

  /** Rejects with the caller's own reason when the caller aborted, and with nothing else. */
  async read(): Promise<Step> {
    let event: StreamEvent | undefined;
    try {
      ({ value: event } = await this.#events.next());
    } catch (error) {
      const shown = forCaller(error, this.#setup.signal);
      if (shown !== error) throw shown;
      return { type: "last", parts: this.#failed(error), error };
    }
    if (event === undefined) return { type: "last", parts: [] };
    if (event.type === "failover" && event.mode === "restart") return { type: "failover", event };
    if (event.type === "finish") return { type: "last", parts: await this.#finished() };
    return { type: "parts", parts: this.#parts(event) };
  }

  /** Lets everything go. */
  leave(): void {
    // It never rejects: what a call ends with is told to whoever reads.
    void this.#events.return?.();
  }

  /** For a stream that cannot take anything back: what was shown is marked as void, and the answer begins again behind it. */
  seam(event: RestartEvent, marker: string | null): Part[] {
    const parts = this.#close(own({ discard: true }));
    if (marker !== null) {
      const id = `understudy-marker-${++this.#marks}`;
      const marked = own({ discard: true, marker: true });
      parts.push(
        { type: "text-start", id, ...marked },
        { type: "text-delta", id, delta: marker },
        { type: "text-end", id, ...marked },
      );
    }
    parts.push(...this.restart(event));
    return parts;
  }

  /** Says that the answer begins again, where nothing of the void one is left to mark. */
  restart(event: RestartEvent): Part[] {
    this.#open.clear();
    this.#calls.clear();
    this.#json = "";
    this.#jsonParts = [];
    return [
      { type: "custom", kind: FAILOVER_KIND, ...own(toJson(failoverMetadata(event))) },
      { type: "response-metadata", modelId: event.to.model },
    ];
  }

  #parts(event: Exclude<StreamEvent, RestartEvent | { type: "finish" }>): readonly Part[] {
    switch (event.type) {
      case "failover":
        return this.#goOn(event);
      case "start": {
        const warnings = [...this.#setup.warnings, ...lossWarnings(event.losses)];
        return [
          { type: "stream-start", warnings },
          { type: "response-metadata", modelId: event.model },
        ];
      }
      case "text-start":
      case "reasoning-start":
        return this.#begin(event.type === "text-start" ? "text" : "reasoning", event.id);
      case "text-delta":
        if (!this.#setup.wantsJson) return [event];
        this.#json += event.delta;
        return [];
      case "reasoning-delta":
        return [event];
      case "text-end":
        return this.#endText(event.id, event.part);
      case "reasoning-end":
        this.#open.delete(event.id);
        return [{ type: "reasoning-end", id: event.id, ...metadataOf(event.part) }];
      case "tool-call-start": {
        const { id, toolCallId, toolName } = event;
        this.#calls.set(id, toolCallId);
        return [{ type: "tool-input-start", id: toolCallId, toolName: this.#writer.toolName(toolName) }];
      }
      case "tool-call-delta":
        return [{ type: "tool-input-delta", id: this.#calls.get(event.id) ?? event.id, delta: event.delta }];
      case "tool-call":
      case "tool-call-invalid":
        return this.#call(event.id, event.part);
      case "refusal": {
        const { id, part } = event;
        return [
          { type: "text-start", id },
          { type: "text-delta", id, delta: part.text },
          { type: "text-end", id, ...metadataOf(part) },
        ];
      }
      case "source":
      case "file":
      case "opaque":
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- texts and reasoning alone are written differently in streams
        return this.#writer.whole(event.part) as Part[];
      default:
        event satisfies never;
        return [];
    }
  }

  /** The text goes on in its part; reasoning that was begun is void and ends. */
  #goOn({ to, discards }: ContinueEvent): readonly Part[] {
    const ended = discards.ids.filter((id) => this.#open.delete(id));
    return [
      ...ended.map((id): Part => ({ type: "reasoning-end", id, ...own({ discard: true }) })),
      { type: "response-metadata", modelId: to.model },
    ];
  }

  #begin(type: "text" | "reasoning", id: string): readonly Part[] {
    if (type === "text" && this.#setup.wantsJson) return [];
    this.#open.set(id, type);
    return [{ type: `${type}-start`, id }];
  }

  #endText(id: string, part: TextPart): readonly Part[] {
    if (this.#setup.wantsJson) {
      this.#jsonParts.push(part);
      return [];
    }
    this.#open.delete(id);
    return [{ type: "text-end", id, ...this.#writer.textExtras(part) }, ...this.#writer.pagesOf(part)];
  }

  #call(id: string, part: ToolCallPart): readonly Part[] {
    const call = this.#writer.toolCall(part);
    return this.#calls.delete(id) ? [{ type: "tool-input-end", id: part.toolCallId }, call] : [call];
  }

  async #finished(): Promise<Part[]> {
    const answer = await this.#stream.result;
    const json = jsonText(this.#json, answer.output);
    const [only, ...others] = this.#jsonParts;
    const isAsWritten = json === this.#json && only !== undefined && others.length === 0;
    const id = "understudy-json";
    const text: Part[] = [
      { type: "text-start", id },
      { type: "text-delta", id, delta: json },
      { type: "text-end", id, ...(isAsWritten && this.#writer.textExtras(only)) },
    ];
    return [
      ...(json === "" ? [] : text),
      ...this.#close({}),
      { type: "response-metadata", ...responseOf(answer) },
      {
        type: "finish",
        finishReason: toFinishReason(answer.finishReason, answer.rawFinishReason),
        usage: toUsage(answer.usage),
        ...answerMetadata(answer),
      },
    ];
  }

  #failed(error: unknown): Part[] {
    const { code, attempts } = isUnderstudyError(error) ? error : { code: "adapter-error", attempts: [] };
    return [
      ...this.#close({}),
      { type: "error", error },
      {
        type: "finish",
        finishReason: { unified: "error", raw: code },
        usage: toUsage(attempts.at(-1)?.usage),
        ...own(toJson({ code, attempts })),
      },
    ];
  }

  /** Ends what is open. */
  #close(metadata: Partial<ReturnType<typeof own>>): Part[] {
    const ends = Array.from(this.#open, ([id, type]): Part => ({ type: `${type}-end`, id, ...metadata }));
    this.#open.clear();
    return ends;
  }
}
