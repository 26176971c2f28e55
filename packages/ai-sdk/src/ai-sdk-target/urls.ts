import { isJsonObject } from "@understudy/core/adapter";
import type { FileUrl } from "./prompt.ts";

/** Whether a model takes a file of this type at this address, by what it says itself. */
export function takesUrl(supported: unknown, { url, mediaType }: FileUrl): boolean {
  if (!isJsonObject(supported)) return false;
  const asked = mediaType.toLowerCase().replace(/\*$/, "");
  return Object.entries(supported).some(([type, patterns]) => {
    const taken = type
      .toLowerCase()
      .replace(/^\*(?:\/\*)?$/, "")
      .replace(/\*$/, "");
    const isTaken = taken === "" || taken.endsWith("/") ? asked.startsWith(taken) : asked === taken;
    return isTaken && Array.isArray(patterns) && patterns.some((pattern) => matches(pattern, url));
  });
}

function matches(pattern: unknown, url: string): boolean {
  // A global pattern remembers where it stopped.
  return pattern instanceof RegExp && new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")).test(url);
}
