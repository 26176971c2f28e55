/** Imports and requires everything that packages export, in the project that has them; what did not work. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../packed/project.ts";
import { readManifest } from "./inspect.ts";

const PROGRAM = `
const entries = JSON.parse(process.argv[2]);
const problems = [];
for (const entry of entries) {
  try {
    const names = Object.keys(await load(entry));
    if (names.length === 0) problems.push(entry + " exports nothing");
  } catch (error) {
    problems.push(entry + ": " + error);
  }
}
console.log(JSON.stringify(problems));
`;

/** The names under which others import what a package has. */
export function entriesOf(project: Project, name: string): readonly string[] {
  const { exports = {} } = readManifest(join(project.folder, "node_modules/@understudy", name));
  return Object.keys(exports)
    .filter((entry) => !entry.endsWith(".json"))
    .map((entry) => `@understudy/${name}${entry.slice(1)}`);
}

export async function entryProblems(project: Project, entries: readonly string[]): Promise<readonly string[]> {
  const asModule = `const load = (entry) => import(entry);\n${PROGRAM}`;
  const asCommonJS = `const load = async (entry) => require(entry);\n(async () => {${PROGRAM}})();`;
  writeFileSync(join(project.folder, "entries.mjs"), asModule);
  writeFileSync(join(project.folder, "entries.cjs"), asCommonJS);
  const problems: string[] = [];
  for (const program of ["entries.mjs", "entries.cjs"]) {
    // oxlint-disable-next-line no-await-in-loop -- two short programs
    const found: readonly string[] = JSON.parse(await project.node(program, JSON.stringify(entries)));
    problems.push(...found.map((problem) => `${program}: ${problem}`));
  }
  return problems;
}
