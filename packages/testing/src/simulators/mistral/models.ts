import type { WireObject } from "../json.ts";

const levels = ["none", "minimal", "low", "medium", "high", "xhigh"];

/** The values of `reasoning_effort` that a model takes; an empty list: it has none. */
export function effortsOf(model: string): readonly string[] {
  if (/^mistral-(?:small-(?:latest|2603)|medium-(?:latest|3[-.]5|2604))$/.test(model)) return ["none", "high"];
  return /^(?:mistral-large-4|magistral-)/.test(model) ? levels : [];
}

/** Some models think unless they are told not to, others only when they are told to. */
export function isThinking(model: string, body: WireObject): boolean {
  const effort = body["reasoning_effort"];
  if (typeof effort === "string") return effort !== "none";
  return /^(?:mistral-large-4|magistral-)/.test(model);
}
