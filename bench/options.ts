/** The command line of `pnpm bench`. */
import { parseArgs } from "node:util";
import { aiSdkNames, areComparablesInstalled, comparableNames } from "./drivers/index.ts";
import { profiles, type Profile } from "./measurements/stream.ts";
import { wireNames, type WireName } from "./wires/wire.ts";

const measurementNames = [
  "stream",
  "scaling",
  "ttft",
  "generate",
  "requests",
  "hand-off",
  "failover",
  "first-call",
  "open-streams",
  "many-streams",
  "ahead",
  "packages",
  "imports",
] as const;
export type MeasurementName = (typeof measurementNames)[number];

export interface Options {
  readonly measurements: readonly MeasurementName[];
  readonly profiles: readonly Profile[];
  readonly wires: readonly WireName[];
  readonly rounds: number;
  /** `undefined`: what suits the profile. */
  readonly deltas: number | undefined;
  readonly streams: number | undefined;
  /** In one process, of the measurement many-streams. */
  readonly openStreams: number;
  /** `undefined`: those of the profile. */
  readonly drivers: readonly string[] | undefined;
  readonly withAiSdk: boolean;
  readonly withComparables: boolean;
  readonly json: boolean;
  readonly write: boolean;
}

export const usage: string = `pnpm bench [measurement …] [options]

Measurements: ${measurementNames.join(", ")}, or all. Default: stream.

  --profile full,per-read    streams at full speed, or one delta per read (default: both)
  --wires anthropic,…        ${wireNames.join(", ")} (default: all)
  --rounds 9                 interleaved rounds
  --deltas 10000             deltas in each stream (default: 10000 at full speed, 120 with one per read)
  --streams 1                streams at once (default: 1 at full speed, 50 with one per read)
  --open-streams 10000       streams in one process, of many-streams
  --only chain,ai-sdk        drivers of the stream measurement; bare always runs with them
  --comparables              also ${comparableNames.join(", ")} (an hour more)
  --json                     print JSON
  --write                    also write results.json, the tables of README.md and the plot`;

const ownDrivers: Readonly<Record<Profile, readonly string[]>> = {
  full: [
    "bare",
    "sdk-raw",
    "sdk-helper",
    "engine",
    "chain",
    "chain-no-gate",
    "chain-node",
    "chain-node-no-gate",
    "chain-sdk",
    "chain-text",
    "chain-response",
  ],
  "per-read": ["bare", "sdk-raw", "chain", "chain-node"],
};

/** The slowest sets the pace of one delta per read, so libraries that take ten times as long are left out of it. */
export function driversOf(profile: Profile, { drivers, withAiSdk, withComparables }: Options): readonly string[] {
  if (drivers !== undefined) return [...new Set(["bare", ...drivers])];
  if (withComparables) return [...ownDrivers[profile], ...aiSdkNames, ...comparableNames];
  return [...ownDrivers[profile], ...(withAiSdk && profile === "full" ? aiSdkNames : [])];
}

function list<T extends string>(value: string | undefined, known: readonly T[], what: string): readonly T[] {
  if (value === undefined || value === "all") return known;
  return value.split(",").map((name) => {
    const found = known.find((candidate) => candidate === name);
    if (found === undefined) throw new Error(`No ${what} "${name}". Known: ${known.join(", ")}`);
    return found;
  });
}

function positive(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} takes a positive integer, not ${value}`);
  return number;
}

export function readOptions(commandLine: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...commandLine],
    allowPositionals: true,
    options: {
      profile: { type: "string" },
      wires: { type: "string" },
      rounds: { type: "string" },
      deltas: { type: "string" },
      streams: { type: "string" },
      "open-streams": { type: "string" },
      only: { type: "string" },
      comparables: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const withAiSdk = areComparablesInstalled();
  return {
    measurements: positionals.length === 0 ? ["stream"] : list(positionals.join(","), measurementNames, "measurement"),
    profiles: list(values.profile, profiles, "profile"),
    wires: list(values.wires, wireNames, "wire"),
    rounds: positive(values.rounds, "rounds") ?? 9,
    deltas: positive(values.deltas, "deltas"),
    streams: positive(values.streams, "streams"),
    openStreams: positive(values["open-streams"], "open-streams") ?? 10_000,
    drivers: values.only?.split(","),
    withAiSdk,
    withComparables: withAiSdk && values.comparables,
    json: values.json,
    write: values.write,
  };
}
