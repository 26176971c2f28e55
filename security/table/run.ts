import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Cell } from "./play.ts";

export interface Played {
  readonly cells: readonly Cell[];
  readonly hasRedis: boolean;
  /** What is wrong with the process as a whole. */
  readonly faults: readonly string[];
}

/** Plays the table in a process whose output is watched, with the log levels of SDKs as loud as they get. */
export async function playInChild(form: "whole" | "short"): Promise<Played> {
  const child = fork(join(import.meta.dirname, "child.ts"), [form], {
    execArgv: ["-C", "@understudy/source", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, OPENAI_LOG: "debug", ANTHROPIC_LOG: "debug", DEBUG: "*" },
  });
  if (child.stdout === null || child.stderr === null) throw new Error("There is no pipe.");
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  const told: Promise<unknown[]> = once(child, "message");
  const [first] = await Promise.race([told, once(child, "exit").then(() => [undefined])]);
  const output = (await printed).join("");
  if (!isTold(first)) throw new Error(`The process that plays the table died:\n${output}`);
  const faults = first.unhandled.map((reason) => `nobody handles: ${reason}`);
  if (output !== "") faults.push(`something is printed: ${output.slice(0, 300)}`);
  return { cells: first.cells, hasRedis: first.hasRedis, faults };
}

interface Told {
  readonly cells: readonly Cell[];
  readonly unhandled: readonly string[];
  readonly hasRedis: boolean;
}

function isTold(value: unknown): value is Told {
  return typeof value === "object" && value !== null && "cells" in value;
}
