import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Core from "@understudy/core";
import type { Chain, ChainOptions, Request, Target, TierInput } from "@understudy/core";
import { WrongUse } from "./wrong-use.ts";

/** What a chain file says. */
export interface ChainFile {
  /** For people. */
  readonly name: string;
  readonly path: string;
  readonly tiers: readonly TierInput[];
  readonly options: ChainOptions;
  /** What it exports as `request`: what users of the chain ask. */
  readonly request: string | Request | undefined;
  /** The core beside the file, so that there is one copy. */
  readonly createChain: typeof Core.createChain;
}

const LONGEST_LOAD_MS = 30_000;
const FORMS = "export default an array of tiers, { tiers, options }, a chain, or a function that returns one of these";

/** Loads the module and reads its default export. Throws `WrongUse` with one sentence. */
export async function loadChainFile(given: string | undefined, cwd: string): Promise<ChainFile> {
  if (given === undefined) throw new WrongUse("Give a chain file: an ES module, .ts, .js or .mjs.");
  const path = resolve(cwd, given);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind === undefined || given === "") throw new WrongUse(`${given} does not exist.`);
  if (kind.isDirectory()) throw new WrongUse(`${given} is a folder: give the chain file in it.`);
  const [module, made] = await inTime(given, async () => {
    const loaded = await load(path, given);
    return [loaded, await settle(loaded["default"], path, given)] as const;
  });
  const parts = partsOf(made);
  if (parts === undefined) throw new WrongUse(`${given} holds no chain: ${FORMS}.`);
  const { request } = module;
  return {
    name: basename(path),
    path,
    ...parts,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the chain itself says what is wrong with a request
    request: request as string | Request | undefined,
    createChain: (await coreOf(path)).createChain,
  };
}

/** An `await` in a file may wait for ever, and then either the process stays or Node ends it without a word. */
async function inTime<Value>(given: string, work: () => Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void =>
    reject(new WrongUse(`${given} does not finish loading: it awaits something that never comes.`));
  // oxlint-disable-next-line no-restricted-globals -- a file is loaded in real time
  const timer = setTimeout(end, LONGEST_LOAD_MS).unref();
  process.once("beforeExit", end);
  try {
    return await Promise.race([work(), promise]);
  } finally {
    // oxlint-disable-next-line no-restricted-globals -- as above
    clearTimeout(timer);
    process.off("beforeExit", end);
  }
}

async function load(path: string, given: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
    return module;
  } catch (error) {
    if (codeOf(error) === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[cm]?tsx?$/.test(path)) {
      throw new WrongUse(
        `${given}: Node 22.18 or later reads TypeScript; or start with \`node --import tsx\`, or give a .js file.`,
      );
    }
    throw new WrongUse(`${given} cannot be loaded: ${sentenceOf(error)}${lineIn(path, error)}`);
  }
}

async function settle(exported: unknown, path: string, given: string): Promise<unknown> {
  try {
    const value: unknown = typeof exported === "function" ? await exported() : await exported;
    return value;
  } catch (error) {
    const hint = typeof exported === "function" && exported.length > 0 ? "; it is called without arguments" : "";
    const what = `its default export failed: ${sentenceOf(error)}${lineIn(path, error)}${hint}`;
    throw new WrongUse(`${given} cannot be loaded: ${what}`);
  }
}

function partsOf(made: unknown): { readonly tiers: readonly TierInput[]; readonly options: ChainOptions } | undefined {
  if (isList(made)) return { tiers: made, options: {} };
  if (!isObject(made)) return undefined;
  if (isChain(made)) return made.describe();
  const { tiers, options = {} }: { readonly tiers?: unknown; readonly options?: unknown } = made;
  // What is in the options, createChain judges.
  return isList(tiers) && isObject(options) ? { tiers, options } : undefined;
}

/** What is in it, `createChain` judges. */
function isList(value: unknown): value is readonly TierInput[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isChain(value: object): value is Chain {
  return "describe" in value && typeof value.describe === "function";
}

/** The copy of core that the file itself would import; this package's own where it has none. */
async function coreOf(path: string): Promise<typeof Core> {
  let url: string;
  try {
    url = pathToFileURL(createRequire(path).resolve("@understudy/core")).href;
  } catch {
    return import("@understudy/core");
  }
  const core: typeof Core = await import(url);
  return core;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split("\n")[0] ?? text;
}

/** The line of the file that the error comes from, where it is known. */
function lineIn(path: string, error: unknown): string {
  const { stack = "" } = error instanceof Error ? error : {};
  const line = lineAfter(path, stack) ?? (error instanceof SyntaxError ? lineAfter(path, checked(path)) : undefined);
  return line === undefined ? "" : ` (line ${line})`;
}

/** Stacks name a file by its path or by its URL. */
function lineAfter(path: string, text: string): string | undefined {
  const places = [path, pathToFileURL(path).href].map((name) => text.split(`${name}:`)[1] ?? "");
  return places.map((place) => /^\d+/.exec(place)?.[0]).find((line) => line !== undefined);
}

/** Where a syntax error is, Node tells only when it is asked to check a file. */
function checked(path: string): string {
  const { stderr } = spawnSync(process.execPath, ["--check", path], { encoding: "utf8", timeout: 5_000 });
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- it is missing where nothing can be started
  return stderr ?? "";
}

/** A target at its place in the file. */
export interface Place {
  /** Number of the tier, from 1. */
  readonly tier: number;
  /** Its name; without one, that of its first target. */
  readonly tierName: string;
  /** From 1; undefined where the tier has only one target. */
  readonly sibling: number | undefined;
  readonly target: Target;
}

/** Every target of the file, in order. What is no tier has none: `createChain` says so. */
export function placesOf({ tiers }: ChainFile): readonly Place[] {
  return tiers.flatMap((input, index) => {
    const targets = targetsOf(input);
    const [first] = targets;
    const given = first !== undefined && input !== first && "name" in input ? input.name : undefined;
    const tierName = given ?? `${first?.vendor}/${first?.model}`;
    return targets.map((target, at) => ({
      tier: index + 1,
      tierName,
      sibling: targets.length > 1 ? at + 1 : undefined,
      target,
    }));
  });
}

/** As reports name it. */
export function labelOf({ tier, sibling }: Place): string {
  return sibling === undefined ? String(tier) : `${tier}.${sibling}`;
}

function targetsOf(input: TierInput): readonly Target[] {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- types forbid it, files hold it
  if (typeof input !== "object" || input === null) return [];
  if ("targets" in input) return Array.isArray(input.targets) ? input.targets : [];
  return "target" in input ? [input.target] : [input];
}
