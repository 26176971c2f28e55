import { seededRandom } from "@understudy/testing/rehearse";
import { DAY, HOUR, type WeekPlan } from "./plan.ts";

/** How busy each hour of a day is, beside the others. */
const HOURS = [
  0.25, 0.18, 0.14, 0.12, 0.14, 0.25, 0.5, 0.9, 1.4, 1.75, 1.9, 1.85, 1.6, 1.75, 1.85, 1.8, 1.65, 1.45, 1.25, 1.1, 0.95,
  0.8, 0.6, 0.4,
];
const SUM = HOURS.reduce((sum, weight) => sum + weight, 0);
const WEEKEND = 0.45;

/** Calls in a millisecond, about this moment. */
function rateAt(at: number, callsPerDay: number): number {
  const hour = (at % DAY) / HOUR;
  const whole = Math.floor(hour);
  const [before = 0, after = 0] = [HOURS[whole], HOURS[(whole + 1) % 24]];
  const weight = before + (after - before) * (hour - whole);
  const day = Math.floor(at / DAY) % 7;
  return ((day >= 5 ? WEEKEND : 1) * callsPerDay * weight) / SUM / HOUR;
}

/** When each call begins. */
export function* arrivals({ seed, from, to, callsPerDay }: WeekPlan): Generator<number, undefined> {
  const random = seededRandom(seed);
  for (let at = from; ;) {
    at -= Math.log(1 - random()) / rateAt(at, callsPerDay);
    if (at >= to) return undefined;
    yield at;
  }
}
