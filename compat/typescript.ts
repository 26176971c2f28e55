import { installPacked, type Project } from "../scripts/packed/project.ts";
import { typeProblems } from "../scripts/runtimes/types.ts";
import { install } from "../scripts/runtimes/workshop.ts";
import { versionsOf } from "./registry-versions.ts";
import { outcomeOf, type Group, type Outcome, type Row } from "./row.ts";

/** The oldest major and minor version that is tried; of each later major version, the newest. */
const LOWEST = "5.9";

/** Compilers: strict, under every module resolution, with the types of all entries and of all that they depend on. */
export function typescriptGroup(): Group {
  let project: Promise<Project> | undefined;
  const name = "typescript";
  return {
    name,
    title: "TypeScript",
    names: [name],
    rows: async () => {
      const versions = await versionsOf(name).catch(outcomeOf);
      if ("type" in versions) return [{ name, version: "?", place: "lowest", try: async () => versions }];
      return tried(versions).map((version, at): Row => {
        const place = at === 0 ? "lowest" : "newest";
        return { name, version, place, try: () => tryOne(version, (project ??= installPacked())) };
      });
    },
    close: async () => (await project)?.remove(),
  };
}

/** From low to high. */
function tried(versions: readonly string[]): readonly string[] {
  const since = versions.slice(versions.findIndex((version) => version.startsWith(`${LOWEST}.`)));
  const byLine = new Map(since.map((version) => [version.split(".")[0] ?? "", version]));
  return [...byLine.values()];
}

async function tryOne(version: string, project: Promise<Project>): Promise<Outcome> {
  try {
    const tools = await install([`typescript@${version}`]);
    const report = await typeProblems(tools, await project);
    const wrong = Object.entries(report).filter(([, said]) => said !== "clean");
    if (wrong.length === 0) return { type: "ok" };
    return { type: "fails", how: wrong.map(([setting, said]) => `${setting}:\n${String(said)}`).join("\n") };
  } catch (error) {
    return outcomeOf(error);
  }
}
