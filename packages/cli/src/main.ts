import { resolve } from "node:path";
import { readArguments, unknown } from "./arguments.ts";
import type { Command } from "./command.ts";
import { Output, type Surroundings } from "./output.ts";
import { versionOf } from "./version.ts";
import { WrongUse } from "./wrong-use.ts";

/** Each is loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  doctor: async () => (await import("./doctor/doctor.ts")).doctor,
  drill: async () => (await import("./drill/drill.ts")).drill,
  trace: async () => (await import("./trace/trace.ts")).trace,
  models: async () => (await import("./models/models.ts")).models,
};

const HELP = `understudy <command>

  doctor <chain file>   would the chain work today, and what would it lose in an outage
  drill <chain file>    rehearses outages and draws what users would have seen
  trace <file or ->     shows what calls did
  models                the models that the installed adapters know

  --help                of a command: what it takes
  --version

Example: npx @understudy/cli doctor chain.ts`;

const COMMON_HELP = `
  --json              one JSON document on stdout, nothing else there
  --env-file <path>   reads variables from a file; may be repeated
  --no-color`;

/** Runs a command and returns its exit code: 0 well, 1 a check failed or a budget was exceeded, 2 wrong use. Never throws. */
export async function main(args: readonly string[], from: Surroundings): Promise<number> {
  const output = new Output(from, args.includes("--no-color"));
  try {
    return await dispatch(args, from, output);
  } catch (error) {
    return tell(error, output);
  }
}

/** Says what nobody has caught, and returns the exit code. */
export function failed(error: unknown, from: Surroundings): number {
  return tell(error, new Output(from, true));
}

function tell(error: unknown, output: Output): number {
  output.warn(error instanceof WrongUse ? error.message : `understudy failed: ${lineOf(error)}`);
  return 2;
}

async function dispatch(args: readonly string[], from: Surroundings, output: Output): Promise<number> {
  const [name = "", ...rest] = args;
  if (name.startsWith("-") || name === "") return general(args, output);
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) throw new WrongUse(unknown(name, Object.keys(COMMANDS)));
  const command = await load();
  const given = readArguments(rest, command.options, 1);
  if (given.flags.has("help")) {
    output.print(`${command.help}${COMMON_HELP}`);
    return 0;
  }
  if (given.flags.has("version")) return printVersion(output);
  for (const path of given.values.get("env-file") ?? []) loadEnvironment(path, from.cwd);
  return command.run({ given, output, from });
}

function general(args: readonly string[], output: Output): number {
  const { flags } = readArguments(args, {}, Infinity);
  if (flags.has("version")) return printVersion(output);
  output.print(HELP);
  if (flags.has("help")) return 0;
  return 2;
}

function printVersion(output: Output): number {
  output.print(versionOf());
  return 0;
}

function loadEnvironment(path: string, cwd: string): void {
  try {
    process.loadEnvFile(resolve(cwd, path));
  } catch {
    throw new WrongUse(`--env-file: ${path} cannot be read.`);
  }
}

function lineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
