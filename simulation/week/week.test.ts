import { beforeAll, expect, test } from "vitest";
import { complaintsOf } from "./expected.ts";
import { Fleet } from "./fleet.ts";
import { rowsOf, type Row, type Week } from "./numbers.ts";
import { drawWeek } from "./picture.ts";
import { PlainClient } from "./plain-client.ts";
import { isIn, LIMIT_MS, moment, type Trouble, type WeekPlan } from "./plan.ts";
import { play } from "./play.ts";

const OUTAGE: Trouble = { name: "outage", vendor: "primary", kind: "down", from: moment(0, 10), to: moment(0, 10, 40) };
/** From before the outage until its middle: every process has to find out alone. */
const STORE_FAILURE = { from: moment(0, 9, 58), refusesFrom: moment(0, 10, 3), to: moment(0, 10, 20) };

/** Part of a day with one outage, in which every process is replaced. */
function morningOf(seed: number, callsPerDay: number): WeekPlan {
  return {
    seed,
    callsPerDay,
    from: moment(0, 9, 30),
    to: moment(0, 11, 15),
    troubles: [OUTAGE],
    storeFailures: [STORE_FAILURE],
    deploys: [moment(0, 10, 30)],
  };
}

async function playBoth(plan: WeekPlan): Promise<Week> {
  return {
    plan,
    fleet: await play(plan, (stage) => new Fleet(stage)),
    plain: await play(plan, (stage) => new PlainClient(stage)),
  };
}

let week: Week;
let rows: readonly Row[];

beforeAll(async () => {
  week = await playBoth(morningOf(1, 40_000));
  rows = rowsOf(week);
});

function rowOf(name: string): Row {
  const row = rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`There is no row ${name}.`);
  return row;
}

test("a fleet fails no call while a backup is well, and nobody waits longer than a limit and an answer", () => {
  expect([...complaintsOf(week, rows)]).toEqual([]);
  expect(rowOf("all")).toMatchObject({ failed: 0 });
  expect(Math.max(...week.fleet.calls.map(({ firstMs = Infinity }) => firstMs))).toBeLessThan(LIMIT_MS + 5_000);
});

test("a primary that is down answers nobody, and is asked for its rows of failures and its probes alone", () => {
  const { calls, by, asked } = rowOf("outage");

  expect(calls).toBeGreaterThan(1_800);
  expect(by.primary).toBe(0);
  expect(asked).toBeGreaterThanOrEqual(30);
  expect(asked).toBeLessThanOrEqual(120);
});

test("calls are answered while the store hangs and refuses, and by processes that start in the outage", () => {
  const { calls, by, failed } = rowOf("store fails over");

  expect(calls).toBeGreaterThan(900);
  expect(by.primary + by.equivalent + by.budget).toBe(calls);
  expect(failed).toBe(0);
  expect(rowOf("deploys").failed).toBe(0);
});

test("the primary answers again once the longest opening is over", () => {
  // 300 s, and a quarter.
  const later = week.fleet.calls.filter((call) => isIn({ from: OUTAGE.to + 375_000, to: moment(0, 11, 15) }, call.at));

  expect(later.length).toBeGreaterThan(1_200);
  expect(later.filter(({ by }) => by === "primary").length).toBeGreaterThan(later.length * 0.98);
});

test("a client without a chain fails in the outage, after three requests for each call", () => {
  const { calls, plain } = rowOf("outage");

  expect(plain.failed).toBeGreaterThan(calls * 0.95);
  expect(plain.asked).toBeGreaterThan(calls * 2.9);
  // What stays is an answer that is cut, or a vendor that fails three times by chance.
  expect(rowOf("everything else").plain.failed).toBeLessThan(20);
});

test("the same seed plays the same morning, and another seed another one", async () => {
  const played = await Promise.all([7, 7, 8].map((seed) => playBoth(morningOf(seed, 4_000))));
  const [one, same, other] = played.map((day) => drawWeek(day, rowsOf(day)));

  expect(same).toBe(one);
  expect(other).not.toBe(one);
});

test("the picture says how much failed, and marks the event", () => {
  const picture = drawWeek(week, rows);

  expect(picture).toContain(
    `with the chain 0 failed, with the primary alone ${rowOf("all").plain.failed.toLocaleString("en-US")}.`,
  );
  expect(picture).toContain(">1 outage</text>");
  expect(picture).toContain(">store fails</text>");
  expect(picture).not.toMatch(/NaN|undefined|Infinity/);
});
