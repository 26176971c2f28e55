import type { FailureClass } from "../../model/failure.ts";

/** What one process learned that others should know. Scopes and keys are ids: no credentials, no prompts. */
export type HealthNews =
  /** A scope is left alone for a while. */
  | {
      readonly type: "cooldown";
      /** The id of the scope: stable over processes, never a credential. */
      readonly scope: string;
      /** Milliseconds from now: clocks of processes need not agree. */
      readonly forMs: number;
      /** Whether a person has to act before it can end well. */
      readonly isHard: boolean;
      /** The class of the failure that caused it. */
      readonly because?: FailureClass | undefined;
    }
  /** The breaker of a route opened. */
  | {
      readonly type: "opened";
      /** The route: a model at an endpoint. */
      readonly key: string;
      readonly forMs: number;
    }
  /** The breaker of a route closed. */
  | { readonly type: "closed"; readonly key: string }
  /** An operator ended the cooldowns of these scopes and closed the breakers of these routes. */
  | {
      readonly type: "reset";
      /** Ids of the scopes whose cooldowns end. */
      readonly scopes: readonly string[];
      /** Routes whose breakers close. */
      readonly keys: readonly string[];
    };

/**
 * Spreads news of health between chains and processes. Each chain decides from its own state; the store is never asked
 * on the way of a healthy call, and a failing store changes nothing but what others learn.
 */
export interface HealthStore {
  /** Tells the others. Cooldowns are merged by the longest. */
  publish(news: HealthNews): void | Promise<void>;
  /** Hears the others. Returns the way to stop hearing. */
  subscribe(listener: (news: HealthNews) => void): () => void;
  /** Atomic: at most one owner of the probe of a route at a time; the lease expires by itself. */
  acquireProbe(key: string, leaseMs: number): boolean | Promise<boolean>;
  /** Gives a lease back early. */
  releaseProbe(key: string): void | Promise<void>;
}
