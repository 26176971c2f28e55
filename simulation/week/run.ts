/** `pnpm week`: plays seven days of a fleet in virtual time, and prints what its users saw. */
import { readArguments } from "../read-arguments.ts";
import { complaintsOf } from "./expected.ts";
import { Fleet } from "./fleet.ts";
import { rowsOf } from "./numbers.ts";
import { writePage } from "./page.ts";
import { drawWeek } from "./picture.ts";
import { PlainClient } from "./plain-client.ts";
import { weekOf } from "./plan.ts";
import { play } from "./play.ts";
import { printed } from "./table.ts";

const USAGE = `pnpm week [--seed S] [--days D] [--calls-per-day N] [--write]

Plays D days (7) with N calls on a working day (20,000), and the same calls with the primary alone.
--write  brings docs/week.svg and the table of docs/operations.md up to date`;

const { values } = readArguments(USAGE, {
  seed: { type: "string", default: "1" },
  days: { type: "string", default: "7" },
  "calls-per-day": { type: "string", default: "20000" },
  write: { type: "boolean", default: false },
});

function count(name: "seed" | "days" | "calls-per-day", most: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0 && number <= most) return number;
  console.error(`--${name} must be a whole number from 1 to ${most}.\n\n${USAGE}`);
  return process.exit(2);
}

const plan = weekOf(count("seed", 2 ** 31), count("days", 7), count("calls-per-day", 1_000_000));
const begunAt = process.cpuUsage();
const fleet = await play(plan, (stage) => new Fleet(stage));
const plain = await play(plan, (stage) => new PlainClient(stage));
const { user, system } = process.cpuUsage(begunAt);
const week = { plan, fleet, plain };
const rows = rowsOf(week);
console.log(printed(rows));
console.log(`seed ${plan.seed}, ${((user + system) / 1e6).toFixed(0)} s of CPU`);
for (const complaint of complaintsOf(week, rows)) {
  console.log(`NOT AS EXPECTED: ${complaint}`);
  process.exitCode = 1;
}
if (values.write) writePage(drawWeek(week, rows), rows);
