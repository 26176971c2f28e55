import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { KnownModel } from "@understudy/core/adapter";

/** A model that an installed adapter knows. */
export interface InstalledModel extends KnownModel {
  readonly vendor: string;
}

const SCOPE = "@understudy";

/** Models of every adapter that is installed in a folder or above it, the nearest copy of each. */
export async function installedModels(from: string): Promise<readonly InstalledModel[]> {
  const found = new Map<string, string>();
  for (let folder = from; ; folder = dirname(folder)) {
    const scope = join(folder, "node_modules", SCOPE);
    for (const name of existsSync(scope) ? readdirSync(scope).toSorted() : []) {
      const entry = found.has(name) ? undefined : modelsEntry(join(scope, name));
      if (entry !== undefined) found.set(name, entry);
    }
    if (folder === dirname(folder)) break;
  }
  const lists = await Promise.all([...found].map(([vendor, entry]) => read(vendor, entry)));
  return lists.flat();
}

/** The file of a package's entry `/models`, if it has one. */
function modelsEntry(folder: string): string | undefined {
  try {
    const manifest: { readonly exports?: Readonly<Record<string, unknown>> } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    );
    const entry = manifest.exports?.["./models"];
    if (typeof entry !== "object" || entry === null) return undefined;
    // In its own repository a package may not be built.
    const files: readonly unknown[] = [Reflect.get(entry, "default"), Reflect.get(entry, "@understudy/source")];
    const paths = files.flatMap((file) => (typeof file === "string" ? join(folder, file) : []));
    return paths.find((path) => existsSync(path));
  } catch {
    return undefined;
  }
}

async function read(vendor: string, entry: string): Promise<readonly InstalledModel[]> {
  const module: { readonly models?: readonly KnownModel[] } = await import(pathToFileURL(entry).href);
  return (module.models ?? []).map((model) => ({ ...model, vendor }));
}
