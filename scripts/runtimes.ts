/**
 * `pnpm runtimes [names]`: runs one program on the packed packages with every runtime and tool that they are said to work
 * with, and compares what it tells with the same on this Node. Fails when something differs that is not known to. What
 * cannot be installed on this machine is said and left out.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { installPacked } from "./packed/project.ts";
import { compare } from "./runtimes/compare.ts";
import { KNOWN } from "./runtimes/known.ts";
import type { Report } from "./runtimes/program.ts";
import { openStage } from "./runtimes/stage.ts";
import { SUBJECTS, type Subject } from "./runtimes/subjects.ts";
import { install, reportIn, starter, type Workshop } from "./runtimes/workshop.ts";

const FOLDER = join(import.meta.dirname, "runtimes");

const names = process.argv.slice(2);
const unknown = names.filter((name) => SUBJECTS.every((subject) => subject.name !== name));
if (unknown.length > 0) {
  console.error(`No ${unknown.join(", ")}; there are ${SUBJECTS.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
const chosen = names.length === 0 ? SUBJECTS : SUBJECTS.filter(({ name }) => names.includes(name));

const [project, stage] = await Promise.all([installPacked(), openStage()]);
const workshop: Omit<Workshop, "tools"> = { project, stage: stage.address, start: starter(project.folder) };
const left: string[] = [];
let failures = 0;
try {
  writeProgram(project.folder);
  const reference = reportIn(await workshop.start(process.execPath, ["main.mjs", JSON.stringify(stage.address)]));
  const broken = Object.entries(reference).filter(([, result]) => String(result).startsWith("threw"));
  if (broken.length > 0) throw new Error(`The reference itself fails: ${JSON.stringify(broken)}`);
  console.log(`Reference: ${Object.keys(reference).length} scenes on Node ${process.versions.node}\n`);
  // oxlint-disable-next-line no-await-in-loop -- beside another one, limits of time would strike
  for (const subject of chosen) failures += await tryOn(subject, reference);
} finally {
  project.remove();
  await stage.close();
}
for (const line of left) console.log(`\nNOT TRIED: ${line}`);
console.log(`\n${chosen.length - left.length} of ${SUBJECTS.length} tried, ${failures} with unknown differences`);
if (failures > 0) process.exitCode = 1;

/** Tries one subject and tells how it went; 1 when it went wrong. */
async function tryOn(subject: Subject, reference: Report): Promise<0 | 1> {
  let tools: string;
  try {
    tools = subject.packages.length === 0 ? "" : await install(subject.packages);
  } catch (error) {
    left.push(`${subject.name}: ${subject.packages.join(", ")} could not be installed here: ${firstLine(error)}`);
    return 0;
  }
  const startedAt = performance.now();
  try {
    const report = await subject.try({ ...workshop, tools });
    const { same, known, failing } = compare(report, reference, KNOWN[subject.name] ?? {});
    tell(subject, `${same} the same, ${known.length} known to differ, ${failing.length} FAILING`, startedAt);
    for (const line of failing) console.log(`  ${line.replaceAll("\n", "\n  ")}`);
    return failing.length === 0 && same > 0 ? 0 : 1;
  } catch (error) {
    tell(subject, "FAILS", startedAt);
    console.log(`  ${String(error)}`);
    return 1;
  }
}

function tell({ name, packages }: Subject, outcome: string, startedAt: number): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${name.padEnd(18)} ${outcome}, ${seconds} s (${packages[0] ?? "of this repository"})`);
}

function firstLine(error: unknown): string {
  return String(error).split("\n", 1)[0] ?? "";
}

/** The program as plain JavaScript, for runtimes that read nothing else. */
function writeProgram(folder: string): void {
  for (const name of ["program", "main", "worker", "jest-test"]) {
    const code = stripTypeScriptTypes(readFileSync(join(FOLDER, `${name}.ts`), "utf8"));
    writeFileSync(join(folder, `${name}.mjs`), code.replaceAll("./program.ts", "./program.mjs"));
  }
  copyFileSync(join(FOLDER, "start-worker.mjs"), join(folder, "start-worker.mjs"));
}
