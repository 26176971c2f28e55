/** CPU time per text delta of every driver, as a multiple of the bare loop's. */
import type { BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { quartiles, ratio, rounded, spread } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";
import type { RoundResult } from "../clients/stream.ts";
import { Drivers, type StreamCommand } from "./interleave.ts";

export const profiles = ["full", "per-read"] as const;
export type Profile = (typeof profiles)[number];

export interface StreamOptions {
  readonly profile: Profile;
  readonly wires: readonly WireName[];
  readonly drivers: readonly string[];
  readonly rounds: number;
  /** In each stream. */
  readonly deltas: number;
  /** Side by side. */
  readonly streams: number;
}

/** The first rounds compile. */
const warmupRounds: Readonly<Record<Profile, number>> = { full: 12, "per-read": 8 };
/** At full speed every driver works about so long in a round: in a shorter one a single collection of garbage shows. */
const roundMicroseconds = 200_000;
/** And so long before it, uncounted: in others' turns its caches went cold. */
const unmeasuredMicroseconds = 60_000;
const calibrationPaceMs = 20;

type Row = Section["rows"][number];

function rows(wire: WireName, results: ReadonlyMap<string, readonly RoundResult[]>): readonly Row[] {
  const costsOf = (driver: string): readonly number[] => (results.get(driver) ?? []).map(({ perDelta }) => perDelta);
  return [...results.keys()].map((driver) => {
    const times = ratio(costsOf(driver), costsOf("bare"));
    return {
      wire,
      driver,
      "µs per delta": rounded(spread(costsOf(driver)).median),
      "× bare": rounded(times.median),
      "quartiles ×": quartiles(times),
    };
  });
}

function atFullSpeed(server: BenchServer, wire: WireName, options: StreamOptions): StreamCommand {
  const { deltas, streams } = options;
  return { wire, baseURL: server.url(wire, "full", deltas), deltas, streams, repeat: 1, unmeasured: 1 };
}

type CommandFor = (driver: string) => StreamCommand;

/** For every driver as many streams as fill a round. */
async function lengthened(command: StreamCommand, drivers: Drivers): Promise<CommandFor> {
  await drivers.round(() => command);
  const seen = await drivers.round(() => command);
  return (driver) => {
    const perDelta = seen.get(driver)?.perDelta ?? roundMicroseconds;
    const perStreams = perDelta * command.deltas * command.streams;
    const times = (microseconds: number): number => Math.max(1, Math.round(microseconds / perStreams));
    return { ...command, repeat: times(roundMicroseconds), unmeasured: times(unmeasuredMicroseconds) };
  };
}

function oneDeltaPerRead(
  server: BenchServer,
  wire: WireName,
  options: { readonly deltas: number; readonly streams: number },
  paceMs: number,
): StreamCommand {
  const { deltas, streams } = options;
  return {
    wire,
    baseURL: server.url(wire, "per-read", deltas, streams, paceMs),
    deltas,
    streams,
    repeat: 1,
    unmeasured: 0,
  };
}

/** With less idle time than this a client may have fallen behind the server's pace, and had several deltas in a read. */
const highestLoad = 0.85;

function warnings(wire: WireName, results: ReadonlyMap<string, readonly RoundResult[]>): readonly string[] {
  return [...results]
    .filter(([, rounds]) => spread(rounds.map((round) => round.load)).median > highestLoad)
    .map(([driver]) => `${wire}, ${driver}: the machine was too busy for one delta per read; measure again.`);
}

/** The same pace for all, slow enough for the slowest: a client that falls behind would get several deltas in a read. */
function paceFor(results: ReadonlyMap<string, RoundResult>, streams: number): number {
  const slowest = Math.max(...[...results.values()].map((result) => result.perDelta));
  return Math.max(3, Math.ceil((slowest * streams * 1.6) / 1_000));
}

async function paced(
  server: BenchServer,
  wire: WireName,
  options: StreamOptions,
  drivers: Drivers,
): Promise<CommandFor> {
  const calibration = oneDeltaPerRead(server, wire, { ...options, deltas: 50 }, calibrationPaceMs);
  await drivers.round(() => calibration);
  const paceMs = paceFor(await drivers.round(() => calibration), options.streams);
  const command = oneDeltaPerRead(server, wire, options, paceMs);
  return () => command;
}

interface WireResult {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

async function measureWire(server: BenchServer, wire: WireName, options: StreamOptions): Promise<WireResult> {
  const drivers = new Drivers(options.drivers);
  try {
    const command =
      options.profile === "per-read"
        ? await paced(server, wire, options, drivers)
        : await lengthened(atFullSpeed(server, wire, options), drivers);
    await drivers.rounds(warmupRounds[options.profile], command);
    const results = await drivers.rounds(options.rounds, command);
    return { rows: rows(wire, results), notes: options.profile === "per-read" ? warnings(wire, results) : [] };
  } finally {
    drivers.stop();
  }
}

export async function measureStream(server: BenchServer, options: StreamOptions): Promise<Section> {
  const { profile, deltas, streams, rounds } = options;
  const measured: WireResult[] = [];
  for (const wire of options.wires) measured.push(await measureWire(server, wire, options));
  return {
    name: `stream-${profile}`,
    title: profile === "full" ? "Streaming at full speed" : "Streaming with one delta per read",
    rows: measured.flatMap((result) => result.rows),
    notes: [
      `${deltas} deltas in a stream, ${streams} at once, ${rounds} interleaved rounds; CPU time of the client.`,
      ...measured.flatMap((result) => result.notes),
    ],
  };
}
