/** Understudy's chains as an application makes them. */
import { createChain, type Chain, type ChainOptions, type Target } from "@understudy/core";
import { wires } from "../wires/index.ts";
import type { WireName } from "../wires/wire.ts";

/** What the factories of all adapters take. */
interface TargetOptions {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly streaming?: "auto" | "never";
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly transport?: Transport | undefined;
}

type Transport = "fetch" | "node";
type Factory = (model: string, options: TargetOptions) => Target;

/** Loaded when a driver asks for them: an adapter that does not exist yet leaves its wire out and nothing else. */
export const factories: Readonly<Record<WireName, () => Promise<Factory | undefined>>> = {
  anthropic: async () => Reflect.get(await import("@understudy/anthropic"), "anthropic"),
  "openai-responses": async () => Reflect.get(await import("@understudy/openai"), "openai"),
  "openai-chat": async () => Reflect.get(await import("@understudy/openai"), "openai")?.chat,
  gemini: async () => Reflect.get(await import("@understudy/gemini"), "gemini"),
  deepseek: async () => Reflect.get(await import("@understudy/deepseek"), "deepseek"),
  mistral: async () => Reflect.get(await import("@understudy/mistral"), "mistral"),
  xai: async () => Reflect.get(await import("@understudy/xai"), "xai"),
  bedrock: async () => Reflect.get(await import("@understudy/bedrock"), "bedrock"),
};

/** Wires whose adapters make their requests through the vendor's SDK where nothing else is chosen. */
const OVER_SDK: readonly WireName[] = ["anthropic", "openai-responses", "openai-chat"];

export function usesSdk(wire: WireName): boolean {
  return OVER_SDK.includes(wire);
}

export interface ChainShape extends Omit<ChainOptions, "transport"> {
  /** One tier for each, named `tier-1`, `tier-2`, … */
  readonly baseURLs: readonly string[];
  /** `plain`: a reader without checks in the place of the vendor's adapter. Default `vendor`. */
  readonly adapter?: "vendor" | "plain";
  readonly streaming?: "auto" | "never";
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** `sdk`: leaves wires out whose adapters need none. Default: what the adapter chooses. */
  readonly transport?: Transport | "sdk";
}

/** A chain over one wire; `undefined` when the wire has no adapter, or not over that transport. */
export async function openChain(wire: WireName, shape: ChainShape): Promise<Chain | undefined> {
  const { baseURLs, adapter = "vendor", streaming = "auto", fetch, transport: asked, ...options } = shape;
  if (asked === "sdk" && !usesSdk(wire)) return undefined;
  const transport = asked === "sdk" ? undefined : asked;
  const factory = adapter === "plain" ? await plainFactory(wire) : await factories[wire]();
  if (factory === undefined) return undefined;
  return createChain(
    baseURLs.map((baseURL, index) => ({
      name: `tier-${index + 1}`,
      target: factory(wires[wire].model, { apiKey: "bench", baseURL, streaming, fetch, transport }),
    })),
    options,
  );
}

/** Loaded only where it is used: it brings a parser with it, which the first call of a process has to load itself. */
async function plainFactory(wire: WireName): Promise<Factory> {
  return (await import("./plain-target.ts")).plainTarget(wire);
}
