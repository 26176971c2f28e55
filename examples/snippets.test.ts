import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocksOf, pages, type Block } from "./snippets/blocks.ts";
import { bundlePackages, type Bundle } from "./snippets/bundle.ts";
import { LIMIT_MS, runNode, runsSources } from "./snippets/run.ts";
import { openStage, type Stage } from "./snippets/vendors.ts";
import { isLong } from "../scripts/long.ts";

const EXAMPLES = import.meta.dirname;
const FOLDER = join(EXAMPLES, ".snippets");
const PRELOAD = join(EXAMPLES, "snippets/preload.ts");
const RUN_PAGE = join(EXAMPLES, "snippets/run-page.ts");
const TSC = join(EXAMPLES, "../node_modules/typescript/bin/tsc");

const blocks = pages().flatMap(blocksOf);
/** The check compiles all pages and runs the first one that everybody reads; `pnpm long` runs all. */
const played = blocks.filter(({ file }) => isLong || file === "README.md");
const kits = played.filter(({ code }) => code.includes("testAdapter("));
const programs = played.filter((block) => !kits.includes(block));

interface Page {
  readonly file: string;
  readonly modules: readonly string[];
}

function pagesOf(all: readonly Block[]): readonly Page[] {
  return [...Map.groupBy(all, ({ file }) => file)].map(([file, own]) => ({
    file,
    modules: own.map(({ module }) => module),
  }));
}

/** Compiler and stack traces name modules; readers want the page. The lines are the page's own. */
function namePages(text: string): string {
  return blocks.reduce((named, block) => named.replaceAll(block.module, block.file), text);
}

describe.skipIf(!runsSources)("TypeScript in the documentation", () => {
  let stage: Stage;
  let bundle: Bundle;

  beforeAll(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    const config = { extends: "../tsconfig.json", compilerOptions: { noUnusedLocals: false }, include: ["*/*.ts"] };
    writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(config));
    for (const block of blocks) {
      const path = join(FOLDER, block.module);
      mkdirSync(dirname(path), { recursive: true });
      // On the lines that it has in its page.
      writeFileSync(path, `${"\n".repeat(block.line - 1)}${block.code}`);
    }
    [stage, bundle] = await Promise.all([openStage(), bundlePackages("snippets")]);
  }, LIMIT_MS);

  afterAll(() => stage.close());

  test("is found on every page that has some", () => {
    expect(blocks.length).toBeGreaterThan(20);
  });

  test(
    "type-checks",
    async () => {
      const { code, stdout } = await runNode([TSC, "-p", FOLDER, "--pretty", "false"], { cwd: FOLDER });

      expect(namePages(stdout)).toBe("");
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );

  /** Programs of one page share a process: to start one costs more than most of them do. */
  async function run({ file, modules }: Page): Promise<void> {
    const { code, stdout, stderr } = await runNode([...bundle.parameters, "--import", PRELOAD, RUN_PAGE, ...modules], {
      cwd: FOLDER,
      env: { ...bundle.env, UNDERSTUDY_ROUTES: JSON.stringify(stage.routes) },
    });
    const began = stdout.split("\n").filter((line) => modules.includes(line));
    const last = namePages(`${file}: ${began.at(-1)}`);

    expect(namePages(stderr), `after ${last}`).toBe("");
    expect(code, `${last}\n${namePages(stdout)}`).toBe(0);
    expect(began).toEqual(modules);
  }

  test.concurrent.each(pagesOf(programs))("what $file shows runs", run, LIMIT_MS);

  // The conformance kit looks at the clock: nothing of ours runs beside it.
  test.each(pagesOf(kits))("the kits that $file shows run", run, LIMIT_MS);
});
