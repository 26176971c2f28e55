import type { StreamPart } from "@understudy/core/adapter";
import type { CallFact, Facts } from "../facts.ts";
import { evidenceOf } from "./output.ts";
import { EARLY_MS, graceFor, LATE_MS } from "./tolerance.ts";
import { attemptsOf, readsOf, sleptWithin, type AttemptFact } from "./words.ts";

const isShown = (part: StreamPart): boolean =>
  ((part.type === "text-delta" || part.type === "reasoning-delta") && part.delta !== "") || part.type === "file";

/** When an attempt first had something to show. */
function shownFrom({ upstream }: AttemptFact): number | undefined {
  return readsOf(upstream).find(({ parts }) => parts.some((part) => isShown(part)))?.at;
}

function holdOf(facts: Facts, call: CallFact, attempt: AttemptFact): number {
  if (call.plan.consumer === "generate" || call.plan.json || facts.plan.holdAll) return Infinity;
  return attempt.record?.venture === "probe" ? Math.max(250, facts.plan.holdMs) : facts.plan.holdMs;
}

/**
 * R4.3: What an attempt wrote inside its gate never appears unless the gate opens: no output before the hold is over or the
 * end is there, and output as soon as the hold is over.
 */
export function* gateHolds(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    for (const attempt of attemptsOf(call)) {
      const { n, endedAt, endedTurn, upstream } = attempt;
      const from = shownFrom(attempt);
      const due = (from ?? Infinity) + holdOf(facts, call, attempt);
      const opened = call.events.find(
        ({ event }) =>
          (event.type === "released" && event.attempt === n) || (event.type === "failover" && event.to.attempt === n),
      );
      const isWhole = attempt.record?.outcome === "answered" && evidenceOf(upstream) !== undefined;
      if (opened !== undefined && opened.at < due - EARLY_MS && !(isWhole && opened.turn === endedTurn)) {
        yield `call ${call.id} attempt ${n} was shown at ${opened.at}, before ${due}`;
      }
      // One that goes on with another's answer is held until the seam is certain.
      if (upstream?.asked?.continuation !== undefined) continue;
      const latest = due + LATE_MS + 2 * graceFor(sleptWithin(facts, due - 1, endedAt));
      if ((opened?.at ?? endedAt) > latest) yield `call ${call.id} attempt ${n} was held beyond ${due}`;
      const delivered = attempt.record?.deliveredChars ?? 0;
      if (opened === undefined && delivered > 0) yield `call ${call.id} attempt ${n} claims delivered characters`;
    }
    const unopened = new Set(
      attemptsOf(call)
        .filter(
          ({ n }) =>
            !call.events.some(
              ({ event }) =>
                (event.type === "released" && event.attempt === n) ||
                (event.type === "failover" && event.to.attempt === n),
            ),
        )
        .map(({ n }) => n),
    );
    for (const seen of call.seen) {
      if (seen.type !== "event" || !("id" in seen.event)) continue;
      const { id } = seen.event;
      const owner = call.upstream.find(({ ids }) => ids.has(id));
      if (owner !== undefined && unopened.has(owner.attempt))
        yield `call ${call.id} shows attempt ${owner.attempt}, whose gate stayed closed`;
    }
  }
}
