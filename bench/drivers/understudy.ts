/** Understudy's chains as an application makes them. */
import { createChain, type Chain, type ChainOptions, type Target } from "@understudy/core";
import { wires } from "../wires/index.ts";
import type { WireName } from "../wires/wire.ts";
import { plainTarget } from "./plain-target.ts";

/** What the factories of all adapters take. */
interface TargetOptions {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly streaming?: "auto" | "never";
  readonly fetch?: typeof globalThis.fetch | undefined;
}

type Factory = (model: string, options: TargetOptions) => Target;

/** Loaded when a driver asks for them: an adapter that does not exist yet leaves its wire out and nothing else. */
const factories: Readonly<Record<WireName, () => Promise<Factory | undefined>>> = {
  anthropic: async () => Reflect.get(await import("@understudy/anthropic"), "anthropic"),
  "openai-responses": async () => Reflect.get(await import("@understudy/openai"), "openai"),
  "openai-chat": async () => Reflect.get(await import("@understudy/openai"), "openai")?.chat,
  gemini: async () => Reflect.get(await import("@understudy/gemini"), "gemini"),
  deepseek: async () => Reflect.get(await import("@understudy/deepseek"), "deepseek"),
  mistral: async () => Reflect.get(await import("@understudy/mistral"), "mistral"),
  xai: async () => Reflect.get(await import("@understudy/xai"), "xai"),
  bedrock: async () => Reflect.get(await import("@understudy/bedrock"), "bedrock"),
};

export interface ChainShape extends ChainOptions {
  /** One tier for each, named `tier-1`, `tier-2`, … */
  readonly baseURLs: readonly string[];
  /** `plain`: a reader without checks in the place of the vendor's adapter. Default `vendor`. */
  readonly adapter?: "vendor" | "plain";
  readonly streaming?: "auto" | "never";
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A chain over one wire; `undefined` when the wire has no adapter. */
export async function openChain(wire: WireName, shape: ChainShape): Promise<Chain | undefined> {
  const { baseURLs, adapter = "vendor", streaming = "auto", fetch, ...options } = shape;
  const factory = adapter === "plain" ? plainTarget(wire) : await factories[wire]();
  if (factory === undefined) return undefined;
  return createChain(
    baseURLs.map((baseURL, index) => ({
      name: `tier-${index + 1}`,
      target: factory(wires[wire].model, { apiKey: "bench", baseURL, streaming, fetch }),
    })),
    options,
  );
}
