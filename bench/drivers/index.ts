import { existsSync } from "node:fs";
import type { Driver } from "./driver.ts";

/** Drivers of this workspace by name. Each is loaded by the process that measures it, and no other. */
const own: Readonly<Record<string, () => Promise<Driver>>> = {
  bare: async () => (await import("./bare.ts")).bare,
  chain: async () => (await import("./chain.ts")).chainOf(3),
  engine: async () => (await import("./chain.ts")).chainOf(3, { adapter: "plain" }),
  "engine-no-gate": async () => (await import("./chain.ts")).chainOf(3, { adapter: "plain", holdMs: 0 }),
  "chain-1": async () => (await import("./chain.ts")).chainOf(1),
  "chain-10": async () => (await import("./chain.ts")).chainOf(10),
  "chain-no-gate": async () => (await import("./chain.ts")).chainOf(3, { holdMs: 0 }),
  "chain-whole": async () => (await import("./chain.ts")).chainOf(3, { streaming: "never" }),
  "chain-node": async () => (await import("./chain.ts")).chainOf(3, { transport: "node" }),
  "chain-node-whole": async () => (await import("./chain.ts")).chainOf(3, { transport: "node", streaming: "never" }),
  "chain-text": async () => (await import("./chain.ts")).chainText,
  "chain-response": async () => (await import("./chain-response.ts")).chainResponse,
  "sdk-raw": async () => (await import("./sdk-raw.ts")).sdkRaw,
  "sdk-helper": async () => (await import("./sdk-helper.ts")).sdkHelper,
  "sdk-whole": async () => (await import("./sdk-answer.ts")).sdkWhole,
  "sdk-streamed": async () => (await import("./sdk-answer.ts")).sdkStreamed,
};

/** Other libraries, and chains in them, installed apart from the workspace; each file exports its driver as `driver`. */
export const comparableNames = [
  "google-genai",
  "ai-sdk",
  "ai-sdk-chain",
  "ai-sdk-call",
  "ai-fallback",
  "ai-retry",
  "langchain",
] as const;

const comparables = new URL("../comparables/", import.meta.url);

export function areComparablesInstalled(): boolean {
  return existsSync(new URL("node_modules", comparables));
}

export async function loadDriver(name: string): Promise<Driver> {
  const load = own[name];
  if (load !== undefined) return load();
  if (!comparableNames.some((known) => known === name)) {
    throw new Error(`No driver "${name}". Known: ${[...Object.keys(own), ...comparableNames].join(", ")}`);
  }
  const module: { readonly driver: Driver } = await import(new URL(`drivers/${name}.ts`, comparables).href);
  return module.driver;
}
