import type { Capabilities } from "../model/target.ts";

/**
 * Gives each call of a history an id that its target takes: a legal one stays, another becomes a cleaned prefix and a hash
 * of the original. No id is given twice, as vendors refuse one that repeats, and the same calls always get the same ids. One
 * that the target made itself (`isOwn`) stays too: some servers read the tool's name out of it.
 */
export function toolCallIds({
  pattern,
  maxLength,
}: Capabilities["toolCallId"]): (id: string, isOwn?: boolean) => string {
  const uses = new Map<string, number>();
  const taken = new Set<string>();
  return (id, isOwn) => {
    let count = uses.get(id) ?? 0;
    let mapped: string;
    do {
      mapped = ++count === 1 ? id : `${id}#${count}`;
      if (isOwn && count === 1) continue;
      if (mapped.length > maxLength || !pattern.test(mapped)) mapped = legalId(mapped, maxLength);
    } while (taken.has(mapped));
    uses.set(id, count);
    taken.add(mapped);
    return mapped;
  };
}

function legalId(id: string, maxLength: number): string {
  const hash = fnv1a(id, 0x811c9dc5) + fnv1a(id, 0x01000193);
  return (id.replaceAll(/[^a-zA-Z0-9]/g, "").slice(0, 16) + hash).slice(-maxLength);
}

/** 32 bits of FNV-1a as seven base-36 digits; two seeds together make accidental collisions negligible. */
function fnv1a(text: string, seed: number): string {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36).padStart(7, "0");
}
