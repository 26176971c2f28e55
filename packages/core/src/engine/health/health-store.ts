import type { FailureClass } from "../../model/failure.ts";

/** A scope is left alone for a while. */
export interface CooldownReport {
  readonly type: "cooldown";
  /** The id of the scope: stable over processes, never a credential. */
  readonly scope: string;
  /** Milliseconds from now: clocks of processes need not agree. */
  readonly forMs: number;
  /** Whether a person has to act before it can end well. */
  readonly isHard: boolean;
  /** The class of the failure that caused it. */
  readonly because?: FailureClass | undefined;
  /** Who reports it: a random name of the chain, in news that of who reported last. */
  readonly by?: string | undefined;
}

/** An operator takes a scope out of use for everybody, for a while. */
export interface IsolationReport {
  readonly type: "isolated";
  /** The id of the scope: stable over processes, never a credential. */
  readonly scope: string;
  /** Milliseconds from now. */
  readonly forMs: number;
}

/** What was known of these scopes and routes is over: an operator says so, or an answer has shown it. */
export interface ResetReport {
  readonly type: "reset";
  /** Ids of the scopes whose cooldowns and isolation end. */
  readonly scopes: readonly string[];
  /** Routes whose openings and leases end. */
  readonly keys: readonly string[];
}

/** What one chain saw. Conclusions are the store's: scopes and keys are ids, without credentials or prompts. */
export type HealthReport =
  | CooldownReport
  | IsolationReport
  | ResetReport
  /** An attempt at a route failed in a way that speaks against it. */
  | {
      readonly type: "bad";
      /** The route: a model at an endpoint. */
      readonly key: string;
      /**
       * By how much the row grows. One chain gives at most 4 to a row, so that alone it never fills one of 5: 1 for a
       * failure, up to 3 where it opened its own breaker.
       */
      readonly weight: number;
      /** Whether the chain has opened its own breaker. */
      readonly isOpen: boolean;
      /** For how many milliseconds the route stays open if this report fills the row. */
      readonly openMs: number;
    }
  /** An attempt that began after the doubts got content from the route. */
  | { readonly type: "ok"; readonly key: string };

/** What a store concluded from the reports of all. */
export type HealthNews =
  | (CooldownReport & {
      /** Milliseconds since `by` last found it so, or began to find out. Default 0. */
      readonly ageMs?: number | undefined;
    })
  | IsolationReport
  | ResetReport
  /** The route is open: nobody uses it until a probe has closed it. */
  | {
      readonly type: "opened";
      /** The route: a model at an endpoint. */
      readonly key: string;
      /** Milliseconds until a probe is due; 0 when it is. */
      readonly forMs: number;
    }
  /** `suspected`: somebody failed. `cleared`: an answer has ended the doubts. `closed`: a probe went well. */
  | { readonly type: "suspected" | "cleared" | "closed"; readonly key: string };

/** The right to make the one probe of an open route. What comes after it was lost changes nothing. */
export interface ProbeLease {
  /** What the probe found. Well: the route is closed. Not well: it stays open for `openMs` milliseconds. */
  report(isWell: boolean, openMs: number): void | Promise<void>;
  /** Gives it back: the probe was not made, or said nothing. */
  release(): void | Promise<void>;
}

/** Whether a probe may be made now. */
export type ProbeAnswer =
  | {
      /** It may. */
      readonly granted: true;
      /** Absent where the store has the route as closed: who doubts alone finds out alone. */
      readonly lease?: ProbeLease | undefined;
    }
  | {
      /** Another process is finding out, or it is not time yet. */
      readonly granted: false;
      /** Milliseconds until asking again can help. */
      readonly retryInMs: number;
    };

/**
 * What a store has to do, to be given to chains through `shareHealth`. Chains report what they saw, and the store draws
 * the conclusions, by the rules in docs/health.md. It is never asked on the way of a healthy call; one that fails changes
 * nothing but what others learn.
 */
export interface HealthStore {
  /** How many milliseconds a call that meets a due probe waits for `acquireProbe`, at most 250. Default 25. */
  readonly limitMs?: number | undefined;
  /**
   * Takes in what a chain saw, and tells every listener what follows from it. A hard block is told each time that it is
   * reported, with `by`, also where its time has not grown: by that the chains make one trial a minute between them.
   */
  publish(report: HealthReport): void | Promise<void>;
  /** Tells at once what still holds, then all news, also what follows from own reports. Returns the way to stop hearing. */
  subscribe(listener: (news: HealthNews) => void): () => void;
  /** Atomic: at most one lease for a route at a time, which ends by itself after `leaseMs` milliseconds. */
  acquireProbe(key: string, leaseMs: number): ProbeAnswer | Promise<ProbeAnswer>;
}

/**
 * A store as `createChain` takes it: `memoryStore()`, `redisStore()`, or one of your own through `shareHealth`. What
 * chains do with it is in no bundle that has none.
 */
export interface SharedStore {
  /** Ties a chain to the store. Only `createChain` calls it. */
  readonly join: unknown;
}
