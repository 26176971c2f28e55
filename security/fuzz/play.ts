import { connect } from "node:net";
import { inspect } from "node:util";
import { isUnderstudyError } from "@understudy/core";
import { isTargetFailure } from "@understudy/core/adapter";
import * as fc from "fast-check";
import { ENTRIES, OBJECTS, type Contract, type FuzzEntry } from "./entries.ts";
import { allExports } from "./exports.ts";
import { snapshot } from "./snapshot.ts";
import { bent, CANARY, json, plain, USUAL, wild, type Make } from "./values.ts";

export interface FuzzSetup {
  /** Cases for each function. */
  readonly runs: number;
  readonly seed: number;
}

export interface Fuzzed {
  readonly functions: number;
  readonly cases: number;
  /** How often each class of error came, and nothing at all. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
}

const HANGS_MS = 1_000;
/** Sentences of the engine, which name nothing that a caller knows. */
const NOT_OURS =
  /Cannot (?:read properties|set|destructure|convert|mix|perform|access|add|create)|is not (?:a function|iterable|a constructor|defined|extensible)|[Rr]ight-hand side|' on proxy|Invalid (?:array|string|time|count)|call stack|circular structure|serialize|^The ".*" argument|undefined/;

/** Of a method nothing is known but its name. */
const UNKNOWN = { right: undefined, most: 4, writes: false } as const;

/** Everything public is given what nobody should give it. */
export async function fuzz({ runs, seed }: FuzzSetup): Promise<Fuzzed> {
  const faults: string[] = [];
  const outcomes = new Map<string, number>();
  const unhandled: string[] = [];
  const onRejection = (reason: unknown): void => void unhandled.push(inspect(reason, { depth: 0 }));
  process.on("unhandledRejection", onRejection);
  // Node prints these: a timer that is given what no timer takes is the usual one.
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", onWarning);
  const requests = countRequests();
  const exported = await allExports();
  faults.push(...missing(exported));
  const subjects = [
    ...exported.flatMap(({ entry, name, value }) => {
      const found = ENTRIES[entry]?.[name];
      return found === undefined ||
        found.contract === "value" ||
        found.contract === "not-called" ||
        typeof value !== "function"
        ? []
        : [{ ...found, writes: found.writes === true, title: `${entry}: ${name}`, open: () => asCall(value) }];
    }),
    ...Object.entries(OBJECTS).flatMap(([title, { contract, make, without }]) =>
      methodsOf(make())
        .filter((name) => name !== without)
        .map((name) => ({ title: `${title}.${name}`, contract, open: () => methodOf(make(), name), ...UNKNOWN })),
    ),
  ];
  let cases = 0;
  for (const { title, contract, open, right, most = 4, writes } of subjects) {
    const kinds = new Set<string>();
    // Of each kind the first: the others say the same.
    const fault = (kind: string, text = ""): void => {
      if (!kinds.has(kind)) faults.push(`${title} ${kind}${text}`);
      kinds.add(kind);
    };
    const before = requests.count();
    // oxlint-disable-next-line no-await-in-loop -- what is sent and left behind belongs to one function
    for (const makes of [
      ...usual(right, most, contract, runs),
      ...fc.sample(argumentsFor(right, most, contract), { numRuns: runs, seed }),
    ]) {
      const given = makes.map((make) => make());
      const state = snapshot(given);
      // oxlint-disable-next-line no-await-in-loop -- as above
      const outcome = await outcomeOf(open(), given);
      cases++;
      outcomes.set(outcome.class, (outcomes.get(outcome.class) ?? 0) + 1);
      const shown = (): string =>
        inspect(given, { depth: 2, breakLength: Infinity, customInspect: false }).slice(0, 160);
      if (outcome.class === "hangs") fault(`has not answered after ${HANGS_MS} ms`, `: ${safely(shown)}`);
      else if (!allows(contract, outcome))
        fault(`throws ${outcome.class}`, ` (${outcome.message.slice(0, 120)}): ${safely(shown)}`);
      else if (contract !== "author" && isOurs(outcome) && outcome.message.includes(CANARY))
        fault("tells a value", `: ${outcome.message.slice(0, 120)}`);
      if (!writes && snapshot(given) !== state) fault("changes what it is given", `: ${safely(shown)}`);
    }
    // oxlint-disable-next-line no-await-in-loop -- rejections are told a turn later
    await new Promise((resolve) => setImmediate(resolve));
    if (unhandled.length > 0) fault("leaves a rejection to nobody", `: ${unhandled.splice(0)[0]}`);
    if (warnings.length > 0) fault("makes Node print a warning", `: ${warnings.splice(0)[0]}`);
    if (requests.count() > before) fault("sends something");
    if (Reflect.get({}, "polluted") !== undefined) fault("changes every object there is");
  }
  requests.stop();
  process.off("unhandledRejection", onRejection);
  process.off("warning", onWarning);
  return { functions: subjects.length, cases, outcomes, faults };
}

function missing(exported: Awaited<ReturnType<typeof allExports>>): readonly string[] {
  const known = new Set(exported.map(({ entry, name }) => `${entry}: ${name}`));
  const listed = Object.entries(ENTRIES).flatMap(([entry, names]) =>
    Object.keys(names).map((name) => `${entry}: ${name}`),
  );
  const unknown = [...known].filter((one) => !listed.includes(one));
  const gone = listed.filter((one) => !known.has(one));
  return [
    ...unknown.map((one) => `${one} has no entry in security/fuzz/entries.ts: say what it may throw.`),
    ...gone.map((one) => `${one} is in security/fuzz/entries.ts and is not exported.`),
  ];
}

type Call = (given: readonly unknown[]) => unknown;

function asCall(value: object): Call {
  const isClass = /^class\b/.test(Function.prototype.toString.call(value));
  return (given) => {
    if (typeof value !== "function") return undefined;
    return isClass ? Reflect.construct(value, given) : Reflect.apply(value, undefined, given);
  };
}

function methodsOf(object: object): readonly string[] {
  const prototype: unknown = Object.getPrototypeOf(object);
  const names = [
    ...Object.keys(object),
    ...(prototype === Object.prototype ? [] : Object.getOwnPropertyNames(prototype)),
  ];
  return [...new Set(names)].filter(
    (name) => name !== "constructor" && typeof Reflect.get(object, name) === "function",
  );
}

function methodOf(object: object, name: string): Call {
  const method: unknown = Reflect.get(object, name);
  return (given) => (typeof method === "function" ? Reflect.apply(method, object, given) : undefined);
}

/** Each argument in turn is one of the usual values; at most so many cases. */
function usual(
  right: FuzzEntry["right"],
  most: number,
  contract: Contract,
  count: number,
): readonly (readonly Make[])[] {
  if (contract === "takes-json" || contract === "plainly-told") return [];
  const length = Math.min(most, Math.max(1, right?.().length ?? 2));
  const places = Array.from({ length }, (_, place) => place);
  const cases = places.flatMap((place) =>
    USUAL.map((make) =>
      right === undefined
        ? [...places.slice(0, place).map(() => () => "x"), make]
        : right().map((value, at) => (at === place ? make : () => value)),
    ),
  );
  return cases.slice(0, count);
}

/** A right list of which one argument is one step away, or anything. */
function argumentsFor(
  right: (() => readonly unknown[]) | undefined,
  most: number,
  contract: Contract,
): fc.Arbitrary<readonly Make[]> {
  const values = contract === "takes-json" ? json : contract === "plainly-told" ? plain : wild;
  const any = fc.array(values, { maxLength: most });
  if (right === undefined) return any;
  const length = right().length;
  const near = fc
    .nat({ max: Math.max(0, length - 1) })
    .chain((index) =>
      bent(right()[index], values).map((make) => right().map((value, place) => (place === index ? make : () => value))),
    );
  return fc.oneof({ weight: 3, arbitrary: near }, { weight: 2, arbitrary: any });
}

interface Outcome {
  /** The class of what was thrown, `nothing`, or `hangs`. */
  readonly class: string;
  readonly message: string;
}

async function outcomeOf(call: Call, given: readonly unknown[]): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ class: "hangs", message: "" }), HANGS_MS);
  });
  try {
    const result: unknown = call(given);
    // What was given may come back: a promise of the case's own is not the function's.
    const begun = begin(result);
    if (!(begun instanceof Promise) || given.includes(begun)) return { class: "nothing", message: "" };
    return await Promise.race([begun.then(() => ({ class: "nothing", message: "" }), thrown), late]);
  } catch (error) {
    return thrown(error);
  } finally {
    clearTimeout(timer);
  }
}

