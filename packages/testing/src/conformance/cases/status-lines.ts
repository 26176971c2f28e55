import type { FailureClass } from "@understudy/core";
import { RATE_LIMITED, type FaultCase } from "./fault-case.ts";

const UNAVAILABLE: readonly FailureClass[] = ["server.gateway", "server.overloaded"];
const WAIT_MS = 30_000;
const headers = { "retry-after": String(WAIT_MS / 1_000) };

/** Status lines that are legal on the wire, or nearly, and that fetch classes refuse to hold. */
export const STATUS_LINE_CASES: readonly FaultCase[] = [
  phrase("503-foreign", "503 with a phrase of other letters", 503, "服务不可用", UNAVAILABLE),
  phrase("429-foreign", "429 with a phrase of other letters", 429, "请求过多", RATE_LIMITED),
  phrase("429-umlaut", "429 with an umlaut", 429, "Überlastet", RATE_LIMITED),
  phrase("429-latin1", "429 with a phrase that is no UTF-8", 429, Buffer.from("Überlastet", "latin1"), RATE_LIMITED),
  phrase("503-none", "503 without a phrase", 503, "", UNAVAILABLE),
  // No key gets better by waiting.
  {
    id: "phrase.401-foreign",
    name: "status 401 with a phrase of other letters",
    fault: { type: "status", status: 401, reason: "未授权" },
    expected: ["auth.invalid"],
  },
  // Beyond the five kinds of status: a failure of the server, or of no known kind.
  {
    id: "status.600",
    name: "status 600",
    fault: { type: "status", status: 600 },
    expected: ["server.error", "unknown"],
  },
  {
    id: "status.999",
    name: "status 999",
    fault: { type: "status", status: 999 },
    expected: ["server.error", "unknown"],
  },
  // Some clients cannot read it, others hand it on.
  {
    id: "status.000",
    name: "status 000",
    fault: { type: "status", status: 0 },
    expected: ["network.protocol", "network.reset", "server.error", "unknown"],
  },
];

function phrase(
  kind: "503-foreign" | "429-foreign" | "429-umlaut" | "429-latin1" | "503-none",
  name: string,
  status: number,
  reason: string | Uint8Array,
  expected: readonly FailureClass[],
): FaultCase {
  return {
    id: `phrase.${kind}`,
    name: `status ${name}`,
    fault: { type: "status", status, reason, headers },
    expected,
    waitMs: WAIT_MS,
  };
}
