import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = join(import.meta.dirname, "../../packages");

/** One thing that can be imported. */
export interface Exported {
  /** As it is imported, such as `@understudy/core/web`. */
  readonly entry: string;
  readonly name: string;
  readonly value: unknown;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly "@understudy/source"?: string } | string>>;
}

/** Everything that can be imported from the packages, types aside. */
export async function allExports(): Promise<readonly Exported[]> {
  const found: Exported[] = [];
  for (const folder of readdirSync(ROOT)) {
    const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
    for (const [path, target] of Object.entries(manifest.exports)) {
      const source = typeof target === "string" ? undefined : target["@understudy/source"];
      if (source === undefined) continue;
      const entry = `${manifest.name}${path.slice(1)}`;
      // oxlint-disable-next-line no-await-in-loop -- a dozen files
      const module: Record<string, unknown> = await import(pathToFileURL(join(ROOT, folder, source)).href);
      found.push(...Object.entries(module).map(([name, value]) => ({ entry, name, value })));
    }
  }
  return found;
}
