import { asArray, asObject, asString, isJsonObject, type FinishReason, type Foreign } from "@understudy/core/adapter";

/** What one event of a known wire says about the end of the answer. */
export interface RawEvent {
  /** The vendor's word for why the answer ended. */
  readonly finish?: string | undefined;
  /** Nothing of the answer follows. */
  readonly isLast: boolean;
  /** The final counts stand in it. */
  readonly hasUsage: boolean;
  /** Counts were asked for, and come in some event. */
  readonly owesUsage: boolean;
}

/** Providers say `finish` when the body ends, which may be never: what the vendor itself says is looked at too. */
export function readRawEvent(event: Foreign): RawEvent {
  const { type, choices, candidates, usage } = event;
  if (Array.isArray(choices)) {
    const finish = textOf(asObject(choices[0])["finish_reason"]);
    // Where counts were asked for, every event has the field, and the last one fills it.
    return { finish, isLast: false, hasUsage: isJsonObject(usage), owesUsage: "usage" in event };
  }
  const said =
    type === "message_delta"
      ? asObject(event["delta"])["stop_reason"]
      : asObject(asArray(candidates)[0])["finishReason"];
  const isEnd = type === "response.completed" || type === "response.incomplete";
  const finish = isEnd ? endOf(asObject(event["response"])) : textOf(said);
  // Of these wires the one with candidates may count in an event of its own.
  return { finish, isLast: isEnd || type === "message_stop", hasUsage: false, owesUsage: Array.isArray(candidates) };
}

function endOf(response: { readonly [name: string]: unknown }): string {
  return textOf(asObject(response["incomplete_details"])["reason"]) ?? textOf(response["status"]) ?? "completed";
}

function textOf(value: unknown): string | undefined {
  return asString(value) || undefined;
}

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ...words("stop", "stop end_turn stop_sequence eos eos_token completed"),
  ...words("length", "length max_tokens max_output_tokens model_length model_context_window_exceeded"),
  ...words("tool-calls", "tool_calls tool_use function_call tool-calls"),
  ...words(
    "content-filter",
    "content_filter content-filter safety recitation blocklist prohibited_content spii image_safety language",
  ),
  ...words("refusal", "refusal"),
  ...words("pause", "pause_turn"),
]);

function words(reason: FinishReason, list: string): [string, FinishReason][] {
  return list.split(" ").map((word) => [word, reason]);
}

/** A vendor's word for the end. Some say that they stopped when they called a tool. */
export function finishReasonOf(raw: string, hasCalls: boolean): FinishReason {
  const reason = FINISH_REASONS.get(raw.toLowerCase()) ?? "other";
  return reason === "stop" && hasCalls ? "tool-calls" : reason;
}
