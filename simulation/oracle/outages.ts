import type { Facts } from "../facts.ts";
import { RULES } from "./rules.ts";
import { LATE_MS } from "./tolerance.ts";
import {
  attemptsOf,
  failureOf,
  isContent,
  isDeadConnection,
  ownLimit,
  readsOf,
  routeOf,
  thrownBy,
  type AttemptFact,
} from "./words.ts";
import { evidenceOf } from "./output.ts";

/** The shortest time that a breaker stays open. */
const LEFT_ALONE_MS = 7_500;
const SILENCE_MS = 60_000;

type Worth = "well" | "failed" | "says nothing" | "unclear";

interface Ordinary {
  attempt: AttemptFact;
  /** Unclear as long as it goes on. */
  worth: Worth;
}

/**
 * R6.3: A vendor that fails, hangs or cuts five attempts that began one after the other is left alone, whatever answers of
 * better times still end well meanwhile. Counted from what the upstream side did; of the engine it takes only when a
 * breaker changed.
 */
export function* sickRoutesAreLeft(facts: Facts): Iterable<string> {
  if (facts.sleeps.length > 0 || facts.plan.operator.length > 0) return;
  const routes = new Map<string, Ordinary[]>();
  const sick = new Map<string, number>();
  const routeFor = (key: string): Ordinary[] => {
    const route = routes.get(key) ?? [];
    routes.set(key, route);
    return route;
  };
  for (const entry of facts.timeline) {
    if (entry.type === "open") {
      const key = routeOf(entry.upstream.target);
      const attempt = attemptsOf(entry.upstream.call).find(({ n }) => n === entry.upstream.attempt);
      if (attempt?.record === undefined) continue;
      const { venture, repeat, repair } = attempt.record;
      const since = sick.get(key);
      const isOrdinary = venture === undefined && repeat === undefined && repair === undefined;
      if (since !== undefined && isOrdinary && entry.at > since + LATE_MS && entry.at < since + LEFT_ALONE_MS)
        yield `${key} failed five times in a row by ${since} and was asked at ${entry.at}`;
      // On a new connection it stands where the one stood whose connection was dead.
      const before = lastEnded(attempt);
      const place = routeFor(key).find((one) => repeat !== undefined && one.attempt === before);
      if (place !== undefined && isDeadConnection(place.attempt)) Object.assign(place, { attempt, worth: "unclear" });
      else if (venture === undefined || venture === "last-resort") routeFor(key).push({ attempt, worth: "unclear" });
    } else if (entry.type === "event" && entry.event.type === "breaker") {
      routes.delete(routeOf(entry.event));
      if (entry.event.to !== "open") sick.delete(routeOf(entry.event));
    } else if (entry.type === "event" && entry.event.type === "attempt-end") {
      const { callId, record } = entry.event;
      for (const [key, route] of routes) {
        const ended = route.find(({ attempt }) => attempt.call.id === callId && attempt.n === record.attempt);
        if (ended === undefined) continue;
        const worth = worthOf(facts, ended.attempt);
        // Of a last resort only the success counts.
        ended.worth = record.venture === "last-resort" && worth === "failed" ? "says nothing" : worth;
        if (ended.worth === "failed" && hasFive(route)) sick.set(key, entry.at);
      }
    }
  }
}

/** The attempt of its call that ended last before this one began. */
function lastEnded({ call, startedAt }: AttemptFact): AttemptFact | undefined {
  return attemptsOf(call)
    .filter(({ endedAt }) => endedAt < startedAt)
    .reduce<AttemptFact | undefined>(
      (last, one) => (last !== undefined && last.endedAt > one.endedAt ? last : one),
      undefined,
    );
}

/** Whether five that began one after the other have failed, without a minute between two of them. */
function hasFive(route: readonly Ordinary[]): boolean {
  let length = 0;
  let lastAt = 0;
  for (const { worth, attempt } of route) {
    if (worth === "says nothing") continue;
    if (worth === "failed") length = attempt.startedAt - lastAt > SILENCE_MS - LATE_MS ? 1 : length + 1;
    else length = 0;
    lastAt = attempt.endedAt;
    if (length >= 5) return true;
  }
  return false;
}

/** What an attempt says of its route, as the upstream side knows it. */
function worthOf(facts: Facts, attempt: AttemptFact): Worth {
  const { upstream, record, startedAt, endedAt, endedTurn } = attempt;
  const hadContent = readsOf(upstream).some(({ parts }) => parts.some((part) => isContent(part)));
  if (upstream === undefined || record === undefined) return "unclear";
  if (record.outcome === "stopped" || upstream.brokenAt !== undefined) return hadContent ? "well" : "says nothing";
  const failure = failureOf(attempt);
  if (isDeadConnection(attempt)) return "says nothing";
  if (failure !== undefined) {
    const { health } = RULES[failure.class];
    if (health === "neutral") return hadContent ? "well" : "says nothing";
    return health === "ok" ? "well" : "failed";
  }
  if (thrownBy(attempt) !== undefined || upstream.thrown?.turn === endedTurn) return "unclear";
  if (evidenceOf(upstream) !== undefined) return record.outcome === "answered" ? "well" : "unclear";
  if (upstream.done?.turn === endedTurn) return "failed";
  const waited = endedAt - startedAt;
  return hadContent || waited > ownLimit(facts, upstream.target) / 3 + LATE_MS ? "failed" : "unclear";
}
