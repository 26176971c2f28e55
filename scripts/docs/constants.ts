import { readFileSync } from "node:fs";
import { join } from "node:path";

const CORE = join(import.meta.dirname, "../../packages/core/src");

/** The value of a constant that its module keeps to itself, such as `const WINDOW_MS = 60_000`. */
export function constant(file: string, name: string): number {
  const source = readFileSync(join(CORE, file), "utf8");
  const written = new RegExp(`^const ${name} = ([\\d_]+(?: \\* [\\d_]+)*)`, "m").exec(source)?.[1];
  if (written === undefined) throw new Error(`${file} has no constant ${name} with a number.`);
  return written
    .split(" * ")
    .map((factor) => Number(factor.replaceAll("_", "")))
    .reduce((product, factor) => product * factor);
}
