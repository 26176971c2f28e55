import type { PartialAnswer } from "../../model/error.ts";
import type { FailoverEvent } from "../../model/events.ts";
import type { Attempt, EndPart } from "../attempt/attempt.ts";
import type { Batch } from "../attempt/gate.ts";
import type { Judgement } from "../attempt/judge-answer.ts";
import { partialOf } from "./make-answer.ts";
import { Output } from "../attempt/output.ts";
import type { CallLog } from "./call-log.ts";

/** What the consumer of a call gets to see: the output of one attempt, and after a seam that of another. */
export class Delivery {
  readonly output: Output = new Output();
  readonly #marker: string;
  readonly #log: CallLog;
  /** The attempt that was shown last. */
  shown: Attempt | undefined;

  constructor(marker: string, log: CallLog) {
    this.#marker = marker;
    this.#log = log;
  }

  get hasBegun(): boolean {
    return this.shown !== undefined;
  }

  /** What was shown last, as far as it came. */
  partial(): PartialAnswer | undefined {
    return this.shown === undefined ? undefined : partialOf(this.shown);
  }

  /** Shows an attempt's output from its beginning. Returns the seam, if that of another was shown before. */
  release(attempt: Attempt, held: readonly Batch[]): FailoverEvent | undefined {
    const before = this.shown;
    this.shown = attempt;
    const seam = before === undefined ? undefined : this.#seam(before, attempt);
    this.output.push([seam ?? { type: "start", ...attempt.name, losses: [...attempt.losses] }]);
    for (const { events, chars } of held) this.output.push(events, chars);
    return seam;
  }

  /** The whole tool calls, all at once, and the end. */
  finish(attempt: Attempt, { finishReason, rawFinishReason }: EndPart, { invalidToolCalls }: Judgement): void {
    const invalid = new Map(invalidToolCalls.map((call) => [call.part, call]));
    for (const { id, part } of attempt.assembly.toolCalls) {
      const call = invalid.get(part);
      this.output.push([
        call === undefined ? { type: "tool-call", id, part } : { type: "tool-call-invalid", id, ...call },
      ]);
    }
    this.output.push([{ type: "finish", finishReason, rawFinishReason, usage: attempt.usage }]);
    this.output.end();
  }

  #seam(before: Attempt, attempt: Attempt): FailoverEvent {
    const base = {
      type: "failover",
      from: before.name,
      to: attempt.name,
      reason: this.#log.reasonOf(before.name.attempt),
      sideEffects: before.sideEffects,
      losses: [...attempt.losses],
    } as const;
    const { joint, notContinued } = attempt.turn;
    const { textChars, ids } = before.turn.joint?.all(before.assembly) ?? before.assembly;
    const marker = textChars > 0 ? this.#marker : null;
    return joint?.seam(base) ?? { ...base, mode: "restart", marker, discards: { textChars, ids }, notContinued };
  }
}
