import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { testAdapter, type SimulatorAccess, type SimulatorOptions, type Vendor } from "@understudy/testing";
import type { Target } from "@understudy/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { PlantedBug } from "./planted/planted-bug.ts";
import { READ_BUGS } from "./planted/read-bugs.ts";
import { SENT_BUGS } from "./planted/sent-bugs.ts";
import { blocksOf } from "./snippets/blocks.ts";

const PAGE = "docs/write-an-adapter.md";
const FOLDER = join(import.meta.dirname, ".planted");
/** `table` prints which cases notice which bug. With `all` it looks for every one, which takes minutes; else for those that have to. */
const MODE = process.env["UNDERSTUDY_PLANTED"];
const BUGS = [...SENT_BUGS, ...READ_BUGS];

type Cases = ReadonlyMap<string, () => Promise<void>>;
interface Parrot {
  readonly parrot: (model: string, options: SimulatorAccess) => Target;
}
interface ParrotWire {
  readonly startParrot: (options?: SimulatorOptions) => Promise<Vendor>;
}

const sources = new Map(blocksOf(PAGE).map(({ module, code }) => [module.split("/").at(-1), code]));
const rows: string[] = [];
let startParrot: ParrotWire["startParrot"];

function sourceOf(name: string): string {
  const code = sources.get(name);
  if (code === undefined) throw new Error(`${PAGE} has no ${name}.`);
  return code;
}

async function load<Module>(name: string, code: string): Promise<Module> {
  const path = join(FOLDER, name);
  writeFileSync(path, code);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the page's own exports
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Module;
}

/** The cases of the kit for an adapter of this source, by group and title. */
async function casesOf(name: string, code: string): Promise<Cases> {
  const { parrot } = await load<Parrot>(name, code);
  const cases = new Map<string, () => Promise<void>>();
  let group = "";
  const runner = {
    describe: (title: string, define: () => void) => {
      group = title.replace("parrot: ", "");
      define();
    },
    test: (title: string, run: () => Promise<void>) => void cases.set(`${group} > ${title}`, run),
  };
  testAdapter(runner, {
    name: "parrot",
    startVendor: startParrot,
    makeTarget: (setup) => parrot("parrot-1", setup),
  });
  return cases;
}

/** Those of the titles whose cases fail. */
async function failing(cases: Cases, titles: Iterable<string>): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const title of titles) {
    const run = cases.get(title);
    if (run === undefined) throw new Error(`The kit has no case "${title}".`);
    // oxlint-disable-next-line no-await-in-loop -- some look at the clock
    await run().catch(() => failed.push(title));
  }
  return failed;
}

/** The page's server without its refusals: the kit has to notice by itself what a strict one would. */
const LAX_WIRE = edited("the lax server", sourceOf("parrot-wire.ts"), " || !isKnown || !isConversation(messages)", "");

function edited(name: string, source: string, from: string, to: string): string {
  const pieces = source.split(from);
  if (pieces.length === 2) return pieces.join(to);
  throw new Error(`"${name}" does not fit ${PAGE}: "${from}" stands there ${pieces.length - 1} times.`);
}

/** The page's adapter with one bug. The helpers stand for what an author would write around it. */
function planted({ name, from, to, and }: PlantedBug): string {
  const edits = [[from, to] as const, ...(and === undefined ? [] : [and])];
  const source = edits.reduce((code, [before, after]) => edited(name, code, before, after), sourceOf("parrot.ts"));
  return `${source}\n${HELPERS}`;
}

const HELPERS = `
const KEY_IN_BODY = "sk-test-canary-0123456789abcdef";
const ONE: { reader?: ParrotReader } = {};
const unclosed: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, signal: null });
  // What one branch does not read is not called off by the other.
  return new Response(response.body?.tee()[0], response);
};
const again: typeof fetch = async (input, init) => {
  const first = await fetch(input, init);
  return first.status < 500 ? first : fetch(input, init);
};
`;

describe("the adapter of the guide", () => {
  beforeAll(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    // What bugs print is not for the reader of this test.
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    ({ startParrot } = await load<ParrotWire>("parrot-wire.ts", LAX_WIRE));
  });

  afterAll(() => {
    vi.restoreAllMocks();
    rmSync(FOLDER, { recursive: true });
    if (MODE !== undefined) process.stdout.write(`${rows.join("\n")}\n`);
  });

  test("passes every case that has to notice a bug", async () => {
    const cases = await casesOf("honest.ts", sourceOf("parrot.ts"));

    expect(BUGS.length).toBeGreaterThanOrEqual(40);
    expect(await failing(cases, new Set(BUGS.flatMap(({ foundBy }) => foundBy)))).toEqual([]);
  });

  test.each(BUGS)(
    "does not pass when $name",
    async (bug) => {
      const cases = await casesOf(`bug-${BUGS.indexOf(bug)}.ts`, planted(bug));

      const found = await failing(cases, MODE === "all" ? cases.keys() : bug.foundBy);
      rows.push(`| ${bug.name} | ${found.join("; ")} |`);

      expect(found).toEqual(expect.arrayContaining([...bug.foundBy]));
    },
    60_000,
  );
});
