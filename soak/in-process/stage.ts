import type { AttemptContext, StreamPart, TargetRequest } from "@understudy/core/adapter";
import type { Random } from "../random.ts";
import type { CallRecord } from "./ledger.ts";

/** The first two are enough to be gone on with. None of their ends is found twice. */
const LINES = [
  "a storm has taken the leading lady's train off the rails north of the river, and no other one leaves before noon,",
  " so at half past six someone has to learn that part from a notebook full of pencil marks.",
  " Nobody in row twelve will ever know it, because every cue comes in on the beat;",
  " only the prompter, who turned those pages all winter long, hears where one vowel differs.",
] as const;
/** So much of what was shown a model repeats before it goes on, where it was asked to. */
const ECHO_CHARS = 40;

/** One upstream call as it is played. */
export class Stage {
  readonly request: TargetRequest;
  readonly context: AttemptContext;
  readonly random: Random;
  readonly record: CallRecord;

  constructor(request: TargetRequest, context: AttemptContext, random: Random, record: CallRecord) {
    this.request = request;
    this.context = context;
    this.random = random;
    this.record = record;
  }

  /** As a network takes it. An abort ends it at once. */
  pause(ms: number = this.random.between(20, 300)): Promise<void> {
    const { clock, signal } = this.context;
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        clock.clearTimeout(timer);
        resolve();
      };
      const timer = ms === Infinity ? undefined : clock.setTimeout(done, ms, false);
      signal.addEventListener("abort", done, { once: true });
      if (signal.aborted) done();
    });
  }

  /** The pieces of an answer, of which no other is made. */
  pieces(): readonly string[] {
    const { number, asked } = this.record;
    if (this.request.output.type === "json") return [`{"call":${number},`, `"asked":${asked}}`];
    if (this.request.continuation !== undefined) {
      return [`${this.#echo()} and then`, ` the one who was asked as number ${asked}`, " goes on."];
    }
    return [`Call ${number}, asked ${asked}: `, ...LINES].slice(0, 2 + (asked % 4));
  }

  /** What was shown of an answer that this one goes on with. */
  #shown(): string {
    if (this.request.continuation === undefined) return "";
    const turn = this.request.messages.findLast(({ role }) => role === "assistant");
    return turn?.content.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
  }

  #echo(): string {
    return this.request.continuation === "instruct" ? this.#shown().slice(-ECHO_CHARS) : "";
  }

  /** Reads of a text that breaks off behind `count` pieces. */
  async *begin(count: number): AsyncGenerator<readonly StreamPart[], string> {
    const pieces = this.pieces().slice(0, count);
    for (const [index, delta] of pieces.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- one read after the other
      await this.pause();
      yield [
        ...(index === 0 ? [{ type: "text-start", id: "t" } as const] : []),
        { type: "text-delta", id: "t", delta },
      ];
    }
    return pieces.join("");
  }

  /** A whole answer. */
  async *answer(): AsyncGenerator<readonly StreamPart[], void> {
    const text = yield* this.begin(Infinity);
    const tool = this.request.tools[0];
    const call = {
      type: "tool-call",
      toolCallId: `c${this.record.asked}`,
      toolName: tool?.name ?? "",
      input: {},
    } as const;
    await this.pause();
    // Noted before it is handed over: the call may be over when this is asked for more.
    const shown = this.#shown();
    this.record.whole = shown.slice(0, shown.length - this.#echo().length) + text;
    yield [
      { type: "text-end", id: "t", part: { type: "text", text } },
      ...(tool === undefined
        ? []
        : ([
            { type: "tool-call-start", id: "c", toolCallId: call.toolCallId, toolName: call.toolName },
            { type: "tool-call-delta", id: "c", delta: "{}" },
            { type: "tool-call", id: "c", part: call },
          ] as const)),
      {
        type: "end",
        finishReason: tool === undefined ? "stop" : "tool-calls",
        rawFinishReason: "end",
        usage: { inputTokens: 10, outputTokens: 10 },
      },
    ];
  }
}
