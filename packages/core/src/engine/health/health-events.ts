import type { FailureClass } from "../../model/failure.ts";
import type { BreakerState } from "../../model/trace.ts";
import type { HealthCounts } from "./health-window.ts";

/** Whose doing a change of health is: absent for news from other chains, and by hand. */
export interface HealthCause {
  /** The call that caused it. */
  readonly callId?: number | undefined;
  /** Name of the tier. */
  readonly tier?: string | undefined;
  /** Its place among the targets of its tier, from 1; absent where the tier has only one. */
  readonly sibling?: number | undefined;
}

/** What changes for all calls of a chain. */
export type HealthEvent =
  /** The breaker of a model at an endpoint changes its state. */
  | ({
      readonly type: "breaker";
      /** The vendor's name, such as `anthropic`. */
      readonly vendor: string;
      /** The model's id, as it was given to the target's factory. */
      readonly model: string;
      /** Host or region label, never a credential. */
      readonly endpoint: string;
      /** The state before. */
      readonly from: BreakerState;
      /** The state from now on. */
      readonly to: BreakerState;
    } & HealthCause)
  /** A scope is left alone for a while. The target is the one that failed; others may share the scope. */
  | ({
      readonly type: "cooldown";
      /** The vendor's name, such as `anthropic`. */
      readonly vendor: string;
      /** The model's id, as it was given to the target's factory. */
      readonly model: string;
      /** Host or region label, never a credential. */
      readonly endpoint: string;
      /** The kind of scope, such as `key`, without its id. */
      readonly scope: string;
      /** The class of the failure that caused it. */
      readonly reason: FailureClass;
      /** Milliseconds from now. */
      readonly forMs: number;
    } & HealthCause)
  /** `isolate` took a target out, or `enable` put it back. */
  | {
      /** Out, or back. */
      readonly type: "isolated" | "enabled";
      /** Name of the tier. */
      readonly tier: string;
      /** The vendor's name, such as `anthropic`. */
      readonly vendor: string;
      /** The model's id, as it was given to the target's factory. */
      readonly model: string;
      /** Host or region label, never a credential. */
      readonly endpoint: string;
      /** Its place among the targets of its tier, from 1; absent where the tier has only one. */
      readonly sibling?: number | undefined;
    }
  /** The chain's store. */
  | {
      readonly type: "store";
      /** `paused`: it failed three times in a row and is left alone, the chain decides by itself. `back`: it answered again. */
      readonly state: "paused" | "back";
    };

/** What is known about one target, for operators. */
export interface TargetHealth {
  /** Name of the tier. */
  readonly tier: string;
  /** Its place among the targets of its tier, from 1; absent where the tier has only one. */
  readonly sibling?: number | undefined;
  /** The vendor's name, such as `anthropic`. */
  readonly vendor: string;
  /** The model's id, as it was given to the target's factory. */
  readonly model: string;
  /** Host or region label, never a credential. */
  readonly endpoint: string;
  /** State of the breaker that all targets of this model at this endpoint share. */
  readonly breaker: BreakerState;
  /** In the last 60 seconds. */
  readonly counts: HealthCounts;
  /** Whether `isolate` took it out. */
  readonly isIsolated: boolean;
  /** Milliseconds until the target may be called again; 0 when it may be now, `Infinity` when it has no key. */
  readonly blockedForMs: number;
  /** What the longest running cooldown belongs to. */
  readonly cooldownScope: string | undefined;
  /** What failed to cause it. */
  readonly cooldownClass: FailureClass | undefined;
}
