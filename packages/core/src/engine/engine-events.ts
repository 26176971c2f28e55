import type { ErrorCode, FailureClass } from "../model/failure.ts";
import type { AttemptName } from "../model/events.ts";
import type { HealthEvent } from "./health/chain-health.ts";
import type { AttemptRecord, RepeatKind, SkipRecord } from "../model/trace.ts";

/** What `onEvent` sees: every decision of the engine, in order. No event holds a prompt, an answer or a credential. */
export type EngineEvent = CallEvent | HealthEvent;

export type CallEvent = { readonly callId: number } & CallNews;

/** What happens in a call, without its id. */
export type CallNews =
  | { readonly type: "call-start"; readonly tiers: readonly string[] }
  | { readonly type: "skipped"; readonly skip: SkipRecord }
  | ({ readonly type: "attempt-start" } & AttemptName)
  | { readonly type: "attempt-end"; readonly record: AttemptRecord }
  /** Output of the call reached the consumer for the first time. */
  | ({ readonly type: "released" } & AttemptName)
  /** The same target is asked again after `delayMs`. */
  | { readonly type: "repeat"; readonly kind: RepeatKind; readonly delayMs: number }
  | { readonly type: "repair"; readonly description: string }
  | { readonly type: "failover"; readonly from: AttemptName; readonly to: AttemptName; readonly reason: FailureClass }
  /** Level error: somebody has to act, or the chain quietly lives on its later tiers. */
  | {
      readonly type: "credential-problem";
      readonly reason: FailureClass;
      readonly tier: string;
      readonly vendor: string;
      readonly model: string;
      /** Absent when the target was passed over because of an earlier call. */
      readonly attempt?: number | undefined;
    }
  /** An adapter or vendor did something out of order that did no harm. */
  | ({ readonly type: "protocol-warning"; readonly detail: string } & AttemptName)
  /** Exactly one per call, always last. */
  | {
      readonly type: "end";
      readonly outcome: "answered" | "failed" | "abandoned";
      readonly code?: ErrorCode | undefined;
      readonly tier?: string | undefined;
      readonly totalMs: number;
    };
