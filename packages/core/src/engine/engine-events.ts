import type { ErrorCode, FailureClass } from "../model/failure.ts";
import type { AttemptName } from "../model/events.ts";
import type { JsonObject } from "../model/json.ts";
import type { Degradation } from "./call/degradation.ts";
import type { HealthEvent } from "./health/health-events.ts";
import type { RequestSettings } from "./observers.ts";
import type { AttemptRecord, PinRecord, RepeatKind, SkipRecord, Venture } from "../model/trace.ts";

/** What `onEvent` sees: every decision of the engine, in order. No event holds a prompt, an answer or a credential. */
export type EngineEvent = CallEvent | HealthEvent;

/** What happens in a call. */
export type CallEvent = {
  /** Counts the calls of the chain, from 1. */
  readonly callId: number;
  /** What the caller gave with the call, the same frozen object in each of its events; absent when nothing was given. */
  readonly metadata?: JsonObject | undefined;
} & CallNews;

/** What happens in a call, without its id. */
export type CallNews =
  /** The first event of a call. */
  | {
      readonly type: "call-start";
      /** Names of the chain's tiers, in order. */
      readonly tiers: readonly string[];
      /** Which method was called. */
      readonly mode: "generate" | "stream";
      /** What the caller asks for. */
      readonly settings: RequestSettings;
    }
  /** A candidate is passed over. */
  | {
      readonly type: "skipped";
      /** Which one, and why. */
      readonly skip: SkipRecord;
    }
  /** A target is asked. */
  | ({
      readonly type: "attempt-start";
      /** Host or region label, never a credential. */
      readonly endpoint: string;
      /** Why it is made although its target is not known to be well. */
      readonly venture?: Venture | undefined;
      /** Why it repeats the attempt before at the same target. */
      readonly repeat?: RepeatKind | undefined;
      /** What the adapter changed in the request after the attempt before was rejected. */
      readonly repair?: string | undefined;
      /** It begins beside another attempt, which the `hedge` event before names. */
      readonly hedge?: true | undefined;
      /** What this target is asked for: after `requestOverrides`, and as far as it takes it. */
      readonly settings: RequestSettings;
    } & AttemptName)
  /** An attempt is over, whatever came of it. */
  | {
      readonly type: "attempt-end";
      /** The whole attempt, as in the trace. */
      readonly record: AttemptRecord;
    }
  /** Output of the call reached the consumer for the first time. */
  | ({ readonly type: "released" } & AttemptName)
  /** The same target is asked again after `delayMs`. */
  | {
      readonly type: "repeat";
      /** Why it is asked again. */
      readonly kind: RepeatKind;
      /** Milliseconds until the next attempt. */
      readonly delayMs: number;
    }
  /** The same target is asked again with a changed request. */
  | {
      readonly type: "repair";
      /** What is changed, in a few words. */
      readonly description: string;
    }
  /** An attempt has shown nothing for so long that the next candidate is asked beside it, or would be. */
  | ({
      readonly type: "hedge";
      /** After how many milliseconds. */
      readonly afterMs: number;
      /** Where that time is from: the option, or what the target's attempts usually needed. */
      readonly by: "hedgeAfterMs" | "p95";
      /**
       * Why it is not asked: `budget`, too many of the last minute's calls were hedged; `half-open`, the first tier is being
       * probed. Told at most once for each call; absent where it is asked.
       */
      readonly skipped?: "budget" | "half-open" | undefined;
    } & AttemptName)
  /** Output of another target follows what was shown of one that failed. */
  | {
      readonly type: "failover";
      /** Whether the answer begins again, or goes on. */
      readonly mode: "restart" | "continue";
      /** The attempt that failed. */
      readonly from: AttemptName;
      /** The attempt that takes over. */
      readonly to: AttemptName;
      /** The class of the failure. */
      readonly reason: FailureClass;
    }
  /** The call was to stay with a target, by its `pin`, and asks another one. At most one per call. */
  | ({
      readonly type: "pin-left";
      /** Why the target is passed over, or the class of its failure. */
      readonly because?: PinRecord["because"];
    } & Omit<AttemptName, "attempt">)
  /** Level error: a person has to act, or the chain quietly lives on its later tiers. */
  | {
      readonly type: "credential-problem";
      readonly reason: FailureClass;
      /** Name of the tier; at the end, of the one that answered. */
      readonly tier: string;
      /** The vendor's name, such as `anthropic`. */
      readonly vendor: string;
      /** The model's id, as it was given to the target's factory. */
      readonly model: string;
      /** Absent when the target was passed over: because of an earlier call, or as it has no key. */
      readonly attempt?: number | undefined;
    }
  /** An adapter or vendor did something out of order that did no harm. */
  | ({
      readonly type: "protocol-warning";
      /** What was out of order, in a few words. */
      readonly detail: string;
    } & AttemptName)
  /** The answer is less than the chain's first target would give. At most one per call, just before `end`. */
  | {
      readonly type: "degraded";
      /** Name of the tier that answered. */
      readonly tier: string;
      /** `marked`: the tier is. Else the vendors' own words put its model below the first tier's first. */
      readonly because: Degradation;
    }
  /** Exactly one per call, always last. */
  | {
      readonly type: "end";
      /** `abandoned`: the consumer left the stream. */
      readonly outcome: "answered" | "failed" | "abandoned";
      /** The code of the error, unless the call was answered. */
      readonly code?: ErrorCode | undefined;
      readonly tier?: string | undefined;
      /** Whether the answer is less than the chain's first target would give; absent unless the call was answered. */
      readonly degraded?: boolean | undefined;
      /** Milliseconds since `call-start`. */
      readonly totalMs: number;
    };
