import { asObject, type Foreign } from "../foreign.ts";

const HOUR_MS = 3_600_000;
const MIN_MS = 500;
const MAX_MS = 24 * HOUR_MS;
const TEXT_CHARS = 2_048;
const UNIT = "milliseconds?|ms|minutes?|mins?|m|hours?|hrs?|h|seconds?|secs?|s|days?|d";
const COUNT = String.raw`\d{1,9}(?:\.\d{1,9})?`;
const TEXT_WAIT = new RegExp(
  String.raw`\b(?:try(?:ing)? again|retry|wait)(?: your request)?(?: in| after| for)?:? (?:about )?` +
    `((?:${COUNT} ?(?:${UNIT})(?![a-z])(?:,? (?:and )?)?){1,5})`,
  "i",
);
const PARTS = new RegExp(`(${COUNT}) ?(${UNIT})(?![a-z])`, "gi");
const DURATION = new RegExp(`^(?:${COUNT}(?:ms|[hmsd]))+$`);
/** Names without dashes and underscores, in lower case. */
const BODY_MS = new Set(["retryafterms"]);
const BODY_WAITS = new Set([
  "retryafter",
  "retryafterseconds",
  "retrydelay",
  "resetsinseconds",
  "resetinseconds",
  "resetsat",
  "resetat",
  "xratelimitreset",
]);

/** Where a vendor may state how long to wait, best first. */
export interface WaitSources {
  /** The headers of the refused request's response. */
  readonly headers: Headers;
  /** Wall clock when the response came; used only where the response has no `Date`. */
  readonly wallNow: number;
  /** The reset header of the limit that fired: a date, a moment or a duration such as `6m0s`. */
  readonly reset?: string | null | undefined;
  /** What the body says in a way of the vendor's own, read by the adapter. */
  readonly bodyMs?: number | undefined;
  /** The parsed body, for the names that are in common use: `retry_after`, `resets_in_seconds`. */
  readonly body?: unknown;
  /** The vendor's message; the last resort. */
  readonly text?: string | undefined;
}

/** The time a vendor stated until trying again can help, from its best source; undefined when it stated none. */
export function retryAfterMs(sources: WaitSources): number | undefined {
  const { headers, reset, bodyMs, body, text } = sources;
  const now = parseDate(headers.get("date")) ?? sources.wallNow;
  const wait =
    positive(readMs(headers.get("retry-after-ms"), now)) ??
    positive(readWait(headers.get("retry-after"), now)) ??
    positive(readWait(reset, now)) ??
    positive(bodyMs) ??
    bodyWait(asObject(body), now) ??
    positive(textWait(text));
  return wait === undefined ? undefined : Math.min(MAX_MS, Math.max(MIN_MS, Math.ceil(wait)));
}

/** Milliseconds of `6m0s`, `1h2m3.5s`, `12ms` or a protobuf duration (`36.5s`); undefined for anything else. */
export function parseDuration(text: string | null | undefined): number | undefined {
  return typeof text === "string" && text.length <= 100 && DURATION.test(text) ? sum(text) : undefined;
}

/** Seconds, a duration, a date, or a moment since 1970; of a header that came twice the longer one. */
function readWait(given: string | null | undefined, now: number): number | undefined {
  const text = given?.trim() ?? "";
  if (text === "" || text.length > 100) return undefined;
  const count = numeric(text);
  if (count !== undefined) return sinceEpoch(count, now) ?? count * 1_000;
  const one = parseDuration(text) ?? untilDate(text, now);
  if (one !== undefined || !text.includes(",")) return one;
  const all = text.split(",").map((part) => positive(readWait(part, now)));
  return all.reduce((longest, wait) =>
    longest === undefined || wait === undefined ? undefined : Math.max(longest, wait),
  );
}

function readMs(text: string | null, now: number): number | undefined {
  const count = text === null ? undefined : numeric(text.trim());
  return count === undefined || count < 1e12 ? count : count - now;
}

/** No wait is as long as that: it is a moment, in seconds or milliseconds. */
function sinceEpoch(count: number, now: number): number | undefined {
  if (count < 1e9) return undefined;
  return (count < 1e12 ? count * 1_000 : count) - now;
}

/** Under the names in common use, wherever error objects have them. */
function bodyWait(outer: Foreign, now: number): number | undefined {
  const error = asObject(outer["error"]);
  const metadata = asObject(error["metadata"]);
  const places = [
    error,
    metadata,
    asObject(metadata["headers"]),
    asObject(error["details"]),
    asObject(outer["detail"]),
  ];
  for (const place of [...places, outer]) {
    for (const [name, value] of Object.entries(place)) {
      const key = name.toLowerCase().replaceAll(/[-_]/g, "");
      const text = typeof value === "number" ? String(value) : typeof value === "string" ? value : null;
      const wait = BODY_MS.has(key) ? readMs(text, now) : BODY_WAITS.has(key) ? readWait(text, now) : undefined;
      if (positive(wait) !== undefined) return wait;
    }
  }
  return undefined;
}

function textWait(text: string | undefined): number | undefined {
  const found = text === undefined ? undefined : TEXT_WAIT.exec(text.slice(0, TEXT_CHARS))?.[1];
  return found === undefined ? undefined : sum(found);
}

function sum(text: string): number {
  let total = 0;
  for (const [, count, unit = ""] of text.matchAll(PARTS)) total += Number(count) * unitMs(unit.toLowerCase());
  return total;
}

function unitMs(unit: string): number {
  if (unit.startsWith("ms") || unit.startsWith("mil")) return 1;
  if (unit.startsWith("m")) return 60_000;
  if (unit.startsWith("h")) return HOUR_MS;
  return unit.startsWith("d") ? 24 * HOUR_MS : 1_000;
}

/** Also false for NaN. */
function positive(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

function numeric(text: string): number | undefined {
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}

/** Measured on the response's own clock, so that a wrong clock here or there does not matter. */
function untilDate(text: string | null | undefined, now: number): number | undefined {
  const date = parseDate(text);
  return date === undefined ? undefined : date - now;
}

function parseDate(text: string | null | undefined): number | undefined {
  // A bare number is not a date, whatever Date.parse makes of it.
  if (typeof text !== "string" || !/\d{4}/.test(text) || !/[a-z]/i.test(text)) return undefined;
  // oxlint-disable-next-line no-restricted-globals -- reads what a vendor wrote, not the time
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}
