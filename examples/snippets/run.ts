import { spawn } from "node:child_process";

/** How a program ended and what it printed. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Older versions cannot read all sources as they are (`await using`); there the packages run built, not from source. */
export const runsSources: boolean = Number(process.versions.node.split(".", 1)[0]) >= 24;
if (!runsSources)
  process.stderr.write("\nSkipped on this Node: examples and pages run their sources on Node 24 and later.\n");

/** Far more than any program needs, so that a busy machine fails none. */
export const LIMIT_MS: number = 60_000;

/** Runs a program with this Node to its end; one that does not end is killed and has no code. */
export function runNode(
  parameters: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, parameters, {
      cwd,
      env: { ...process.env, NO_COLOR: "1", NODE_NO_WARNINGS: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MS,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
