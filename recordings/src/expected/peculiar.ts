import type { Reading } from "./reading.ts";

interface Peculiar {
  /** Why the recording is not read like all others. */
  readonly reason: string;
  readonly expected: Partial<Reading>;
}

/** Expectations stated by hand, by name of the recording. */
export const peculiar: Readonly<Record<string, Peculiar>> = {
  "anthropic/stream/composed-error-mid-stream-overloaded.sse": {
    reason: "an error event with status 200",
    expected: { failure: "server.overloaded", requestId: "req_composed" },
  },
};
