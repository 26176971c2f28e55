import type { ParseArgsConfig } from "node:util";
import type { Arguments } from "./arguments.ts";
import type { Output, Surroundings } from "./output.ts";

/** What a command gets. */
export interface Run {
  readonly given: Arguments;
  readonly output: Output;
  readonly from: Surroundings;
}

export interface Command {
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** With one example. */
  readonly help: string;
  /** Returns the exit code. */
  readonly run: (run: Run) => Promise<number>;
}
