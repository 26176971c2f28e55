import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../scripts/packed/environment.ts";
import { released } from "./ranges.ts";

const run = promisify(execFile);

/** The released versions of a package, from low to high. Rejects where npm cannot be asked. */
export async function versionsOf(name: string): Promise<readonly string[]> {
  return released([await ask(name, "versions")].flat().map(String));
}

/** The version of another package that one depends on. */
export async function dependencyOf(name: string, version: string, other: string): Promise<string> {
  return String(Object(await ask(`${name}@${version}`, "dependencies"))[other]);
}

async function ask(name: string, field: string): Promise<unknown> {
  const { stdout } = await run("npm", ["view", name, field, "--json"], { env: ENVIRONMENT });
  return JSON.parse(stdout);
}
