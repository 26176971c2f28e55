/** Calls in one process, through chains of scripted targets, in virtual time. */
import { getEventListeners } from "node:events";
import { Complaints } from "../complaints.ts";
import { Figures } from "../figures.ts";
import { Random } from "../random.ts";
import { heldMiB, leftOver, resources } from "../rest.ts";
import { limitsFor, marksOf } from "../size.ts";
import { Timers } from "../timers.ts";
import { CALLERS } from "./callers.ts";
import { FATES } from "./fates.ts";
import { Ledger } from "./ledger.ts";
import { fatefulTarget } from "./target.ts";
import { TurningClock } from "./turning-clock.ts";
import { briefVenue, makeVenues } from "./venues.ts";
import type { Venue } from "./venue.ts";

const AT_ONCE = 100;
const STEP_MS = 50;
/** Nothing under way takes longer to end once no call is: hostile adapters fail as late as this. */
const SETTLE_MS = 25_000;

export async function soakInProcess(calls: number, seed: number): Promise<Figures> {
  const figures = new Figures();
  using complaints = new Complaints();
  using timers = new Timers();
  const start = resources();
  const begunAt = performance.now();
  const random = new Random(seed);
  const clock = new TurningClock();
  const ledger = new Ledger();
  const options = { clock, random: random.next, consumerIdleMs: 3_000 };
  const target = (model: string) => fatefulTarget(model, random, ledger);
  const venues = makeVenues(target, options);
  const { signal } = new AbortController();
  const ends = new Map<string, number>();
  const wrong = new Set<string>();
  const outcomes = new Map<string, number>();
  let [begun, disorder, unended] = [0, 0, 0];

  function settle(venue: Venue): void {
    for (const [outcome, count] of venue.outcomes) add(outcomes, outcome, count);
    disorder += venue.disorder;
    unended += venue.running;
  }

  async function call(number: number): Promise<void> {
    const brief = number % 50 === 0 ? briefVenue(target, options) : undefined;
    const venue = brief ?? venues[number % venues.length] ?? venues[0];
    const record = ledger.begin(number);
    const end = await random.draw(CALLERS).ask({ venue, clock, random, signal }, record);
    ledger.end(record);
    await brief?.chain.close();
    if (brief !== undefined) settle(brief);
    add(ends, end.type, 1);
    if (end.type === "wrong") wrong.add(`${end.why} (call ${number})`);
  }

  async function many(until: number): Promise<void> {
    const work = async (): Promise<void> => {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      while (begun < until) await call(++begun);
    };
    await clock.turnUntil(Promise.all(Array.from({ length: AT_ONCE }, work)), STEP_MS);
    await clock.turnUntil(clock.wait(SETTLE_MS), STEP_MS);
  }

  const heaps: number[] = [];
  for (const mark of marksOf(calls)) {
    // oxlint-disable no-await-in-loop -- one share after the other
    await many(mark);
    heaps.push(await heldMiB());
    // oxlint-enable no-await-in-loop
  }
  const seconds = (performance.now() - begunAt) / 1_000;
  for (const venue of venues) settle(venue);
  const [first = 0] = heaps;
  const faultShare = FATES.reduce((sum, { isFault, weight }) => sum + (isFault ? weight : 0), 0);
  const count = (end: string): number => ends.get(end) ?? 0;

  figures.exactly(
    "calls",
    [...ends.values()].reduce((sum, one) => sum + one, 0),
    calls,
  );
  figures.state("seconds", seconds);
  figures.state("calls per second", Math.round(calls / seconds));
  figures.state("hours of virtual time", clock.elapsedMs / 3_600_000);
  figures.state("upstream calls", ledger.asked);
  figures.atLeast(
    "of them faults, %",
    (ledger.faults / ledger.asked) * 100,
    faultShare - 200 / Math.sqrt(ledger.asked),
  );
  figures.exactly("kinds of upstream calls played", ledger.played.size, new Set(FATES.map(({ name }) => name)).size);
  for (const end of ["answered", "failed", "timed out", "aborted", "left", "forgotten"]) figures.state(end, count(end));
  figures.exactly("ends that nothing explains", [...wrong].slice(0, 5).join("; ") || "none", "none");
  figures.exactly(
    "events `end`",
    [...outcomes.values()].reduce((sum, one) => sum + one, 0),
    calls,
  );
  figures.exactly("calls without `end`, or with two", unended + disorder, 0);
  figures.exactly("upstream calls of calls that were over", ledger.strays, 0);
  figures.exactly("answers open upstream", ledger.open, 0);
  figures.exactly("listeners on the shared signal", getEventListeners(signal, "abort").length, 0);
  figures.exactly("timers of the chains", clock.running, 0);
  figures.exactly("timers of the process", timers.running, 0);
  figures.exactly("resources left", await leftOver(start, 0), "nothing");
  figures.exactly("complaints of the runtime", complaints.all, "none");
  figures.state("heap after each tenth, MiB", heaps.map((mib) => mib.toFixed(1)).join(" "));
  figures.atMost("growth of the heap from 10 % on, MiB", Math.max(...heaps) - first, limitsFor(calls).growthMiB);
  return figures;
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
