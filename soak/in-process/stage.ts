import type { AttemptContext, StreamPart, TargetRequest } from "@understudy/core/adapter";
import type { Random } from "../random.ts";
import type { CallRecord } from "./ledger.ts";

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
    return [`Call ${number}, `, `asked ${asked}: `, "the understudy ", "knows ", "every line."].slice(
      0,
      2 + (asked % 4),
    );
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
    this.record.whole = text;
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
