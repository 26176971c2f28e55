export const BROWSER_HEADER = "anthropic-dangerous-direct-browser-access";

/** The vendor answers browsers only when they say that they show their key. Nobody else needs to. */
export function browserHeaders(): Record<string, string> {
  return "document" in globalThis || "WorkerGlobalScope" in globalThis ? { [BROWSER_HEADER]: "true" } : {};
}
