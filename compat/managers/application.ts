import { globSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import type { Shop } from "./shop.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Fails unless each package of ours finds the same copy of core as the application. */
const COPIES = `
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";

const find = createRequire(import.meta.url).resolve;
const copies = OURS.map((name) => realpathSync(createRequire(find(name + "/package.json")).resolve("@understudy/core")));
if (new Set(copies).size !== 1) throw new Error("There are " + new Set(copies).size + " copies of core: " + copies.join());
`;

/** The names that the READMEs of our packages say to install, ours and others'. */
export function installed(): readonly string[] {
  const pages = globSync("packages/*/README.md", { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), "utf8"));
  const lines = pages.flatMap((page) => [...page.matchAll(/^npm install (.+)$/gm)].map(([, names = ""]) => names));
  const names = lines.flatMap((line) => line.split(" ")).filter((name) => !name.startsWith("-"));
  return [...new Set([...names, "@understudy/testing"])].toSorted();
}

/** Writes an application into a folder and says where it is. */
export function writeApplication(folder: string, { settings, packages }: Shop): string {
  const dependencies = Object.fromEntries(installed().map((name) => [name, "latest"]));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      name: "application",
      version: "1.0.0",
      private: true,
      type: "module",
      license: "MIT",
      dependencies,
    }),
  );
  writeFileSync(join(folder, ".npmrc"), settings);
  // Without one, yarn looks for its project further up.
  writeFileSync(join(folder, "yarn.lock"), "");
  const program = stripTypeScriptTypes(readFileSync(join(ROOT, "scripts/packed/program.ts"), "utf8"));
  writeFileSync(join(folder, "program.mjs"), program);
  const ours = `const OURS = ${JSON.stringify(packages)};`;
  writeFileSync(join(folder, "application.mjs"), `${ours}\n${COPIES}\nawait import("./program.mjs");\n`);
  return folder;
}
