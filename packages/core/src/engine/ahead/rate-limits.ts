import type { RateLimits } from "../../model/trace.ts";

/** What one limit of a vendor's still allows. */
export interface Remaining {
  /** As the vendor calls it, such as `requests` or `tokens-minute`. */
  readonly name: string;
  readonly unit: "requests" | "tokens" | "input-tokens" | "output-tokens";
  readonly left: number;
  /** What it allows when it is full, where that was said. */
  readonly limit?: number | undefined;
  /** Milliseconds from the response to when it is full again, where that was said as a duration. */
  readonly resetInMs?: number | undefined;
  /** The same as wall time, where it was said as a moment. */
  readonly resetOn?: number | undefined;
}

const NAME = /^(?:(limit|remaining|reset)(?:-(.+))?|(.+)-(limit|remaining|reset))$/;
const UNIT = /^(?:(?:requests?|req)|(input-|output-)?tokens?)(?:-[a-z]+)?$/;
const PARTS = /(\d+(?:\.\d+)?)(ms|[hms])/g;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[hms]))+$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** No wait is as long: it is a moment. */
const EARLIEST_MOMENT_S = 1e9;
const EARLIEST_MOMENT_MS = 1e12;

/** Every limit that says what is left, by names in either order: `remaining-requests`, `requests-remaining`, `remaining`. */
export function readRateLimits(given: RateLimits): readonly Remaining[] {
  const found = new Map<string, Partial<Record<string, string>>>();
  for (const [header, value] of Object.entries(given)) {
    const [, before, behind = "requests", name = behind, after = ""] = NAME.exec(header) ?? [];
    if (before !== undefined || after !== "") found.set(name, { ...found.get(name), [before ?? after]: value });
  }
  return [...found].flatMap(([name, { remaining, limit, reset = "" }]): readonly Remaining[] => {
    const left = countOf(remaining);
    const unit = UNIT.exec(name);
    if (left === undefined || unit === null) return [];
    const tokens = `${unit[1] ?? ""}tokens`;
    const isTokens = tokens === "input-tokens" || tokens === "output-tokens" || name.startsWith("token");
    return [{ name, unit: isTokens ? asUnit(tokens) : "requests", left, limit: countOf(limit), ...resetOf(reset) }];
  });
}

function asUnit(tokens: string): Remaining["unit"] {
  return tokens === "input-tokens" || tokens === "output-tokens" ? tokens : "tokens";
}

/** Some say -1 where they do not know. */
function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function resetOf(text: string): Pick<Remaining, "resetInMs" | "resetOn"> {
  if (text.length > 100) return {};
  if (/^\d{1,15}(?:\.\d{1,15})?$/.test(text)) {
    const count = Number(text);
    if (count < EARLIEST_MOMENT_S) return { resetInMs: count * 1_000 };
    return { resetOn: count < EARLIEST_MOMENT_MS ? count * 1_000 : count };
  }
  if (DURATION.test(text)) {
    let resetInMs = 0;
    for (const [, count, unit = ""] of text.matchAll(PARTS)) resetInMs += Number(count) * (UNIT_MS[unit] ?? 0);
    return { resetInMs };
  }
  // oxlint-disable-next-line no-restricted-globals -- reads what a vendor wrote, not the time
  const date = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? {} : { resetOn: date };
}
