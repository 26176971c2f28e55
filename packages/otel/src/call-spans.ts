import {
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { AttemptRecord, CallContent, CallEvent, Request } from "@understudy/core";
import {
  endAttributes,
  errorOf,
  finishOf,
  given,
  startAttributes,
  type AttemptStart,
  type Mode,
} from "./attributes.ts";
import { answerAttribute, askedAttributes } from "./content.ts";
import type { Names } from "./names.ts";

export type CallEnd = Extract<CallEvent, { readonly type: "end" }>;

/** Where spans are made, and with which names. */
export interface SpanSetup {
  readonly tracer: Tracer;
  readonly names: Names;
}

interface AttemptSpan {
  readonly span: Span;
  /** What is active while the attempt runs. */
  readonly context: Context;
  answer?: Extract<CallContent, { readonly type: "answer" }>["message"];
}

/**
 * The span of a call and those of its attempts, kept by number: more than one may run at a time. No usage and no model on
 * the call: backends would count it twice.
 */
export class CallSpans {
  readonly #setup: SpanSetup;
  readonly #mode: Mode;
  readonly #span: Span;
  readonly #context: Context;
  readonly #attempts = new Map<number, AttemptSpan>();
  #request: Request | undefined;
  /** Made once, for however many attempts. */
  #asked: Record<string, string> | undefined;

  /** `span`: of the call. `parent`: the context in which it was made. */
  constructor(setup: SpanSetup, mode: Mode, span: Span, parent: Context) {
    this.#setup = setup;
    this.#mode = mode;
    this.#span = span;
    this.#context = trace.setSpan(parent, span);
  }

  /** Something that happened between attempts. */
  note(name: string, attributes: Attributes): void {
    if (this.#span.isRecording()) this.#span.addEvent(name, given(attributes));
  }

  content(content: CallContent): void {
    if (content.type === "request") {
      this.#request = content.request;
      return;
    }
    const attempt = this.#attempts.get(content.attempt);
    if (attempt !== undefined) attempt.answer = content.message;
  }

  /** The attributes are there when the span begins: samplers see them. */
  attemptStarted(start: AttemptStart): void {
    const attributes = startAttributes(start, this.#mode);
    const name = `${String(attributes["gen_ai.operation.name"])} ${start.model}`;
    const span = this.#setup.tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, this.#context);
    this.#attempts.set(start.attempt, { span, context: trace.setSpan(this.#context, span) });
    if (this.#request === undefined || !span.isRecording()) return;
    this.#asked ??= askedAttributes(this.#request);
    span.setAttributes(this.#asked);
  }

  contextOf(attempt: number): Context | undefined {
    return this.#attempts.get(attempt)?.context;
  }

  attemptEnded(record: AttemptRecord): void {
    const attempt = this.#attempts.get(record.attempt);
    if (attempt === undefined) return;
    this.#attempts.delete(record.attempt);
    const { span, answer } = attempt;
    if (span.isRecording()) {
      span.setAttributes(endAttributes(record, this.#mode, this.#setup.names));
      if (answer !== undefined) {
        span.setAttribute("gen_ai.output.messages", answerAttribute(answer, finishOf(record) ?? "error"));
      }
      // No description and no exception: both would carry text.
      if (errorOf(record) !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }

  ended({ outcome, tier, degraded, code }: CallEnd, attempts: number): void {
    if (this.#span.isRecording()) {
      const hasFailed = outcome === "failed";
      this.#span.setAttributes(
        given({
          "understudy.outcome": outcome,
          "understudy.tier": tier,
          "understudy.degraded": degraded,
          "understudy.attempts": attempts,
          "error.type": hasFailed ? code : undefined,
        }),
      );
      if (hasFailed) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}
