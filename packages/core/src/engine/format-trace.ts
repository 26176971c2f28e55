import { misuse } from "../model/error.ts";
import type { AttemptRecord, Trace } from "../model/trace.ts";

/**
 * One readable summary of a trace: a line per attempt and per candidate passed over. Throws `invalid-request` for
 * something else than a trace.
 */
export function formatTrace(trace: Trace): string {
  try {
    return format(trace);
  } catch {
    throw misuse("invalid-request", "formatTrace takes a trace, such as `answer.trace`.");
  }
}

function format(trace: Trace): string {
  const attempts = trace.attempts.map((attempt) => formatAttempt(attempt));
  const skipped = trace.skipped.map(
    (skip) => `-  ${skip.tier}  passed over: ${skip.reason}${skip.detail === undefined ? "" : ` (${skip.detail})`}`,
  );
  return [...attempts, ...skipped, `total ${seconds(trace.totalMs)}`].join("\n");
}

function formatAttempt(attempt: AttemptRecord): string {
  const facts = [
    attempt.outcome,
    attempt.class,
    attempt.status === undefined ? undefined : `status ${attempt.status}`,
    attempt.vendorCode,
    attempt.venture,
    attempt.repeat === undefined ? undefined : `repeat (${attempt.repeat})`,
    attempt.repair === undefined ? undefined : `repaired (${attempt.repair})`,
    attempt.firstContentMs === undefined ? undefined : `first output ${seconds(attempt.firstContentMs)}`,
    `after ${seconds(attempt.endedMs)}`,
    ...attempt.losses.map((loss) => `${loss.what} ${loss.action}`),
  ];
  return `${attempt.attempt}  ${attempt.tier}  ${facts.filter((fact) => fact !== undefined).join(", ")}`;
}

function seconds(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}
