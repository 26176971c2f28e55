import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../scripts/packed/environment.ts";
import { released } from "./ranges.ts";

const run = promisify(execFile);

/** The released versions of a package, from low to high. Rejects where npm cannot be asked. */
export async function versionsOf(name: string): Promise<readonly string[]> {
  const { stdout } = await run("npm", ["view", name, "versions", "--json"], { env: ENVIRONMENT });
  const versions: unknown = JSON.parse(stdout);
  return released([versions].flat().map(String));
}
