import type { Capabilities } from "../model/target.ts";

/**
 * Gives each call of a history an id that its target takes: a legal one stays, another becomes what the rule makes, or what
 * is legal of it and a number. No id is given twice, as vendors refuse one that repeats; the calls that came before decide,
 * so that a history that grows keeps its ids. `onIllegal` is told of a rule that refuses what is made for it.
 */
export function toolCallIds(
  { pattern, maxLength, make }: Capabilities["toolCallId"],
  onIllegal: () => void,
): (id: string) => string {
  const taken = new Set<string>();
  let made = 0;
  return (id) => {
    let mapped = id;
    const last = made + taken.size;
    while (taken.has(mapped) || mapped.length > maxLength || !pattern.test(mapped)) {
      // As many as are taken may be in the way.
      if (made > last) {
        onIllegal();
        break;
      }
      const number = String(++made).padStart(14, "0");
      // Servers that take one length only take the end of it.
      mapped = make?.(made) ?? (id.replaceAll(/[^a-zA-Z0-9]/g, "").slice(0, 16) + number).slice(-maxLength);
    }
    taken.add(mapped);
    return mapped;
  };
}
