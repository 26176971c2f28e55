import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGES = join(import.meta.dirname, "../../packages");

/** What can be imported from the packages: `@understudy/core/adapter`, and its source. */
export function publicEntries(): readonly { readonly name: string; readonly file: string }[] {
  return readdirSync(PACKAGES)
    .toSorted()
    .flatMap((folder) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own manifests
      const manifest = JSON.parse(readFileSync(join(PACKAGES, folder, "package.json"), "utf8")) as {
        readonly name: string;
        readonly exports: Readonly<Record<string, string | { readonly "@understudy/source": string }>>;
      };
      return Object.entries(manifest.exports).flatMap(([entry, target]) =>
        typeof target === "string"
          ? []
          : [{ name: entry.replace(".", manifest.name), file: join(PACKAGES, folder, target["@understudy/source"]) }],
      );
    });
}
