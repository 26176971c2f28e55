import { escapeControls } from "../model/clean-text.ts";
import { misuse } from "../model/error.ts";
import { hostOf, placeOf, reasonOf, type AttemptRecord, type Trace } from "../model/trace.ts";

/** Options of `formatTrace`; every one may be left out. */
export interface FormatTraceOptions {
  /**
   * Prints the vendors' own words too, where the chain kept them (`vendorMessages`). They may repeat parts of the prompt.
   * Default false.
   */
  readonly vendorMessages?: boolean | undefined;
}

/**
 * One readable summary of a trace: a line per attempt and per candidate passed over. Throws `invalid-request` for
 * something else than a trace.
 */
export function formatTrace(trace: Trace, options: FormatTraceOptions = {}): string {
  try {
    return format(trace, options.vendorMessages === true);
  } catch {
    throw misuse("invalid-request", "formatTrace takes a trace, such as `answer.trace`.");
  }
}

function format(trace: Trace, withWords: boolean): string {
  const attempts = trace.attempts.map((attempt) => formatAttempt(attempt, withWords));
  const skipped = trace.skipped.map((skip) => `-  ${placeOf(skip)}  passed over: ${reasonOf(skip)}`);
  return [...attempts, ...skipped, `call ${trace.callId}, total ${seconds(trace.totalMs)}`].join("\n");
}

function formatAttempt(attempt: AttemptRecord, withWords: boolean): string {
  const words = withWords ? attempt.vendorMessage : undefined;
  const facts = [
    attempt.stoppedBy === undefined ? attempt.outcome : `stopped by ${attempt.stoppedBy}`,
    attempt.class,
    hostOf(attempt),
    attempt.status === undefined ? undefined : `status ${attempt.status}`,
    attempt.vendorCode,
    attempt.explanation,
    words && `"${escapeControls(words)}"`,
    attempt.venture,
    attempt.hedge && "hedge",
    attempt.repeat === undefined ? undefined : `repeat (${attempt.repeat})`,
    attempt.repair === undefined ? undefined : `repaired (${attempt.repair})`,
    attempt.continues === undefined ? undefined : `goes on (${attempt.continues})`,
    attempt.notContinued === undefined ? undefined : `begins again (${attempt.notContinued})`,
    attempt.firstContentMs === undefined ? undefined : `first output ${seconds(attempt.firstContentMs)}`,
    `after ${seconds(attempt.endedMs)}`,
    ...attempt.losses.map((loss) => `${loss.what} ${loss.action}`),
  ];
  return `${attempt.attempt}  ${placeOf(attempt)}  ${facts.filter((fact) => fact !== undefined).join(", ")}`;
}

function seconds(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}
