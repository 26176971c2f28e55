/** Moments on the machine's one monotonic clock, which all processes share: nanoseconds as decimal strings. */
export interface Journal {
  /** A failing answer was written. */
  readonly failures: string[];
  /** A request was received, its body read. */
  readonly requests: string[];
}

let journal: Journal = { failures: [], requests: [] };

export function noteFailure(): void {
  journal.failures.push(String(process.hrtime.bigint()));
}

export function noteRequest(): void {
  journal.requests.push(String(process.hrtime.bigint()));
}

/** Hands the journal out and starts a new one. */
export function takeJournal(): Journal {
  const taken = journal;
  journal = { failures: [], requests: [] };
  return taken;
}
