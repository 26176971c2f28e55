import type { Capabilities } from "../model/target.ts";

/**
 * Makes tool-call ids legal for a target: legal ones stay, others become a cleaned prefix and a hash of the original,
 * so that a call and its result agree, two ids never meet, and the same history always gives the same ids.
 */
export function toolCallIdMapper(rule: Capabilities["toolCallId"]): (id: string) => string {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  return (id) => {
    const seen = known.get(id);
    if (seen !== undefined) return seen;
    const isLegal = id.length <= rule.maxLength && rule.pattern.test(id);
    let mapped = isLegal ? id : legalId(id, rule.maxLength);
    for (let salt = 1; taken.has(mapped); salt++) mapped = legalId(`${id}#${salt}`, rule.maxLength);
    known.set(id, mapped);
    taken.add(mapped);
    return mapped;
  };
}

function legalId(id: string, maxLength: number): string {
  const hash = fnv1a(id, 0x811c9dc5) + fnv1a(id, 0x01000193);
  const prefix = id.replaceAll(/[^a-zA-Z0-9]/g, "").slice(0, Math.max(0, Math.min(16, maxLength - hash.length)));
  return (prefix + hash).slice(-maxLength);
}

/** 32 bits of FNV-1a as seven base-36 digits; two seeds together make accidental collisions negligible. */
function fnv1a(text: string, seed: number): string {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36).padStart(7, "0");
}
