import type { AnthropicModel } from "./models.ts";

/** Where a model is asked for: Anthropic's own host or that of a cloud. */
export interface Place {
  readonly host: string;
  /** The version of the API that the target's own headers name. */
  readonly version?: string | undefined;
}

const BEDROCK_RUNTIME = /(?:^|\.)bedrock-runtime(?:-fips)?\.[\w.-]+\.amazonaws\.com(?:\.cn)?(?::\d+)?$/;
const BEDROCK_MANTLE = /^bedrock-mantle\.[\w-]+\.api\.aws(?::\d+)?$/;
const GOOGLE = /(?:^|-)aiplatform(?:\.\w+\.rep)?\.googleapis\.com(?::\d+)?$/;

/** Whether Amazon serves it from Bedrock, through its runtime or under Anthropic's own API. */
export function isBedrock({ host }: Place): boolean {
  return BEDROCK_RUNTIME.test(host) || BEDROCK_MANTLE.test(host);
}

/**
 * The version of the API to name; undefined for the SDK's own. Sampling parameters need the one before, by the name that
 * the host has for it, and Bedrock has nothing newer for models up to Claude 4.6, which are those that take them.
 */
export function versionFor(place: Place, model: AnthropicModel, isSampled: boolean): string | undefined {
  const { host, version } = place;
  if (version !== undefined) return version;
  if (!isSampled && !(isBedrock(place) && model.sampling)) return undefined;
  if (BEDROCK_RUNTIME.test(host)) return "bedrock-2023-05-31";
  return GOOGLE.test(host) ? "vertex-2023-10-16" : "2023-06-01";
}
