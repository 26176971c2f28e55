import { memoryStore } from "@understudy/core/store";
import { Counts } from "../counts.ts";
import { Random } from "../random.ts";
import { heldMiB } from "../rest.ts";
import { marksOf } from "../size.ts";
import { CALLERS } from "./callers.ts";
import { Ledger } from "./ledger.ts";
import { fatefulTarget } from "./target.ts";
import { TurningClock } from "./turning-clock.ts";
import { briefVenue, makeVenues } from "./venues.ts";
import type { Venue } from "./venue.ts";

const AT_ONCE = 100;
const STEP_MS = 50;
/** Nothing under way takes longer to end once no call is: hostile adapters fail as late as this. */
const SETTLE_MS = 25_000;
/** So often a call has a chain of its own. */
const BRIEF_EVERY = 50;

/** What came of all calls. */
export interface Played {
  readonly clock: TurningClock;
  readonly ledger: Ledger;
  readonly venues: readonly Venue[];
  /** As the callers saw them. */
  readonly ends: Counts;
  /** As the chains told them. */
  readonly outcomes: Counts;
  /** Ends that nothing explains. */
  readonly wrong: readonly string[];
  /** Calls that told no end, or two. */
  readonly disorder: number;
  /** In MiB, at each mark. */
  readonly heaps: readonly number[];
}

export async function playCalls(calls: number, seed: number, signal: AbortSignal): Promise<Played> {
  const random = new Random(seed);
  const clock = new TurningClock();
  const ledger = new Ledger();
  const options = { clock, random: random.next, consumerIdleMs: 3_000 };
  const shared = { ...options, store: memoryStore(clock) };
  const target = (model: string) => fatefulTarget(model, random, ledger);
  const venues = makeVenues(target, options, shared);
  const [ends, outcomes] = [new Counts(), new Counts()];
  const wrong: string[] = [];
  const heaps: number[] = [];
  let [begun, disorder] = [0, 0];

  function settle(venue: Venue): void {
    outcomes.addAll(venue.outcomes);
    disorder += venue.disorder + venue.running;
  }

  async function call(number: number): Promise<void> {
    const brief = number % BRIEF_EVERY === 0 ? briefVenue(target, shared) : undefined;
    const venue = brief ?? venues[number % venues.length] ?? venues[0];
    const record = ledger.begin(number);
    const end = await random.draw(CALLERS).ask({ venue, clock, random, signal }, record);
    ledger.end(record);
    await brief?.chain.close();
    if (brief !== undefined) settle(brief);
    ends.add(end.type);
    if (end.type === "wrong") wrong.push(`${end.why} (call ${number})`);
  }

  for (const mark of marksOf(calls)) {
    const work = async (): Promise<void> => {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      while (begun < mark) await call(++begun);
    };
    // oxlint-disable no-await-in-loop -- one share after the other
    await clock.turnUntil(Promise.all(Array.from({ length: AT_ONCE }, work)), STEP_MS);
    await clock.turnUntil(clock.wait(SETTLE_MS), STEP_MS);
    heaps.push(await heldMiB());
    // oxlint-enable no-await-in-loop
  }
  for (const venue of venues) settle(venue);
  return { clock, ledger, venues, ends, outcomes, wrong, disorder, heaps };
}
