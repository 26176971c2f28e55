import type { PartialAnswer } from "../../model/error.ts";
import type { FailoverEvent } from "../../model/events.ts";
import type { AttemptRun, EndPart } from "../attempt/attempt.ts";
import type { Batch } from "../attempt/gate.ts";
import type { Judgement } from "../attempt/judge-answer.ts";
import { partialOf } from "./make-answer.ts";
import { Output } from "../attempt/output.ts";
import type { Recorder } from "./recorder.ts";

/** What the consumer of a call gets to see: the output of one attempt, and after a seam that of another. */
export class Delivery {
  readonly output: Output = new Output();
  readonly #marker: string;
  readonly #recorder: Recorder;
  #shown: AttemptRun | undefined;

  constructor(marker: string, recorder: Recorder) {
    this.#marker = marker;
    this.#recorder = recorder;
  }

  get hasBegun(): boolean {
    return this.#shown !== undefined;
  }

  /** What was shown last, as far as it came. */
  partial(): PartialAnswer | undefined {
    return this.#shown === undefined ? undefined : partialOf(this.#shown);
  }

  /** Shows an attempt's output from its beginning. Returns the seam, if that of another was shown before. */
  release(run: AttemptRun, held: readonly Batch[]): FailoverEvent | undefined {
    const before = this.#shown;
    this.#shown = run;
    const seam = before === undefined ? undefined : this.#seam(before, run);
    this.output.push([seam ?? { type: "start", ...run.name }]);
    for (const { events, chars } of held) this.output.push(events, chars);
    return seam;
  }

  /** The whole tool calls, all at once, and the end. */
  finish(run: AttemptRun, { finishReason, rawFinishReason }: EndPart, { toolCalls }: Judgement): void {
    const valid = new Set(toolCalls);
    for (const { id, part } of run.assembly.toolCalls) {
      if (valid.has(part)) this.output.push([{ type: "tool-call", id, part }]);
    }
    this.output.push([{ type: "finish", finishReason, rawFinishReason, usage: run.usage }]);
    this.output.end();
  }

  #seam(before: AttemptRun, run: AttemptRun): FailoverEvent {
    const { textChars, ids } = before.assembly;
    return {
      type: "failover",
      mode: "restart",
      from: before.name,
      to: run.name,
      reason: this.#recorder.reasonOf(before.name.attempt),
      marker: textChars > 0 ? this.#marker : null,
      discards: { textChars, ids },
      sideEffects: before.sideEffects,
    };
  }
}
