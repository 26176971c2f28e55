import type { ObserverFactory } from "@understudy/core";
import { ChainTelemetry } from "./chain-telemetry.ts";
import { readOptions, type OpenTelemetryOptions } from "./options.ts";

export type { Conventions, OpenTelemetryOptions } from "./options.ts";

/**
 * Spans and metrics of a chain, by the GenAI conventions of OpenTelemetry: `createChain(tiers, { observers:
 * [openTelemetry({ chain: "chat" })] })`. One span for each call, below it one for each attempt. Costs almost nothing while no
 * SDK is registered. Give it to any number of chains, and to each of them once: two on one chain count everything twice.
 * Throws a `TypeError` that names every option that is wrong.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): ObserverFactory {
  const settings = readOptions(options);
  return (chain) => new ChainTelemetry(settings, chain).observer;
}
