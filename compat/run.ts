/**
 * `pnpm compat`: the packed packages with the lowest version that they take of everything they work with, and with the
 * newest that there is; with compilers; installed by package managers. Prints one line for each version, and fails when one
 * within what we take does not work. What cannot be had on this machine is `unknown`.
 *
 * --only packages,typescript,managers   or single names, such as openai,npm; without it all, which takes some minutes
 * --write                               writes the tables of docs/compatibility.md whose rows were all tried
 */
import { parseArgs } from "node:util";
import { managersGroup } from "./managers.ts";
import { packagesGroup } from "./packages.ts";
import { writePage, type Tried } from "./page.ts";
import type { Group } from "./row.ts";
import { typescriptGroup } from "./typescript.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, write: { type: "boolean", default: false } } });
const groups: readonly Group[] = [packagesGroup(), typescriptGroup(), managersGroup()];
const only = values.only?.split(",") ?? groups.map(({ name }) => name);
const known = groups.flatMap(({ name, names }) => [name, ...names]);
const strangers = only.filter((name) => !known.includes(name));
if (strangers.length > 0) {
  process.stderr.write(`No ${strangers.join(", ")}; there are ${known.join(", ")}.\n`);
  process.exit(2);
}

const tried: Tried[] = [];
for (const group of groups) {
  const names = only.includes(group.name) ? group.names : group.names.filter((name) => only.includes(name));
  if (names.length === 0) continue;
  process.stdout.write(`${group.title}\n`);
  try {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: two cores
    for (const row of await group.rows(names)) {
      const startedAt = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- the same
      const outcome = await row.try();
      tried.push({ ...row, group: group.name, outcome });
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      const words = outcome.type === "ok" ? (outcome.note ?? "") : outcome.type === "unknown" ? outcome.why : "";
      const line = [row.name.padEnd(24), row.version.padEnd(9), row.place.padEnd(7), outcome.type.padEnd(7), words];
      process.stdout.write(`  ${line.join(" ").trimEnd()} (${seconds} s)\n`);
      if (outcome.type === "fails") process.stdout.write(`    ${outcome.how.replaceAll("\n", "\n    ")}\n`);
    }
  } finally {
    // oxlint-disable-next-line no-await-in-loop -- the same
    await group.close();
  }
}
const count = (type: Tried["outcome"]["type"]): number => tried.filter(({ outcome }) => outcome.type === type).length;
process.stdout.write(`${count("ok")} ok, ${count("fails")} fail, ${count("unknown")} unknown\n`);
const isWhole = ({ names }: Group): boolean => names.every((name) => tried.some((row) => row.name === name));
if (values.write)
  writePage(groups.filter(isWhole).map(({ name }) => [name, tried.filter((row) => row.group === name)]));
if (tried.some(({ outcome, place }) => outcome.type === "fails" && place !== "beyond")) process.exitCode = 1;
