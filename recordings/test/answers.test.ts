import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Vendor } from "@understudy/testing";
import { kindOf, parseEvents, pathsOf, type StreamEvent } from "../src/events.ts";
import { openExcuses } from "../src/excuses.ts";
import { recordingsFolder } from "../src/folder.ts";
import { isFields, listRecordings, readEvents, readJson, type Recording } from "../src/recordings.ts";
import { sample, sampleAnswers } from "../src/samples.ts";
import { unseen } from "../src/unseen.ts";
import { recordedWires } from "../src/wires.ts";

if (!recordingsFolder.exists) process.stderr.write(`\nrecordings/answers: ${recordingsFolder.absence}\n`);

/** Recordings that show what the vendor itself sends. */
const genuine = listRecordings().filter((recording) => recording.provenance.startsWith("recorded"));

describe.skipIf(!recordingsFolder.exists).each(recordedWires)("$vendor", (wire) => {
  const own = genuine.filter((recording) => recording.vendor === wire.vendor);
  const streams = own
    .filter((recording) => recording.kind === "stream")
    .map((one) => parseEvents(readEvents(one.file)));
  const wholes = own.filter((recording) => recording.kind === "response").map(readWhole);
  const excuses = openExcuses(unseen[wire.vendor]);
  let vendor: Vendor;

  beforeAll(async () => {
    vendor = await wire.start({});
  });

  afterAll(() => vendor.close());

  test.each(Object.keys(sampleAnswers))("streams %s with events in an order that was recorded", async (name) => {
    const recorded = new Set(streams.flatMap(steps));

    const events = parseEvents((await sample(wire, vendor, sampleAnswers[name] ?? {}, true)).body);

    expect(excuses.without(steps(events).filter((step) => !recorded.has(step)))).toStrictEqual([]);
  });

  test.each(Object.keys(sampleAnswers))("streams %s with the fields that were recorded", async (name) => {
    const recorded = collect(streams.flat());

    const events = parseEvents((await sample(wire, vendor, sampleAnswers[name] ?? {}, true)).body);

    const faults = events.flatMap(({ data }) => compare(kindOf(data), pathsOf(data), recorded.get(kindOf(data))));
    expect(excuses.without(faults)).toStrictEqual([]);
  });

  test.each(Object.keys(sampleAnswers))("answers %s with the fields that were recorded", async (name) => {
    const recorded = wholes.map((whole) => pathsOf(whole));

    const whole: unknown = JSON.parse((await sample(wire, vendor, sampleAnswers[name] ?? {}, false)).body);

    const faults = compare("whole", pathsOf(whole), recorded);
    expect(excuses.without(faults)).toStrictEqual([]);
  });

  test("frames events byte for byte as recorded", async () => {
    const recorded = own.filter((one) => one.kind === "stream" && one.provenance === "recorded");
    const known = new Set(recorded.flatMap((recording) => framing(readEvents(recording.file))));

    const { body } = await sample(wire, vendor, sampleAnswers["text"] ?? {}, true);

    expect(framing(body).filter((frame) => !known.has(frame))).toStrictEqual([]);
  });

  test("needs every exception that is named", () => {
    expect(excuses.stale()).toStrictEqual([]);
  });
});

/** The kinds of lines and line ends between events, with what is said taken out. */
function framing(body: string): readonly string[] {
  const bare = body.replace(/^(data|event): [^\r\n]*/gm, "$1:");
  return [...new Set(bare.match(/[^\r\n]*\r?\n(\r?\n)?/g))];
}

function readWhole(recording: Recording): unknown {
  const value = readJson(recording.file);
  return Array.isArray(value) ? value[0] : value;
}

/** Each event with the one before it, keep-alives left out. */
function steps(events: readonly StreamEvent[]): readonly string[] {
  const kinds = events
    .map(({ event, data }) => (event === "" ? kindOf(data) : event))
    .filter((kind) => kind !== "ping");
  return [...kinds, "end"].map((kind, index) => `${kinds[index - 1] ?? "start"} -> ${kind}`);
}

function collect(events: readonly StreamEvent[]): ReadonlyMap<string, readonly ReadonlySet<string>[]> {
  const byKind = new Map<string, ReadonlySet<string>[]>();
  for (const { data } of events) {
    if (!isFields(data)) continue;
    byKind.set(kindOf(data), [...(byKind.get(kindOf(data)) ?? []), pathsOf(data)]);
  }
  return byKind;
}

/** Fields that no recording has, and fields that every recording has and the simulator has not. */
function compare(kind: string, own: ReadonlySet<string>, recorded: readonly ReadonlySet<string>[] = []) {
  if (recorded.length === 0) return own.size === 0 ? [] : [`${kind} was never recorded`];
  const union = new Set(recorded.flatMap((paths) => [...paths]));
  const everywhere = [...union].filter((path) => recorded.every((paths) => paths.has(path)));
  return [
    ...[...own].filter((path) => !union.has(path)).map((path) => `${kind}: unseen ${path}`),
    ...everywhere.filter((path) => !own.has(path)).map((path) => `${kind}: missing ${path}`),
  ];
}
