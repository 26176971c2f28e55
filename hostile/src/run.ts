import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Finding } from "./finding.ts";

/** Of the process that reads: enough for any real answer. */
const HEAP_MIB = 256;

export interface ChildRun {
  readonly findings: readonly Finding[];
  /** The case in which the process died. */
  readonly diedIn: number | undefined;
  readonly stderr: string;
}

/** Lets a process of its own read all hostile answers of one wire. */
export async function readInChild(url: string, wire: string): Promise<ChildRun> {
  const program = fileURLToPath(new URL("child.ts", import.meta.url));
  const flags = ["-C", "@understudy/source", `--max-old-space-size=${HEAP_MIB}`];
  const child = spawn(process.execPath, [...flags, program, url, wire], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const findings: Finding[] = [];
  let begun: number | undefined;
  for (const line of stdout.split("\n").filter((one) => one !== "")) {
    const value: unknown = JSON.parse(line);
    if (typeof value === "number") begun = value;
    else if (isFinding(value)) {
      findings.push(value);
      begun = undefined;
    }
  }
  return { findings, diedIn: begun, stderr };
}

function isFinding(value: unknown): value is Finding {
  return typeof value === "object" && value !== null && "cpuMs" in value;
}
