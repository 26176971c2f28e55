import type { Clock } from "@understudy/core";
import { VirtualClock } from "@understudy/testing/rehearse";
import { arrivals } from "./load.ts";
import type { VendorName, WeekPlan } from "./plan.ts";
import { Vendor } from "./vendor.ts";

/** Monday, 5 January 2026. */
const MONDAY = Date.UTC(2026, 0, 5);

/** What one user saw. */
export interface Seen {
  /** The tier that answered; undefined: the call failed. */
  readonly by: string | undefined;
  /** Milliseconds to the first words. */
  readonly firstMs: number | undefined;
  /** Shown text became void, and the answer began again. */
  readonly hadSeam: boolean;
}

export interface Call extends Seen {
  readonly at: number;
}

export interface Stage {
  readonly plan: WeekPlan;
  readonly clock: Clock;
  readonly vendors: Readonly<Record<VendorName, Vendor>>;
}

/** Who answers the users of a week. */
export interface Side {
  ask(call: number, since: () => number): Promise<Seen>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

export interface Played {
  readonly calls: readonly Call[];
  /** When each vendor was asked. */
  readonly asked: Readonly<Record<VendorName, readonly number[]>>;
}

/** Plays the plan once, in virtual time. */
export async function play(plan: WeekPlan, makeSide: (stage: Stage) => Side): Promise<Played> {
  const time = new VirtualClock({ wallStart: MONDAY });
  // Nobody asks in which context something happens: a third of the time is saved.
  const clock: Clock = {
    now: () => time.now(),
    wallNow: () => time.wallNow(),
    setTimeout: (callback, ms) => time.schedule(ms, callback),
    clearTimeout: (timer) => time.clearTimeout(timer),
  };
  const vendor = (name: VendorName): Vendor => new Vendor(name, plan, () => time.elapsed);
  const vendors = { primary: vendor("primary"), equivalent: vendor("equivalent"), budget: vendor("budget") };
  const side = makeSide({ plan, clock, vendors });
  const calls: Call[] = [];
  const coming = arrivals(plan);
  const broken: unknown[] = [];
  let [begun, over, isLast] = [0, 0, false];

  const ask = async (number: number, at: number): Promise<void> => {
    try {
      calls[number] = { at, ...(await side.ask(number, () => time.elapsed - at)) };
    } catch (error) {
      broken.push(error);
    }
    over++;
  };
  const next = (): void => {
    const { value: at } = coming.next();
    if (at === undefined) {
      isLast = true;
      return;
    }
    time.schedule(at - time.elapsed, () => {
      void ask(begun++, at);
      next();
    });
  };

  next();
  const isOver = await time.run(() => broken.length > 0 || (isLast && over === begun));
  if (broken.length > 0) throw broken[0];
  if (!isOver) throw new Error(`${begun - over} of ${begun} calls never end.`);
  await time.finish(side.close());
  const { primary, equivalent, budget } = vendors;
  return { calls, asked: { primary: primary.askedAt, equivalent: equivalent.askedAt, budget: budget.askedAt } };
}
