import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { main } from "../src/main.ts";

/** What a command did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const CHAINS: string = join(import.meta.dirname, "chains");
const BIN = join(import.meta.dirname, "../src/bin.ts");

interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: readonly string[];
  /** Whether somebody sits at a terminal, and how wide it is. */
  readonly terminal?: number | undefined;
}

/** Runs a command in this process, as from a pipe or at a terminal, with the chains of the tests beside it. */
export async function run(args: readonly string[], { env = {}, stdin = [], terminal }: Setting = {}): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const typed: Readable = PassThrough.from(stdin);
  if (terminal !== undefined) {
    for (const stream of [stdout, stderr, typed]) Object.assign(stream, { isTTY: true, columns: terminal });
  }
  const code = await main(args, { stdout, stderr, stdin: typed, env, cwd: CHAINS });
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function text(stream: PassThrough): string {
  const chunk: unknown = stream.read();
  return chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : "";
}

/** The program in a process of its own, behind pipes. */
export function started(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  node: readonly string[] = [],
): ChildProcessWithoutNullStreams {
  const { FORCE_COLOR: _, NO_COLOR: __, ...rest } = process.env;
  const parameters = ["-C", "@understudy/source", "--disable-warning=ExperimentalWarning", ...node, BIN, ...args];
  return spawn(process.execPath, parameters, { cwd: CHAINS, env: { ...rest, ...env } });
}

/** How it ended. A code of -1: by a signal. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  const [stdout, stderr, code] = await Promise.all([
    whole(child.stdout),
    whole(child.stderr),
    new Promise<number>((resolve) => child.once("close", (exit) => resolve(exit ?? -1))),
  ]);
  return { code, stdout, stderr };
}

async function whole(stream: Readable): Promise<string> {
  const chunks: unknown[] = [];
  stream.on("data", (chunk: unknown) => chunks.push(chunk));
  await new Promise((resolve) => stream.once("close", resolve));
  return chunks.map(String).join("");
}
