import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Instrumenter, type babel } from "@stryker-mutator/instrumenter";
import type { Ignorer, NodePath } from "@stryker-mutator/api/ignore";
import type { Logger } from "@stryker-mutator/api/logging";
import { filesInScope, isProse, ROOT } from "./scope.ts";

export interface Mutant {
  readonly id: number;
  /** Below the root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly kind: string;
  /** The line on which it begins. */
  readonly text: string;
  /** The how manieth of such lines of its file that is, from 1. */
  readonly place: number;
  /** What stands there, and what stands there instead. */
  readonly from: string;
  readonly to: string;
}

export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** Each file, with all of its mutants behind switches (`switch.ts`). */
  readonly sources: ReadonlyMap<string, string>;
  /** The mutants of one place are reached together. By the number of the first. */
  readonly groups: ReadonlyMap<number, readonly number[]>;
}

const silent = (): void => {};
const isOff = (): boolean => false;
const LOGGER: Logger = {
  isTraceEnabled: isOff,
  isDebugEnabled: isOff,
  isInfoEnabled: isOff,
  isWarnEnabled: isOff,
  isErrorEnabled: isOff,
  isFatalEnabled: isOff,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent,
};

/** The interface of ignorers tells nothing of what they get. */
const isBabelPath = (path: NodePath): path is babel.NodePath => "node" in path;

const PROSE: Ignorer = {
  shouldIgnore(path: NodePath): string | undefined {
    if (!isBabelPath(path)) return undefined;
    const { node } = path;
    if (node.type === "StringLiteral") return isProse(node.value) ? "prose" : undefined;
    if (node.type !== "TemplateLiteral") return undefined;
    return node.quasis.some(({ value }) => isProse(value.raw)) ? "prose" : undefined;
  },
};

/** The same sources give the same mutants, with the same numbers. */
export async function instrument(): Promise<Instrumented> {
  const originals = new Map(filesInScope().map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
  const { files, mutants } = await new Instrumenter(LOGGER).instrument(
    [...originals].map(([name, content]) => ({ name, content, mutate: true })),
    { plugins: null, excludedMutations: [], ignorers: [PROSE] },
  );
  const groups = new Map<number, readonly number[]>();
  return {
    groups,
    sources: new Map(files.map(({ name, content }) => [name, withOwnSwitches(name, content, groups)])),
    mutants: mutants
      .filter(({ status }) => status === undefined)
      .map(({ id, fileName, mutatorName, replacement, location: { start, end } }) => ({
        id: Number(id),
        file: fileName,
        line: start.line + 1,
        column: start.column + 1,
        kind: mutatorName,
        ...lineOf(originals.get(fileName) ?? "", start.line),
        from: pieceOf(originals.get(fileName) ?? "", start, end),
        to: replacement,
      })),
  };
}

function lineOf(source: string, index: number): Pick<Mutant, "text" | "place"> {
  const lines = source.split("\n", index + 1).map((line) => line.trim());
  const text = lines.at(-1) ?? "";
  return { text, place: lines.filter((line) => line === text).length };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

function pieceOf(source: string, start: Place, end: Place): string {
  const lines = source.split("\n").slice(start.line, end.line + 1);
  const last = lines.length - 1;
  return lines
    .map((line, index) => line.slice(index === 0 ? start.column : 0, index === last ? end.column : undefined))
    .join("\n");
}

/** The switches that come with the instrumenter count by name in objects: too slow for loops that are run a million times. */
function withOwnSwitches(file: string, source: string, groups: Map<number, readonly number[]>): string {
  const way = relative(dirname(file), "mutation/switch.ts");
  const body = source
    .replace(/^function stryNS_9fa48[\s\S]*?\n {2}return isActive\(id\);\n\}\n/, "")
    .replaceAll(/stryMutAct_9fa48\("(\d+)"\)/g, "stryIsActive($1)")
    .replaceAll(/stryCov_9fa48\(([\d", ]+)\)/g, (_, list: string) => {
      const ids = list.split(", ").map((id) => Number(id.slice(1, -1)));
      const [first = 0] = ids;
      groups.set(first, ids);
      return `stryReach(${first})`;
    });
  return `import { isActive as stryIsActive, reach as stryReach } from "${way}";\n${body}`;
}
