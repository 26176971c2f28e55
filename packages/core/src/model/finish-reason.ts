/**
 * Why an answer ended, always given together with the vendor's raw value.
 * `pause`: the vendor paused a server-side tool loop, send the message back to continue. `other`: a value this version
 * does not know; never reported as `stop`.
 */
export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "refusal" | "pause" | "other";
