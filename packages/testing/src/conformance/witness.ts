import { inspect, isDeepStrictEqual } from "node:util";
import type { RequestRecord, Vendor } from "../simulators/vendor.ts";
import { watchPrints } from "./prints.ts";

const MOST_CHARS = 2_000;

/** What one case did, so that its failure can say what was sent, answered and read. */
export interface Witness {
  /** Tells of this server's requests. */
  readonly watch: (vendor: Vendor) => void;
  /** Notes what the chain made of it: an answer, an error, events. */
  readonly read: <Value>(value: Value) => Value;
}

/**
 * Runs a case. Its failure names the rule in a sentence, and says what was sent, what was answered and what was read. What
 * is printed meanwhile fails it.
 */
export async function witnessed(rule: string, run: (witness: Witness) => Promise<void>): Promise<void> {
  using watch = watchPrints();
  const vendors: Vendor[] = [];
  const values: unknown[] = [];
  try {
    await run({
      watch: (vendor) => void vendors.push(vendor),
      read: (value) => {
        values.push(value);
        return value;
      },
    });
    const [print] = watch.prints;
    if (print !== undefined) throw new Error(`An adapter never prints, and this was printed: ${print}`);
    if (vendors.some(({ unplayable }) => unplayable.length > 0)) throw new Error("the case did not take place");
  } catch (error) {
    const requests = vendors.flatMap((vendor) => vendor.requests);
    const exchanges = requests.flatMap((request) => [`sent: ${sent(request)}`, `answered: ${answered(request)}`]);
    const told = exchanges.length === 0 && vendors.length > 0 ? ["sent: nothing"] : exchanges.slice(0, 12);
    const read = values.map((value) => `read: ${cut(shown(value))}`);
    const [unplayable] = vendors.flatMap((vendor) => vendor.unplayable);
    const broken = unplayable === undefined ? wordsOf(error) : `nothing that the adapter did: ${unplayable}`;
    throw new Error([`The rule: ${rule}`, `broken: ${broken}`, ...told, ...read].join("\n"), { cause: error });
  }
}

/** The two are the same; else the failure says what, what it was, and what it should have been. */
export function same(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what} is ${shown(actual)} instead of ${shown(expected)}`);
}

export function shown(value: unknown): string {
  return inspect(value, { depth: 8, breakLength: Infinity, maxStringLength: 300, maxArrayLength: 20 });
}

function sent({ method, path, text }: RequestRecord): string {
  return `${method} ${path} ${cut(text)}`;
}

function answered({ status, answered: bytes }: RequestRecord): string {
  return `${status ?? "no status"} ${cut(bytes)}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : shown(error);
}

function cut(text: string): string {
  return text.length <= MOST_CHARS ? text : `${text.slice(0, MOST_CHARS)}… (${text.length} characters)`;
}