/** A generator does nothing before it is asked. */
function begin(result: unknown): unknown {
  if (Object.prototype.toString.call(result) !== "[object AsyncGenerator]") return result;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its tag says so
  const generator = result as AsyncGenerator<unknown, unknown>;
  return generator.next().finally(() => void generator.return(undefined).catch(() => undefined));
}

function thrown(error: unknown): Outcome {
  const message = safely(() => (error instanceof Error ? error.message : String(error)));
  if (isUnderstudyError(error))
    return { class: `UnderstudyError ${error.code}`, message: `${message} ${JSON.stringify(error)}` };
  if (isTargetFailure(error)) return { class: "TargetFailure", message };
  return { class: safely(() => (error instanceof Error ? error.constructor.name : typeof error)), message };
}

function isOurs(outcome: Outcome): boolean {
  return /^(?:UnderstudyError|TargetFailure)/.test(outcome.class);
}

function allows(contract: Contract, outcome: Outcome): boolean {
  if (outcome.class === "nothing" || contract === "author") return true;
  if (contract === "takes-all") return false;
  if (contract === "takes-json") return outcome.class === "TargetFailure";
  if (isOurs(outcome)) return true;
  return (
    contract !== "typed" &&
    outcome.class.endsWith("Error") &&
    outcome.message.length > 15 &&
    !NOT_OURS.test(outcome.message) &&
    !outcome.message.includes(CANARY)
  );
}

function safely(make: () => string): string {
  try {
    return make();
  } catch {
    return "something that cannot be shown";
  }
}

/** Whoever asks the network asks one of these. */
function countRequests(): { readonly count: () => number; readonly stop: () => void } {
  let sent = 0;
  const original = globalThis.fetch;
  globalThis.fetch = () => {
    sent++;
    return Promise.reject(new Error("Nothing is sent here."));
  };
  const socket: object = Object.getPrototypeOf(
    connect(1, "127.0.0.1")
      .on("error", () => undefined)
      .destroy(),
  );
  const open: unknown = Reflect.get(socket, "connect");
  Reflect.set(socket, "connect", () => {
    sent++;
    throw new Error("Nothing is sent here.");
  });
  return {
    count: () => sent,
    stop: () => {
      globalThis.fetch = original;
      Reflect.set(socket, "connect", open);
    },
  };
}
