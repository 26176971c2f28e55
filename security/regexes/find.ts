import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseSync } from "vite";

const ROOT: string = join(import.meta.dirname, "../..");

/** A regular expression in the sources of a package. */
export interface Found {
  /** File and line. */
  readonly place: string;
  readonly pattern: string;
  readonly flags: string;
}

/**
 * Files that make expressions of what they are given while they run, and why that is safe. All others make theirs while they are
 * loaded, where they are caught.
 */
const MADE_LATER: Readonly<Record<string, string>> = {
  "packages/ai-sdk/src/ai-sdk-target/urls.ts": "a copy of what the application's own provider says",
  "packages/core/src/adapter/schemas/modern-schema.ts":
    "of the application's schema, to see whether it is one; never run",
  "packages/core/src/adapter/options/google-cloud.ts": "literals of the same file, side by side",
  "packages/testing/src/conformance/requests/plain-cases.ts": "of the kit's own words",
  "packages/testing/src/simulators/anthropic/blocks.ts": "of the simulator's own words",
};

/** Every expression of the packages: the literals, by the syntax of the files, and those that are made of several texts. */
export async function findExpressions(): Promise<readonly Found[]> {
  const found: Found[] = [];
  const makers = new Set<string>();
  for (const file of globSync("packages/*/src/**/*.ts", { cwd: ROOT }).toSorted()) {
    if (file.endsWith(".test.ts")) continue;
    const source = readFileSync(join(ROOT, file), "utf8");
    const { program } = parseSync(file, source);
    visit(program, (node) => {
      const regex = node["regex"];
      if (isNode(regex)) {
        const line = source.slice(0, Number(node["start"])).split("\n").length;
        found.push({ place: `${file}:${line}`, pattern: String(regex["pattern"]), flags: String(regex["flags"]) });
      }
      const callee = node["callee"];
      if (isNode(callee) && callee["name"] === "RegExp") makers.add(file);
    });
  }
  for (const file of makers) {
    // oxlint-disable-next-line no-await-in-loop -- what is made belongs to the file that is being loaded
    const made = await madeBy(file);
    if (made.length === 0 && MADE_LATER[file] === undefined)
      throw new Error(`${file} makes expressions while it runs: say in MADE_LATER of what, and why that is safe.`);
    found.push(...made);
  }
  return found;
}

async function madeBy(file: string): Promise<readonly Found[]> {
  const made: Found[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct: (target, [pattern, flags]: ConstructorParameters<RegExpConstructor>) => {
      const expression = new target(pattern, flags);
      made.push({ place: `${file}:made`, pattern: expression.source, flags: expression.flags });
      return expression;
    },
  });
  try {
    // A copy of its own: loaded before, by another file, it would make nothing.
    await import(`${pathToFileURL(join(ROOT, file)).href}?made`);
  } finally {
    globalThis.RegExp = original;
  }
  return made;
}

function visit(value: unknown, see: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(value)) for (const one of value) visit(one, see);
  else if (isNode(value)) {
    see(value);
    for (const one of Object.values(value)) visit(one, see);
  }
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !(value instanceof RegExp);
}
