import { ANSWER } from "../answer.ts";
import type { FaultCase } from "./fault-case.ts";

const usage = { inputTokens: 120, cacheReadTokens: 20, outputTokens: 30 };
const counted = { answer: { ...ANSWER, usage }, usage, expected: "answered" } as const;

/** Counts that come late, or twice. */
export const USAGE_CASES: readonly FaultCase[] = [
  {
    id: "usage.300-ms-late",
    name: "usage 300 ms after the finish reason",
    fault: { type: "late-usage", ms: 300 },
    slow: true,
    ...counted,
  },
  {
    id: "usage.1500-ms-late",
    name: "usage 1.5 s after the finish reason",
    fault: { type: "late-usage", ms: 1_500 },
    slow: true,
    ...counted,
  },
  { id: "usage.shrinks", name: "usage that counts no input at the end", fault: { type: "usage-shrinks" }, ...counted },
];
