import { existsSync } from "node:fs";
import type { Driver } from "./driver.ts";

const FETCH = { transport: "fetch" } as const;
const NODE = { transport: "node" } as const;
const SDK = { transport: "sdk" } as const;

/** Drivers of this workspace by name. Each is loaded by the process that measures it, and no other. */
const own: Readonly<Record<string, () => Promise<Driver>>> = {
  bare: async () => (await import("./bare.ts")).bare,
  chain: async () => (await import("./chain.ts")).chainOf(3, FETCH),
  engine: async () => (await import("./chain.ts")).chainOf(3, { adapter: "plain" }),
  "engine-no-gate": async () => (await import("./chain.ts")).chainOf(3, { adapter: "plain", holdMs: 0 }),
  "chain-1": async () => (await import("./chain.ts")).chainOf(1, FETCH),
  "chain-10": async () => (await import("./chain.ts")).chainOf(10, FETCH),
  "chain-no-gate": async () => (await import("./chain.ts")).chainOf(3, { ...FETCH, holdMs: 0 }),
  "chain-whole": async () => (await import("./chain.ts")).chainOf(3, { ...FETCH, streaming: "never" }),
  "chain-node": async () => (await import("./chain.ts")).chainOf(3, NODE),
  "chain-node-no-gate": async () => (await import("./chain.ts")).chainOf(3, { ...NODE, holdMs: 0 }),
  "chain-node-whole": async () => (await import("./chain.ts")).chainOf(3, { ...NODE, streaming: "never" }),
  "chain-sdk": async () => (await import("./chain.ts")).chainOf(3, SDK),
  "chain-sdk-whole": async () => (await import("./chain.ts")).chainOf(3, { ...SDK, streaming: "never" }),
  "chain-text": async () => (await import("./chain.ts")).chainText,
  "chain-response": async () => (await import("./chain-response.ts")).chainResponse,
  "sdk-raw": async () => (await import("./sdk-raw.ts")).sdkRaw,
  "sdk-helper": async () => (await import("./sdk-helper.ts")).sdkHelper,
  "sdk-whole": async () => (await import("./sdk-answer.ts")).sdkWhole,
  "sdk-streamed": async () => (await import("./sdk-answer.ts")).sdkStreamed,
};

/** The AI SDK by itself and with a chain as its model. */
export const aiSdkNames: readonly string[] = ["ai-sdk", "ai-sdk-chain"];

/** Other libraries, and chains in them, installed apart from the workspace; each file exports its driver as `driver`. */
export const comparableNames: readonly string[] = [
  "ai-sdk-call",
  "google-genai",
  "ai-fallback",
  "ai-retry",
  "langchain",
];

const comparables = new URL("../comparables/", import.meta.url);

export function areComparablesInstalled(): boolean {
  return existsSync(new URL("node_modules", comparables));
}

export async function loadDriver(name: string): Promise<Driver> {
  const load = own[name];
  if (load !== undefined) return load();
  const known = [...aiSdkNames, ...comparableNames];
  if (!known.includes(name)) {
    throw new Error(`No driver "${name}". Known: ${[...Object.keys(own), ...known].join(", ")}`);
  }
  const module: { readonly driver: Driver } = await import(new URL(`drivers/${name}.ts`, comparables).href);
  return module.driver;
}
