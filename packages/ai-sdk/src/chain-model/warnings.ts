import type { SharedV4Warning } from "@ai-sdk/provider";
import type { Loss } from "@understudy/core";

export function unsupported(feature: string, details?: string): SharedV4Warning {
  return { type: "unsupported", feature, ...(details !== undefined && { details }) };
}

/**
 * Losses of settings. What was lost of messages (reasoning of another model and so on) is ordinary after a failover, and
 * the AI SDK would print it at every step: it is in the metadata alone.
 */
export function lossWarnings(losses: readonly Loss[]): SharedV4Warning[] {
  return losses
    .filter(({ what }) => !what.startsWith("messages["))
    .map(({ what, action, reason }) => {
      const details = reason ?? `The model could not take it as asked: it was ${action}.`;
      return { type: action === "dropped" ? "unsupported" : "compatibility", feature: what, details };
    });
}
