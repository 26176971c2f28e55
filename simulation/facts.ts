import type { Answer, EngineEvent, StreamEvent, TargetHealth } from "@understudy/core";
import type { StreamPart, TargetRequest } from "@understudy/core/adapter";
import type { SecondAnswer } from "./world/second-answers.ts";
import type { CallPlan, TargetPlan, WorldPlan } from "./world/plan.ts";

/** A moment. Readings of a clock are never equal: what belongs together happened in one turn of the event loop. */
export interface Moment {
  readonly at: number;
  /** Turns are counted by timers fired: within one, nothing but microtasks ran. */
  readonly turn: number;
}

/** One read that the engine was given, with when it asked for it. */
export interface ReadFact extends Moment {
  readonly asked: Moment;
  readonly parts: readonly StreamPart[];
  /** The engine had already left. */
  readonly isLate: boolean;
}

/** One call to one target as the upstream side saw it: the ground truth. */
export interface UpstreamFact {
  readonly target: TargetPlan;
  readonly call: CallFact;
  /** Which of the call's attempts it was when it arrived. */
  readonly attempt: number;
  readonly startedAt: number;
  /** The engine asked for a connection that has never been used. */
  readonly isFresh: boolean;
  /** What it was asked, in schedules that need it. */
  asked?: TargetRequest;
  /** How it takes the beginning of an answer, where it is given one. */
  second?: SecondAnswer | undefined;
  readonly reads: ReadFact[];
  readonly ids: Set<string>;
  /** What it threw, when the engine had not left before. */
  thrown?: Moment & { readonly error: unknown; readonly isUnsent?: true };
  /** Ended without evidence. */
  done?: Moment;
  /** When the engine asked for what has not come yet. */
  pending?: Moment | undefined;
  /** What it sends breaks the contract from this read on. */
  brokenAt?: number;
  aborted?: Moment;
  returned: number;
}

/** What a consumer saw. */
export type SeenFact = Moment &
  (
    | { readonly type: "event"; readonly event: StreamEvent }
    | { readonly type: "text"; readonly text: string }
    | { readonly type: "done" }
    | { readonly type: "error"; readonly error: unknown }
  );

export interface CallFact {
  readonly id: number;
  readonly plan: CallPlan;
  /** What it was given, and the target that had answered with it; none where it is foreign. */
  pin?: { readonly text: string; readonly target: TargetPlan | undefined } | undefined;
  startedAt: number;
  readonly seen: SeenFact[];
  readonly upstream: UpstreamFact[];
  readonly events: (Moment & { readonly event: EngineEvent })[];
  /** How the call itself settled: the stream was given, or it was not. */
  opened?: Moment & { readonly error?: unknown };
  result?: Moment & { readonly answer?: Answer; readonly error?: unknown };
  aborted?: Moment;
  /** How many engine events of the call there had been. */
  eventsAtAbort?: number;
  leftAt?: number;
  /** The consumer waits for an event. */
  isWaiting: boolean;
  /** It did when the call was aborted. */
  wasWaitingAtAbort?: boolean;
  /** On the caller's signal, when all is over. */
  listenersAtRest: number;
  isDone: boolean;
}

/** Everything that matters for health, in the order in which it happened. */
export type TimelineEntry = Moment & Happening;

export type Note = (happening: Happening) => void;

export type Happening =
  | { readonly type: "event"; readonly event: EngineEvent }
  | { readonly type: "open"; readonly upstream: UpstreamFact }
  | {
      readonly type: "read";
      readonly upstream: UpstreamFact;
      readonly parts: readonly StreamPart[];
      readonly isBroken: boolean;
    }
  | { readonly type: "operator"; readonly action: "isolate" | "enable"; readonly targets: readonly TargetPlan[] }
  | { readonly type: "health"; readonly health: readonly TargetHealth[] };

export interface Facts {
  readonly plan: WorldPlan;
  readonly calls: readonly CallFact[];
  readonly timeline: readonly TimelineEntry[];
  readonly sleeps: readonly { readonly from: number; readonly to: number }[];
  /** All calls came to their end in time. */
  readonly isFinished: boolean;
  readonly engineTimersAtRest: number;
  readonly stray: readonly unknown[];
  /** What callbacks of the application threw or rejected with, and what of it came to `onInternalError`. */
  readonly thrownByCallbacks: readonly unknown[];
  readonly internalErrors: readonly unknown[];
  /** Events that were told outside the context of their call. */
  readonly misplaced: readonly string[];
}
