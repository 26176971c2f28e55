import type { Fault, ScriptedAnswer } from "@understudy/testing";

/** One way in which the first vendor fails. */
export interface Row {
  readonly name: string;
  /** Default: none; nobody listens, or the answer itself is the fault. */
  readonly fault?: Fault;
  /** Default: `ANSWER`. */
  readonly answer?: ScriptedAnswer;
  /** The vendor's port is closed. */
  readonly isDown?: true;
  /** Nothing but a clock ends it. */
  readonly isStall?: true;
}

/** What the first vendor says, slowly enough that nothing of it is held back when the fault strikes. */
const DELTAS = ["The sky ", "is ", "deep ", "blue."] as const;
export const ANSWER: ScriptedAnswer = { text: DELTAS, deltaDelayMs: 150 };
export const WHOLE: string = DELTAS.join("");
/** What the second vendor always says. */
export const BACKUP = "From backup.";

const SHOWN = { deltas: 2 } as const;

export const ROWS: readonly Row[] = [
  { name: "connection refused", isDown: true },
  { name: "a key that was revoked (401)", fault: { type: "error", error: "bad-key" } },
  { name: "a rate limit (429, wait 3 s)", fault: { type: "error", error: "rate-limited", retryAfterMs: 3_000 } },
  { name: "no credit left", fault: { type: "error", error: "out-of-quota" } },
  { name: "a prompt too long for it", fault: { type: "error", error: "context-length" } },
  { name: "status 503", fault: { type: "status", status: 503 } },
  { name: "silence, not even headers", fault: { type: "hang" }, isStall: true },
  { name: "an empty answer", answer: { text: [] } },
  { name: "an overload event after text", fault: { type: "in-band-error", at: SHOWN } },
  { name: "a stall after text", fault: { type: "silence", at: SHOWN }, isStall: true },
  { name: "a clean cut after text", fault: { type: "cut", at: SHOWN, how: "clean" } },
  { name: "broken JSON after text", fault: { type: "malformed-event", at: SHOWN } },
];
