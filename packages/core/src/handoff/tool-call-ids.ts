import type { Capabilities } from "../model/target.ts";

/**
 * Gives each call of a history an id that its target takes: a legal one stays, another becomes what the rule makes, or what
 * is legal of it and a number. No id is given twice, as vendors refuse one that repeats; the calls that came before decide,
 * so that a history that grows keeps its ids. `onIllegal` is told of a rule that refuses what is made for it.
 */
export function toolCallIds(rule: Capabilities["toolCallId"], onIllegal: () => void): (id: string) => string {
  const { pattern, maxLength, make } = rule;
  const isFree = (id: string): boolean => !taken.has(id) && id.length <= maxLength && pattern.test(id);
  const taken = new Set<string>();
  let made = 0;
  return (id) => {
    let mapped = id;
    if (!isFree(id)) {
      const start = id.replaceAll(/[^a-zA-Z0-9]/g, "").slice(0, 16);
      const last = made + taken.size;
      // Servers that take one length only take the end of it.
      do mapped = make?.(++made) ?? (start + String(++made).padStart(14, "0")).slice(-maxLength);
      while (taken.has(mapped) && made <= last);
      if (!isFree(mapped)) onIllegal();
    }
    taken.add(mapped);
    return mapped;
  };
}
