import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { listEntry } from "./listing.ts";

const ROOT = join(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const run = promisify(execFile);

export interface Listing {
  readonly path: string;
  readonly text: string;
}

/** The public API of all packages, or some of them, from the declarations that its users get. */
export function apiListings(names: readonly string[] = packageNames()): Promise<readonly Listing[]> {
  return Promise.all(names.map((name) => listPackage(join(ROOT, "packages", name))));
}

function packageNames(): readonly string[] {
  return readdirSync(join(ROOT, "packages")).toSorted();
}

async function listPackage(folder: string): Promise<Listing> {
  const emitted = mkdtempSync(join(tmpdir(), "understudy-api-"));
  try {
    const options = ["--noCheck", "--emitDeclarationOnly", "--declarationMap", "false", "--sourceMap", "false"];
    await run(process.execPath, [TSC, "-p", join(folder, "tsconfig.build.json"), ...options, "--outDir", emitted]);
    const { name, entries } = readManifest(folder);
    const sections = entries.map(({ entry, types }) => {
      const file = types.replace("./dist/", "");
      return `# ${entry.replace(".", name)}\n\n${listEntry(emitted, file)}`;
    });
    return { path: join(folder, "api.txt"), text: `${sections.join("\n\n\n")}\n` };
  } finally {
    rmSync(emitted, { recursive: true });
  }
}

function readManifest(folder: string): { name: string; entries: { entry: string; types: string }[] } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own manifests
  const { name, exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    name: string;
    exports: Record<string, string | { types: string }>;
  };
  const entries = Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === "string" ? [] : [{ entry, types: target.types }],
  );
  return { name, entries };
}
