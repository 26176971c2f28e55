/**
 * Understudy as an application uses it. The packages are loaded when a driver asks for them, so that a wire whose
 * adapter is missing is left out and the others can still be measured.
 */
import { wires } from "../wires/index.ts";
import type { WireName } from "../wires/wire.ts";

export interface StreamEvent {
  readonly type: string;
  readonly text?: string;
}

export interface ChainStream extends AsyncIterable<StreamEvent> {
  textStream(): AsyncIterable<string>;
  toResponse(): Response;
}

export interface Chain {
  stream(prompt: string): Promise<ChainStream>;
  generate(prompt: string): Promise<{ readonly text: string }>;
}

/** What every adapter's factory takes. */
export interface TargetOptions {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly streaming?: "auto" | "never";
}

type CreateChain = (tiers: readonly unknown[], options: object) => Chain;
type Factory = (model: string, options: TargetOptions) => unknown;

const factories: Readonly<Record<WireName, () => Promise<Factory | undefined>>> = {
  anthropic: async () => Reflect.get(await import("@understudy/anthropic"), "anthropic"),
  "openai-responses": async () => Reflect.get(await import("@understudy/openai"), "openai"),
  "openai-chat": async () => Reflect.get(Object(Reflect.get(await import("@understudy/openai"), "openai")), "chat"),
  gemini: async () => Reflect.get(await import("@understudy/gemini"), "gemini"),
  deepseek: async () => Reflect.get(await import("@understudy/deepseek"), "deepseek"),
};

export interface ChainShape {
  /** One tier for each. */
  readonly baseURLs: readonly string[];
  readonly holdMs?: number;
  readonly streaming?: "auto" | "never";
}

/** A chain over one wire, or `undefined` when the wire has no adapter. */
export async function openChain(wire: WireName, shape: ChainShape): Promise<Chain | undefined> {
  const factory = await factories[wire]();
  const createChain: CreateChain | undefined = Reflect.get(await import("@understudy/core"), "createChain");
  if (factory === undefined || createChain === undefined) return undefined;
  const { baseURLs, holdMs, streaming } = shape;
  const tiers = baseURLs.map((baseURL, index) => ({
    name: `tier-${index + 1}`,
    target: factory(wires[wire].model, {
      apiKey: "bench",
      baseURL,
      ...(streaming === undefined ? {} : { streaming }),
    }),
  }));
  return createChain(tiers, holdMs === undefined ? {} : { holdMs });
}
