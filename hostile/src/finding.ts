/** What came of one hostile answer. */
export interface Finding {
  readonly number: number;
  /** Of the hostile answer. */
  readonly class: string | undefined;
  readonly tier: string | undefined;
  readonly text: string;
  readonly toolCalls: number;
  readonly invalidToolCalls: number;
  /** What was thrown, where that was not expected. */
  readonly thrown: string | undefined;
  /** Whether every object there is has got a new property. */
  readonly isPolluted: boolean;
  /** Of this answer, in milliseconds. */
  readonly cpuMs: number;
  /** The most that the process has taken so far, in MiB. */
  readonly peakMiB: number;
}
