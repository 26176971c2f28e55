import type { FaultCase } from "./fault-case.ts";

const HEARTBEATS = [
  ["empty", "an empty data line", ""],
  ["ping", "a data line that says ping", "ping"],
  ["comment", "a comment in a data line", ": keep-alive"],
] as const;

const PLACES = [
  ["headers", "before the answer", "headers"],
  ["later", "between two deltas", { deltas: 2 }],
  ["content", "before the evidence", "content"],
  ["evidence", "after the evidence", "evidence"],
] as const;

/** What cannot be JSON of an answer is a sign of life and nothing else. */
export const HEARTBEAT_CASES: readonly FaultCase[] = HEARTBEATS.flatMap(([kind, name, data]) =>
  PLACES.map(([place, where, at]): FaultCase => ({
    id: `heartbeat.${kind}.${place}`,
    name: `${name} ${where}`,
    fault: { type: "heartbeat", at, data },
    expected: "answered",
  })),
);
