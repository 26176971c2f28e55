/**
 * `pnpm security`: attacks on every way to a vendor, and a look for canaries wherever something of a call can be seen; every
 * regular expression on what it is slowest at; everything public with what nobody should give it. Prints the table, and fails
 * when anything is not as it should be.
 *
 * --runs N (200): cases for each function  --seed S (of the clock)  --short (what the check plays)
 * --only table|regexes|fuzz|supply  --write (the table into docs/security.md)
 */
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz/play.ts";
import { writeTable } from "./page.ts";
import { tryExpressions } from "./regexes/try.ts";
import { supplyFaults } from "./supply.ts";
import { drawTable } from "./table/draw.ts";
import { ROWS } from "./table/rows.ts";
import { playInChild } from "./table/run.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    short: { type: "boolean", default: false },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const form = values.short ? "short" : "whole";
const faults: string[] = [];
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const wants = (part: string): boolean => values.only === undefined || values.only === part;

if (wants("table")) {
  const { cells, hasRedis, faults: ofProcess } = await playInChild(form);
  faults.push(...ofProcess, ...cells.flatMap((cell) => cell.faults.map((fault) => `${cell.row}: ${fault}`)));
  const table = drawTable(ROWS, cells);
  print(`${table}\n`);
  if (!hasRedis) print("SKIPPED: neither redis-server nor valkey-server is here, so the column Redis is empty.\n");
  if (values.write && faults.length === 0 && hasRedis && form === "whole") writeTable(table);
}
if (wants("regexes")) {
  const { expressions, slowest, faults: found } = await tryExpressions(form);
  print(`${expressions} regular expressions; the slowest takes ${slowest.ms} ms (${slowest.place})`);
  faults.push(...found);
}
if (wants("supply")) {
  const found = await supplyFaults();
  print(
    `imports: ${found.length === 0 ? "nothing of others is loaded, nothing is changed, nothing stays open" : "see below"}`,
  );
  faults.push(...found);
}
if (wants("fuzz")) {
  const {
    functions,
    cases,
    outcomes,
    faults: found,
  } = await fuzz({ runs: Number(values.runs), seed: Number(values.seed) });
  print(`${functions} functions, ${cases} cases, seed ${values.seed}`);
  for (const [name, count] of [...outcomes].toSorted(([, one], [, other]) => other - one)) print(`  ${count} ${name}`);
  faults.push(...found);
}
print(`${faults.length} faults`);
for (const fault of new Set(faults)) print(fault);
// Servers and stores of the fuzz may still be at work.
process.exit(faults.length > 0 ? 1 : 0);
