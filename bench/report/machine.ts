import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";

/** What a reader must know to place the figures. */
export interface Machine {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly versions: Readonly<Record<string, string>>;
}

const measured = ["openai", "@anthropic-ai/sdk", "@google/generative-ai", "eventsource-parser"];

/** Some packages do not export their manifest, so it is read from the folder that the resolver finds. */
function installedVersion(name: string): string {
  const resolved = createRequire(import.meta.url).resolve(name);
  const root = resolved.slice(0, resolved.lastIndexOf(`node_modules/${name}/`) + `node_modules/${name}/`.length);
  const manifest: { readonly version: string } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  return manifest.version;
}

function comparableVersions(): Readonly<Record<string, string>> {
  const path = new URL("../comparables/package.json", import.meta.url);
  const manifest: { readonly dependencies: Record<string, string> } = JSON.parse(readFileSync(path, "utf8"));
  return manifest.dependencies;
}

export function describeMachine(withComparables: boolean): Machine {
  const processors = cpus();
  return {
    node: process.version,
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    versions: {
      ...Object.fromEntries(measured.map((name) => [name, installedVersion(name)])),
      ...(withComparables ? comparableVersions() : {}),
    },
  };
}
