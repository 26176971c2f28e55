import { parseArgs, type ParseArgsConfig } from "node:util";
import { WrongUse } from "./wrong-use.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** What every command takes. */
const COMMON: Options = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
  json: { type: "boolean" },
  "no-color": { type: "boolean" },
  "env-file": { type: "string", multiple: true },
};

export interface Arguments {
  readonly flags: ReadonlySet<string>;
  /** Every value that was given, in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** Throws for what would be ignored, and for an option that there is not, with the one that was probably meant. */
export function readArguments(args: readonly string[], own: Options, mostFiles = 0): Arguments {
  const options: Options = { ...COMMON, ...own };
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const flags = new Set<string>();
  const values = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = options[token.name];
    if (option === undefined) throw new WrongUse(unknown(token.rawName, Object.keys(options)));
    if (option.type === "boolean") {
      if (token.value !== undefined) throw new WrongUse(`${token.rawName} takes no value.`);
      flags.add(token.name);
    } else {
      if (token.value === undefined) throw new WrongUse(`${token.rawName} needs a value.`);
      const before = values.get(token.name) ?? [];
      if (before.length > 0 && option.multiple !== true) throw new WrongUse(`${token.rawName} is given twice.`);
      values.set(token.name, [...before, token.value]);
    }
  }
  const more = positionals.slice(mostFiles);
  if (more.length > 0) throw new WrongUse(`Nothing is done with ${more.join(", ")}: leave it out.`);
  return { flags, values, positionals };
}

export function valueOf({ values }: Arguments, name: string): string | undefined {
  return values.get(name)?.[0];
}

/** A list, which may be given in several parts. */
export function listOf({ values }: Arguments, name: string): readonly string[] | undefined {
  return values
    .get(name)
    ?.flatMap((text) => text.split(","))
    .map((part) => part.trim());
}

/** A number of the option, in the unit that it is given in. */
export function numberOf(given: Arguments, name: string, least: number): number | undefined {
  const text = valueOf(given, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= least) return value;
  throw new WrongUse(`--${name} must be a number of at least ${least}, not ${text}.`);
}

/** As `numberOf`, and whole. */
export function wholeOf(given: Arguments, name: string, least: number): number | undefined {
  const value = numberOf(given, name, least);
  if (value === undefined || Number.isSafeInteger(value)) return value;
  throw new WrongUse(`--${name} must be a whole number, not ${valueOf(given, name)}.`);
}

export function unknown(name: string, there: readonly string[]): string {
  const nearest = nearestOf(name.replace(/^-+/, ""), there);
  const dashes = name.startsWith("-") ? "--" : "";
  const what = dashes === "" ? "command" : "option";
  const all = there.map((one) => `${dashes}${one}`).join(", ");
  return nearest === undefined
    ? `Unknown ${what} ${name}. There are: ${all}.`
    : `Unknown ${what} ${name}. Did you mean ${dashes}${nearest}?`;
}

/** The one that the fewest changes lead to, if they are few. */
export function nearestOf(name: string, there: readonly string[]): string | undefined {
  const [best] = there
    .map((other) => ({ other, changes: changesBetween(name, other) }))
    .toSorted((a, b) => a.changes - b.changes);
  return best !== undefined && best.changes <= Math.max(1, name.length / 3) ? best.other : undefined;
}

function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split("").entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split("").entries()) {
      const same = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(same, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
