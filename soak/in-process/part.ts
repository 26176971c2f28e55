/** Calls in one process, through chains of scripted targets, in virtual time. */
import { getEventListeners } from "node:events";
import { Complaints } from "../complaints.ts";
import { listed } from "../counts.ts";
import { Figures } from "../figures.ts";
import { leftOver, resources } from "../rest.ts";
import { Timers } from "../timers.ts";
import { FATES } from "./fates.ts";
import { playCalls } from "./play.ts";

/** Whatever a target has been through. */
const MOST_HEALTH_CHARACTERS = 400;
const MOST_GROWTH_MIB = 5;

export async function soakInProcess(calls: number, seed: number): Promise<Figures> {
  const figures = new Figures();
  using complaints = new Complaints();
  using timers = new Timers();
  const start = resources();
  const begunAt = performance.now();
  const { signal } = new AbortController();
  const { clock, ledger, venues, ends, outcomes, wrong, disorder, heaps } = await playCalls(calls, seed, signal);
  const seconds = (performance.now() - begunAt) / 1_000;
  const left = await leftOver(start, 0);

  figures.exactly("calls", ends.total, calls);
  figures.state("seconds", seconds);
  figures.state("calls per second", Math.round(calls / seconds));
  figures.state("hours of virtual time", clock.elapsedMs / 3_600_000);
  figures.state("upstream calls", ledger.asked);
  const faultShare = FATES.reduce((sum, { isFault, weight }) => sum + (isFault ? weight : 0), 0);
  const chance = 200 / Math.sqrt(ledger.asked);
  figures.atLeast("of them faults, %", (ledger.faults / ledger.asked) * 100, faultShare - chance);
  figures.exactly("kinds of them", ledger.played.kinds, new Set(FATES.map(({ name }) => name)).size);
  for (const end of ["answered", "failed", "timed out", "aborted", "left", "forgotten"])
    figures.state(end, ends.of(end));
  figures.exactly("ends that nothing explains", listed(wrong), "none");
  figures.exactly("events `end`", outcomes.total, calls);
  figures.exactly("calls without one, or with two", disorder, 0);
  figures.exactly("upstream calls of calls that were over", ledger.strays, 0);
  const sum = (of: "openings" | "probes" | "continuations"): number =>
    venues.reduce((total, venue) => total + venue[of], 0);
  figures.state("breakers that opened", sum("openings"));
  figures.state("probes", sum("probes"));
  figures.atLeast("attempts that were to go on with an answer", sum("continuations"), Math.floor(calls / 1_000));
  const health = venues.flatMap(({ chain }) => chain.snapshot()).map((target) => JSON.stringify(target).length);
  figures.atMost("health of a target, characters", Math.max(...health), MOST_HEALTH_CHARACTERS);
  figures.exactly("answers open upstream", ledger.open, 0);
  figures.exactly("listeners on the shared signal", getEventListeners(signal, "abort").length, 0);
  figures.exactly("timers of the chains", clock.running, 0);
  figures.exactly("timers of the process", timers.running, 0);
  figures.exactly("resources left", left, "nothing");
  figures.exactly("complaints of the runtime", complaints.all, "none");
  figures.heap(heaps, MOST_GROWTH_MIB);
  return figures;
}
