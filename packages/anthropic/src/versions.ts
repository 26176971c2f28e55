import { BEDROCK_MANTLE, BEDROCK_RUNTIME, GOOGLE_CLOUD } from "@understudy/core/toolkit";
import type { AnthropicModel } from "./models.ts";

/** Where a model is asked for: Anthropic's own host or that of a cloud. */
export interface Place {
  readonly host: string;
  /** The version of the API that the target's own headers name. */
  readonly version?: string | undefined;
  /** The betas that the target's own headers name. */
  readonly betas?: string | undefined;
  /** What the user knows better than the table. */
  readonly maxOutputTokens?: number | "unknown" | undefined;
}

/** Whether Amazon serves it from Bedrock, through its runtime or under Anthropic's own API. */
export function isBedrock({ host }: Place): boolean {
  return BEDROCK_RUNTIME.test(host) || BEDROCK_MANTLE.test(host);
}

/** One way into Bedrock takes no header for them. */
export function takesBetas({ host }: Place): boolean {
  return !BEDROCK_MANTLE.test(host);
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
  return GOOGLE_CLOUD.test(host) ? "vertex-2023-10-16" : "2023-06-01";
}
