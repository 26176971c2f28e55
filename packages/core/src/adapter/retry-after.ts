const HOUR_MS = 3_600_000;
const MIN_MS = 500;
const MAX_MS = 24 * HOUR_MS;
const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, m: 60_000, s: 1_000, ms: 1 };
const TEXT_CHARS = 2_048;
const TEXT_WAIT = /\b(?:try again|retry)(?: your request)? (?:in|after) ((?:\d{1,9}(?:\.\d{1,9})?(?:ms|h|m|s))+)\b/i;
const TEXT_SECONDS = /\b(?:try again|retry)(?: your request)? (?:in|after) (\d{1,9}(?:\.\d{1,9})?) ?sec/i;

export interface WaitSources {
  readonly headers: Headers;
  /** Wall clock when the response came; used only where the response has no `Date` of its own. */
  readonly wallNow: number;
  /** The reset header of the limit that fired: a date, or a duration such as `6m0s`. */
  readonly reset?: string | null | undefined;
  /** What the body says, read by the adapter. */
  readonly bodyMs?: number | undefined;
  /** The vendor's message; the last resort. */
  readonly text?: string | undefined;
}

/** The time a vendor stated until trying again can help, from its best source; undefined when it stated none. */
export function retryAfterMs(sources: WaitSources): number | undefined {
  const { headers, reset, bodyMs, text } = sources;
  const now = parseDate(headers.get("date")) ?? sources.wallNow;
  const wait =
    positive(numeric(headers.get("retry-after-ms"))) ??
    positive(secondsOrDate(headers.get("retry-after"), now)) ??
    positive(parseDuration(reset) ?? untilDate(reset, now)) ??
    positive(bodyMs) ??
    positive(textWait(text));
  return wait === undefined ? undefined : Math.min(MAX_MS, Math.max(MIN_MS, Math.ceil(wait)));
}

/** Milliseconds of `6m0s`, `1h2m3.5s`, `12ms` or a protobuf duration (`36.5s`); undefined for anything else. */
export function parseDuration(text: string | null | undefined): number | undefined {
  if (typeof text !== "string" || !/^(?:\d{1,9}(?:\.\d{1,9})?(?:h|ms|m|s))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(count) * (UNITS[unit ?? ""] ?? 0);
  }
  return total;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

function numeric(text: string | null): number | undefined {
  return text !== null && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text.trim()) ? Number(text) : undefined;
}

function secondsOrDate(text: string | null, now: number): number | undefined {
  const seconds = numeric(text);
  return seconds === undefined ? untilDate(text, now) : seconds * 1_000;
}

/** Measured on the response's own clock, so that a wrong clock here or there does not matter. */
function untilDate(text: string | null | undefined, now: number): number | undefined {
  const date = parseDate(text);
  return date === undefined ? undefined : date - now;
}

function parseDate(text: string | null | undefined): number | undefined {
  // A bare number is no date, whatever Date.parse makes of it.
  if (typeof text !== "string" || !/\d{4}/.test(text) || !/[a-z]/i.test(text)) return undefined;
  // oxlint-disable-next-line no-restricted-globals -- reads what a vendor wrote, not the time
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

function textWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const start = text.slice(0, TEXT_CHARS);
  const seconds = TEXT_SECONDS.exec(start)?.[1];
  return seconds === undefined ? parseDuration(TEXT_WAIT.exec(start)?.[1]) : Number(seconds) * 1_000;
}
