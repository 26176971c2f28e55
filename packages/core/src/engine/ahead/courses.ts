import type { Clock } from "../../model/clock.ts";
import type { AttemptRecord } from "../../model/trace.ts";
import type { EngineEvent } from "../engine-events.ts";
import type { EventQueue } from "../event-queue.ts";
import type { ChainOptions } from "../options.ts";
import type { Candidate, CandidateName } from "../tier.ts";
import { CallCourse, type Learnt } from "./call-course.ts";
import { Costs } from "./costs.ts";
import { Paces } from "./paces.ts";
import { Quotas } from "./quotas.ts";
import type { Course, CourseCall } from "./course.ts";
import { TokenEstimates } from "./token-estimates.ts";

const PIN_MS = 3_600_000;

/** Nothing of the engine is imported but types: then a chain that does without this loads none of it. */
export interface CoursesSetup {
  /** Every target of every tier, in order. */
  readonly candidates: readonly Candidate[];
  readonly options: ChainOptions;
  readonly events: EventQueue;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether an attempt produced nothing to pay for. */
  readonly isUnbilled: (record: AttemptRecord) => boolean;
}

/** Learns from the events of a chain what its calls then choose by. */
export function courses({
  candidates,
  options,
  events,
  clock,
  random,
  isUnbilled,
}: CoursesSetup): (call: CourseCall) => Course {
  const { pins = false, pinMs = PIN_MS, steering = false, prices } = options;
  const byName = new Map(candidates.map((one) => [nameOf({ tier: one.tier.name, sibling: one.sibling }), one]));
  const running = new Map<number, CallCourse>();
  const learnt: Learnt = {
    candidates,
    clock,
    isUnbilled,
    estimates: new TokenEstimates(),
    paces: new Paces(random),
    costs: new Costs(prices),
    quotas: steering ? new Quotas(clock) : undefined,
    pinMs: pins ? pinMs : undefined,
    candidateOf: (name) => byName.get(nameOf(name)),
    note: (event) => events.note(event),
  };
  const onEvent = (event: EngineEvent): void => {
    if (!("callId" in event) || event.callId === undefined) return;
    const call = running.get(event.callId);
    if (event.type === "attempt-start") call?.started(event);
    if (event.type === "attempt-end") call?.ended(event.record);
    if (event.type === "skipped") call?.passedOver(event.skip);
    if (event.type === "end") running.delete(event.callId);
  };
  events.join(() => ({ onEvent }));
  return (call) => {
    const course = new CallCourse(call, learnt);
    running.set(call.callId, course);
    return course;
  };
}

function nameOf({ tier, sibling = 0 }: Pick<CandidateName, "tier" | "sibling">): string {
  return `${sibling} ${tier}`;
}
