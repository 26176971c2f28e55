import type { Place } from "../../faults/fault.ts";
import type { FaultCase } from "./fault-case.ts";

const HEARTBEATS = [
  ["an empty data line", ""],
  ["a data line that says ping", "ping"],
  ["a comment in a data line", ": keep-alive"],
] as const;

const PLACES: readonly (readonly [string, Place])[] = [
  ["before the answer", "headers"],
  ["between two deltas", { deltas: 2 }],
  ["before the evidence", "content"],
  ["after the evidence", "evidence"],
];

/** What cannot be JSON of an answer is a sign of life and nothing else. */
export const HEARTBEAT_CASES: readonly FaultCase[] = HEARTBEATS.flatMap(([name, data]) =>
  PLACES.map(([where, at]): FaultCase => ({
    name: `${name} ${where}`,
    fault: { type: "heartbeat", at, data },
    expected: "answered",
  })),
);
