import type { Target } from "../../model/target.ts";
import type { Usage } from "../../model/usage.ts";
import type { AskedRequest } from "../observers.ts";

/** Of Latin text about four characters are a token; of ideographs each is one. */
const CHARS_PER_TOKEN = 4;
const FIRST_IDEOGRAPH = 0x2e80;
/** A picture or file, whatever its size: about a thousand tokens. */
const FILE_CHARS = 4_000;
/** A long text is looked at in so many places. */
const SAMPLES = 2_048;
const DEEPEST = 32;
/** However odd a count is that comes back, a token stays between half a character and twenty. */
const LEAST_RATIO = 1 / 20;
const MOST_RATIO = 2;
/** How much of what is known gives way to the newest count. */
const NEWEST = 0.3;
/** Tokens of an answer, until there was one. */
const FIRST_OUTPUT = 500;

interface Learnt {
  /** Input tokens per character of weight. */
  readonly ratio?: number | undefined;
  readonly output?: number | undefined;
}

/** The characters of everything that a request sends, each weighed by its script. Never throws. */
export function weightOf({ system, messages, tools, output }: AskedRequest): number {
  return weigh([system, messages, tools, output], 0);
}

function weigh(value: unknown, depth: number): number {
  if (typeof value === "string") return weighText(value);
  if (typeof value !== "object" || value === null || depth > DEEPEST) return value === undefined ? 0 : 1;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + weigh(one, depth + 1), 0);
  if ("source" in value) return FILE_CHARS;
  let sum = 0;
  for (const [name, one] of Object.entries(value)) {
    // Not of the prompt, or not in a form that says how long it is.
    if (name !== "opaque" && name !== "origin" && name !== "vendorOptions") sum += name.length + weigh(one, depth + 1);
  }
  return sum;
}

function weighText(text: string): number {
  const step = Math.max(1, Math.floor(text.length / SAMPLES));
  let wide = 0;
  for (let at = 0; at < text.length; at += step) if (text.charCodeAt(at) >= FIRST_IDEOGRAPH) wide += step;
  return text.length + Math.min(wide, text.length) * (CHARS_PER_TOKEN - 1);
}

/** How many tokens a request is at each model: by its characters at first, then as the vendor's own counts say. */
export class TokenEstimates {
  readonly #learnt = new Map<string, Learnt>();

  input(target: Target, weight: number): number {
    return Math.ceil(weight * (this.#of(target).ratio ?? 1 / CHARS_PER_TOKEN));
  }

  /** What an answer has mostly been, within its own limit. */
  output(target: Target, most: number | undefined): number {
    return Math.ceil(Math.min(this.#of(target).output ?? FIRST_OUTPUT, most ?? Infinity));
  }

  /** `weight`: of the request that the counts belong to. */
  learn(target: Target, weight: number, { inputTokens, outputTokens }: Usage): void {
    const { ratio, output } = this.#of(target);
    const seen = weight > 0 && inputTokens !== undefined ? inputTokens / weight : undefined;
    this.#learnt.set(nameOf(target), {
      ratio: seen === undefined ? ratio : Math.min(MOST_RATIO, Math.max(LEAST_RATIO, mixed(ratio, seen))),
      output: outputTokens === undefined ? output : mixed(output, outputTokens),
    });
  }

  #of(target: Target): Learnt {
    return this.#learnt.get(nameOf(target)) ?? {};
  }
}

function mixed(known: number | undefined, newest: number): number {
  return known === undefined ? newest : known + NEWEST * (newest - known);
}

function nameOf({ vendor, model }: Target): string {
  return `${vendor}/${model}`;
}
