import type { AttemptRecord, SkipRecord } from "@understudy/core";
import type { CallFact, Facts } from "../facts.ts";
import type { TargetPlan } from "../world/plan.ts";
import type { KnownHealth, Progress } from "./known-health.ts";
import { attemptsOf } from "./words.ts";

/** A call is with a target from the turn in which it opens it until it opens another, loses it to one beside it, or is over. */
interface Stay {
  readonly call: CallFact;
  readonly target: TargetPlan;
  readonly from: number;
  until: number;
}

const staysByFacts = new WeakMap<Facts, readonly Stay[]>();

function spreads({ plan }: Facts, target: TargetPlan | undefined): boolean {
  return target !== undefined && plan.tiers[target.tier]?.balance === "spread";
}

/** Whether a record is about this target. */
export function isNamed({ plan }: Facts, target: TargetPlan, record: SkipRecord | AttemptRecord): boolean {
  const { vendor, endpoint, tier } = target;
  if (vendor !== record.vendor || endpoint !== record.endpoint) return false;
  const siblings = plan.targets.filter((one) => one.tier === tier);
  return record.sibling === (siblings.length > 1 ? siblings.indexOf(target) + 1 : undefined);
}

/**
 * A tier that spreads its calls makes its own order for each call. Which one is seen when the call comes to a sibling: that
 * one takes its place among those of its tier that are still to come.
 */
export function takesPlace(known: KnownHealth, progress: Progress, isIt: (target: TargetPlan) => boolean): void {
  const { order, position } = progress;
  const due = order[position];
  if (due === undefined || !spreads(known.facts, due) || isIt(due)) return;
  const at = order.findIndex((target, index) => index > position && target.tier === due.tier && isIt(target));
  const other = order[at];
  if (other === undefined || progress.late.has(other)) return;
  progress.order = order.map((target, index) => (index === position ? other : index === at ? due : target));
}

/** R1.12: The first sibling that a call asks is one with the fewest calls, of equals the one that was chosen longest ago. */
export function sharesFairly(known: KnownHealth, progress: Progress, target: TargetPlan): void {
  const { facts, turn } = known;
  // Those are weighed by what is left, or come first by a pin.
  if (facts.plan.steering?.isAsked === true || progress.call.pin?.target !== undefined) return;
  if (!spreads(facts, target) || progress.attempts.some((attempt) => attempt.target.tier === target.tier)) return;
  if (progress.attempts.some(({ record }) => record?.class === "request.context-length")) return;
  const stays = staysOf(facts).filter(({ call }) => call !== progress.call);
  const load = (one: TargetPlan) => ({
    // What begins or ends in this turn did so before or after the choice.
    least: stays.filter((stay) => stay.target === one && stay.from < turn && stay.until > turn).length,
    most: stays.filter((stay) => stay.target === one && stay.from <= turn && stay.until >= turn).length,
  });
  const own = load(target);
  // A call that was stopped before it asked anyone has been somewhere, too.
  if (facts.calls.some((call) => call.aborted !== undefined)) return;
  for (const other of known.free(progress)) {
    if (other.tier !== target.tier) continue;
    const { least, most } = load(other);
    if (own.least > most)
      known.violate(
        "R1.12",
        `call ${progress.call.id} takes target ${target.index}, and ${other.index} has fewer calls`,
      );
    const isSure = own.least === own.most && least === most && least === own.least;
    const [since, otherSince] = [target, other].map((one) => lastChosen(stays, one, turn));
    if (isSure && since !== undefined && (otherSince === undefined || since > otherSince) && since < turn)
      known.violate(
        "R1.12",
        `call ${progress.call.id} takes target ${target.index} before ${other.index} has its turn`,
      );
  }
}

/** The turn in which a target was last chosen. */
function lastChosen(stays: readonly Stay[], target: TargetPlan, turn: number): number | undefined {
  return stays.findLast((stay) => stay.target === target && stay.from <= turn)?.from;
}

function staysOf(facts: Facts): readonly Stay[] {
  const present = staysByFacts.get(facts);
  if (present !== undefined) return present;
  const stays: Stay[] = [];
  const open = new Map<CallFact, readonly Stay[]>();
  for (const entry of facts.timeline) {
    if (entry.type === "open") {
      const { call, target, attempt } = entry.upstream;
      const before = open.get(call) ?? [];
      if (before.some((stay) => stay.target === target)) continue;
      const isBeside = attemptsOf(call).find(({ n }) => n === attempt)?.record?.hedge === true;
      if (!isBeside) for (const stay of before) stay.until = entry.turn;
      const stay = { call, target, from: entry.turn, until: Infinity };
      open.set(call, isBeside ? [...before, stay] : [stay]);
      stays.push(stay);
    } else if (entry.type === "event" && (entry.event.type === "end" || entry.event.type === "attempt-end")) {
      const { event } = entry;
      const call = facts.calls[event.callId - 1];
      const ended =
        event.type === "end" || call === undefined
          ? undefined
          : call.upstream.find(({ attempt }) => attempt === event.record.attempt)?.target;
      const here = (call && open.get(call)) ?? [];
      // The last one is with the call until something else follows.
      const left = here.filter(({ target }) => event.type === "end" || (here.length > 1 && target === ended));
      for (const stay of left) stay.until = entry.turn;
      if (call !== undefined)
        open.set(
          call,
          here.filter((stay) => !left.includes(stay)),
        );
    }
  }
  staysByFacts.set(facts, stays);
  return stays;
}
