import { OVERLOADED } from "./error-words.ts";
import type { FailureRow } from "./failure-table.ts";

/** For errors inside a stream whose type says less than their words. */
export const IN_BAND_WORDS: readonly FailureRow[] = [
  { inBand: true, text: OVERLOADED, class: "server.overloaded" },
  { inBand: true, text: /^(?:Too many requests\b|Rate limit(?:ed\b| reached\b| exceeded\b))/i, class: "rate.unknown" },
];
