import type { Clock } from "../../model/clock.ts";
import type { AttemptPlan, Target, TargetRequest } from "../../model/target.ts";
import type { TargetFailure } from "../../model/target-failure.ts";
import type { NotContinued } from "../../model/trace.ts";
import type { Delivery } from "../call/delivery.ts";
import type { Candidates } from "../next/candidates.ts";
import type { ContinueWith } from "../options.ts";
import type { Turn } from "../turn.ts";
import { continuationRequest, defaultWording, given } from "./continuation-request.ts";
import { Joint, type JointSetup } from "./joint.ts";
import { lastWords } from "./last-words.ts";
import { mayContinue, textOf, type Partial } from "./may-continue.ts";
import type { ContinuesBy } from "./seam.ts";

export interface ContinuingSetup extends Pick<JointSetup, "holdMs" | "TargetFailure"> {
  readonly clock: Clock;
  readonly continueWith: ContinueWith | undefined;
  readonly onInternalError: (error: unknown) => void;
  readonly planOf: (target: Target, request: TargetRequest) => AttemptPlan | TargetFailure;
}

/** Has the next target go on with an answer that broke off, once in a call. What fails on the way to a seam is silent. */
export class Continuing {
  readonly #setup: ContinuingSetup;
  #joint: Joint | undefined;

  constructor(setup: ContinuingSetup) {
    this.#setup = setup;
  }

  /** The turn as one that goes on with what was shown, or as one that says why it does not. */
  turn(turn: Turn, { shown, output }: Pick<Delivery, "shown" | "output">, next: Pick<Candidates, "mayAskAgain">): Turn {
    if (shown === undefined) return turn;
    const { candidate, request } = turn;
    if (request.continuation !== undefined && turn.joint !== undefined) return this.#again(turn, turn.joint);
    const { target } = candidate;
    const { assembly, sideEffects } = shown;
    const partial: Partial = { parts: assembly.parts(), hasActed: sideEffects || assembly.calledTools.length > 0 };
    const text = textOf(partial);
    const by = this.#howAt(target, request, text);
    const notContinued =
      this.#whyNot() ??
      mayContinue(request, partial, { vendor: target.vendor, plan: turn.plan, by }) ??
      (next.mayAskAgain(candidate) ? undefined : "no-attempt");
    if (notContinued !== undefined) return { ...turn, joint: undefined, notContinued };
    const what = given(text, by);
    const wording = by === "instruct" ? this.#wording(what.sent) : "";
    if (wording === undefined) return { ...turn, joint: undefined, notContinued: "wording" };
    const { holdMs, TargetFailure: Failure, planOf } = this.#setup;
    this.#joint = new Joint({
      holdMs,
      TargetFailure: Failure,
      from: shown.name,
      parts: partial.parts,
      given: what,
      original: { request, losses: turn.losses, plan: turn.plan },
      output,
    });
    const continued = continuationRequest(request, what, wording);
    return {
      ...turn,
      request: continued,
      losses: [...turn.losses, ...lossesOf(request, by)],
      plan: planOf(target, continued),
      joint: this.#joint,
    };
  }

  /** A repeat, or repaired by its adapter: it goes on as before, unless the one before has. */
  #again(turn: Turn, before: Joint): Turn {
    const notContinued = this.#whyNot();
    if (notContinued !== undefined) return { ...turn, ...before.original, joint: undefined, notContinued };
    this.#joint = before.again();
    return { ...turn, joint: this.#joint };
  }

  /** What an earlier attempt of the call has to do with it. One that failed before it wrote anything has not gone on. */
  #whyNot(): NotContinued | undefined {
    const joint = this.#joint;
    if (joint?.isUncertain === true) return "no-seam";
    if (joint?.wasRefused === true) return "refused";
    return joint?.hasHead === true ? "used" : undefined;
  }

  /** A turn is gone on with only where the adapter sends it as the last one: what else is asked for may keep it from that. */
  #howAt(target: Target, request: TargetRequest, text: string): ContinuesBy {
    const by = target.capabilities.continuation ?? "instruct";
    if (by === "instruct") return by;
    try {
      const losses = target.losses?.(continuationRequest(request, given(text, by), ""), this.#setup.clock) ?? [];
      return losses.some(({ what }) => what === "messages") ? "instruct" : by;
    } catch {
      return "instruct";
    }
  }

  #wording(sent: string): string | undefined {
    const { continueWith = defaultWording, onInternalError } = this.#setup;
    if (typeof continueWith === "string") return continueWith;
    try {
      const wording: unknown = continueWith(sent, lastWords(sent) ?? "");
      if (typeof wording === "string" && wording.trim() !== "") return wording;
      // It may be a promise that is going to be rejected.
      Promise.resolve(wording).catch(onInternalError);
      throw new TypeError("`continueWith` must return a text, at once.");
    } catch (error) {
      onInternalError(error);
      return undefined;
    }
  }
}

function lossesOf({ reasoning }: TargetRequest, by: ContinuesBy): Turn["losses"] {
  const { effort = "none", budgetTokens } = reasoning;
  if (by === "instruct" || (effort === "none" && budgetTokens === undefined)) return [];
  return [{ what: "reasoning", action: "dropped", reason: "an answer is continued" }];
}
