import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One TypeScript block of a Markdown file. */
export interface Block {
  /** Relative to the repository. */
  readonly file: string;
  /** Of its first line of code, counted from 1. */
  readonly line: number;
  readonly code: string;
  /**
   * Where it is written, relative to the folder of all snippets. A block that begins with `// name.ts` has that name, so
   * that later blocks of its page can import it. */
  readonly module: string;
}

const ROOT = join(import.meta.dirname, "../..");

/** Every page whose TypeScript has to run: README, docs, and the packages' own READMEs. */
export function pages(): readonly string[] {
  const docs = namesIn("docs").map((name) => `docs/${name}`);
  const packages = namesIn("packages").map((name) => `packages/${name}/README.md`);
  return ["README.md", "examples/README.md", ...docs, ...packages].filter((file) => file.endsWith(".md"));
}

/** The TypeScript blocks of a page, in order. */
export function blocksOf(file: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly code: string[] } | undefined;
  for (const [index, text] of readPage(file).split("\n").entries()) {
    if (open === undefined) {
      if (text === "```ts") open = { line: index + 2, code: [] };
    } else if (text === "```") {
      const { line, code } = open;
      const name = /^\/\/ (\S+\.ts)$/.exec(code[0] ?? "")?.[1] ?? `line-${line}.ts`;
      blocks.push({ file, line, code: `${code.join("\n")}\n`, module: `${file.replaceAll("/", "-")}/${name}` });
      open = undefined;
    } else {
      open.code.push(text);
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line} begins a block that has no end.`);
  return blocks;
}

function readPage(file: string): string {
  try {
    return readFileSync(join(ROOT, file), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder)).toSorted();
}
