import type { Capabilities } from "../model/target.ts";

/**
 * Gives each call of a history an id that its target takes: a legal one stays, another becomes what is legal of it and a
 * number. No id is given twice, as vendors refuse one that repeats; the calls that came before decide, so that a history
 * that grows keeps its ids.
 */
export function toolCallIds({ pattern, maxLength }: Capabilities["toolCallId"]): (id: string) => string {
  const taken = new Set<string>();
  let made = 0;
  return (id) => {
    let mapped = id;
    if (taken.has(id) || id.length > maxLength || !pattern.test(id)) {
      const start = id.replaceAll(/[^a-zA-Z0-9]/g, "").slice(0, 16);
      // Servers that take one length only take the end of it.
      do mapped = (start + String(++made).padStart(14, "0")).slice(-maxLength);
      while (taken.has(mapped));
    }
    taken.add(mapped);
    return mapped;
  };
}
