import type { FinishReason } from "@understudy/core";
import type { Conventions } from "./options.ts";

/** Under which name the package asks providers for a tracer and a meter. */
export const SCOPE = "@understudy/otel";

/** What the names of the two conventions are. */
export interface Names {
  readonly schemaUrl: string;
  /** Attribute of a span. */
  readonly cacheWrite: string;
  /** Histograms of attempts, in seconds. */
  readonly duration: string;
  readonly firstChunk: string;
}

export const NAMES: Readonly<Record<Conventions, Names>> = {
  "1.41": {
    schemaUrl: "https://opentelemetry.io/schemas/1.41.0",
    cacheWrite: "gen_ai.usage.cache_creation.input_tokens",
    duration: "gen_ai.client.operation.duration",
    firstChunk: "gen_ai.client.operation.time_to_first_chunk",
  },
  latest: {
    schemaUrl: "https://opentelemetry.io/schemas/gen-ai/1.42.0",
    cacheWrite: "gen_ai.usage.cache_write.input_tokens",
    duration: "gen_ai.client.inference.duration",
    firstChunk: "gen_ai.client.inference.time_to_first_chunk",
  },
};

/** Vendors whose names are others in the conventions. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["gemini", "gcp.gemini"],
  ["vertex", "gcp.vertex_ai"],
  ["bedrock", "aws.bedrock"],
  ["azure", "azure.ai.openai"],
  ["mistral", "mistral_ai"],
  ["xai", "x_ai"],
]);

/** Clouds that serve a vendor's models in the vendor's own format: theirs is the service, and the bill. */
const CLOUDS: readonly (readonly [host: RegExp, vendor: string, provider: string])[] = [
  [/(?:^|[.-])aiplatform\./, "gemini", "gcp.vertex_ai"],
  [/(?:^|[.-])aiplatform\./, "anthropic", "gcp.vertex_ai"],
  [/\.openai\.azure\.com(?::|$)/, "openai", "azure.ai.openai"],
];

export function providerOf(vendor: string, endpoint: string): string {
  const cloud = CLOUDS.find(([host, of]) => of === vendor && host.test(endpoint));
  return cloud?.[2] ?? PROVIDERS.get(vendor) ?? vendor;
}

export function operationOf(provider: string, vendor: string): string {
  const isGoogle = provider === "gcp.gemini" || provider === "gcp.vertex_ai";
  return isGoogle && vendor !== "anthropic" ? "generate_content" : "chat";
}

const FINISH_REASONS: Readonly<Partial<Record<FinishReason, string>>> = {
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
};

/** Words of ours that the conventions do not have stay as they are. */
export function finishReasonOf(reason: FinishReason): string {
  return FINISH_REASONS[reason] ?? reason;
}

const HTTPS = 443;
const HOST = /^(?<address>\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+)*)(?::(?<port>\d{1,5}))?$/i;

export interface Server {
  readonly "server.address"?: string;
  readonly "server.port"?: number;
}

/** Host and port of an endpoint; nothing of one that is only a label, such as a region. */
export function serverOf(endpoint: string): Server {
  const { address, port } = HOST.exec(endpoint)?.groups ?? {};
  if (address === undefined) return {};
  const isHost = /[.:]/.test(address) || port !== undefined || address === "localhost";
  return isHost ? { "server.address": address, "server.port": port === undefined ? HTTPS : Number(port) } : {};
}
