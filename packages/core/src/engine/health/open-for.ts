import type { Breaker } from "./breaker.ts";

/** One opening that is heard of again on the way through a store ends this much later at most. */
const ECHO_MS = 1_000;

/** Others found the route sick. A probe of one's own that is under way decides by itself. */
export function openFor(breaker: Breaker, openMs: number, now: number): void {
  const { state } = breaker;
  const dueAt = breaker.dueAt();
  if (state === "half-open" && dueAt > now) return;
  const until = now + openMs;
  if (state === "open" && dueAt + ECHO_MS >= until) return;
  // The end of an opening was waited out, and others probed: one more. Else it is the same outage, known for longer.
  breaker.openUntil(until, now, state !== "open" || dueAt <= now + ECHO_MS);
}
