import { PassThrough } from "node:stream";
import { join } from "node:path";
import { main } from "../src/main.ts";

/** What a command did, run in this process. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const CHAINS: string = join(import.meta.dirname, "chains");

/** Runs a command as from a pipe, with the chains of the tests beside it. */
export async function run(
  args: readonly string[],
  {
    env = {},
    stdin = [],
  }: { readonly env?: Readonly<Record<string, string>>; readonly stdin?: readonly string[] } = {},
): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(args, { stdout, stderr, stdin: PassThrough.from(stdin), env, cwd: CHAINS });
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function text(stream: PassThrough): string {
  const chunk: unknown = stream.read();
  return chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : "";
}
