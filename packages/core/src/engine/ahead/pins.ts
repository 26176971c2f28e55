import type { PinRecord } from "../../model/trace.ts";
import type { Candidate } from "../tier.ts";

/** The version, the target, and the second of the answer since 1970. */
const PIN = /^1\.([0-9a-z]{1,16})\.([0-9a-z]{1,8})$/;
/** Clocks of two machines may differ by this much. */
const SKEW_S = 300;

/** Where a pin points to, or why it points nowhere. */
export type ReadPin = { readonly candidate: Candidate } | { readonly ignored: PinRecord["because"] };

/** Says of a target that it answered now, to whoever has the same chain. */
export function makePin(candidate: Candidate, wallNow: number): string {
  return `1.${idOf(candidate)}.${Math.floor(wallNow / 1_000).toString(36)}`;
}

/** A pin is what a caller kept, and may have been anywhere in between: whatever it is, it is no error. */
export function readPin(pin: string, candidates: readonly Candidate[], wallNow: number, pinMs: number): ReadPin {
  const [, id, second = ""] = PIN.exec(pin) ?? [];
  const candidate = candidates.find((one) => idOf(one) === id);
  if (candidate === undefined) return { ignored: "foreign" };
  const ageMs = wallNow - Number.parseInt(second, 36) * 1_000;
  return ageMs > pinMs || ageMs < -SKEW_S * 1_000 ? { ignored: "stale" } : { candidate };
}

/** Of nothing that is secret: the scope of a key is hashed already. */
function idOf({ tier, target }: Candidate): string {
  const { vendor, model, endpoint, scopes } = target;
  return hash(JSON.stringify([tier.name, vendor, model, endpoint, scopes.key]));
}

/** Tells the few targets of a chain apart; it protects nothing. */
function hash(text: string): string {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 2_654_435_761);
    high = Math.imul(high ^ code, 1_597_334_677);
  }
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  return (4_294_967_296 * (2_097_151 & high) + (low >>> 0)).toString(36);
}
