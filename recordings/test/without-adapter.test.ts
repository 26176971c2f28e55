import { expect, test } from "vitest";
import { adaptedWires } from "../src/adapters.ts";
import { expectedFailures } from "../src/expected/errors.ts";
import { peculiar } from "../src/expected/peculiar.ts";
import { recordingsFolder } from "../src/folder.ts";
import { listRecordings } from "../src/recordings.ts";
import { replayCase } from "../src/replay/cases.ts";

const recordings = listRecordings();

test("every recording is replayed through an adapter or named as having none", () => {
  const others = recordings.filter((recording) => !adaptedWires.some((wire) => wire.covers(recording)));
  const vendors = [...new Set(others.map((recording) => recording.vendor))];
  const counts = vendors.map((vendor) => `${vendor} (${others.filter((one) => one.vendor === vendor).length})`);
  if (counts.length > 0) process.stderr.write(`\nrecordings without an adapter: ${counts.join(", ")}\n`);

  expect(vendors).toStrictEqual([]);
});

test("no recording belongs to two adapters", () => {
  const shared = recordings.filter((one) => adaptedWires.filter((wire) => wire.covers(one)).length > 1);

  expect(shared).toStrictEqual([]);
});

test("no expectation that is stated by hand names a recording that is not there", () => {
  const files = new Set(recordings.map((recording) => recording.file));
  const named = [...Object.keys(peculiar), ...Object.keys(expectedFailures)];
  const gone = recordingsFolder.exists ? named.filter((file) => !files.has(file)) : [];

  expect(gone).toStrictEqual([]);
});

test("every expectation that is stated by hand differs from what the recording says by itself", () => {
  const stated = recordings.filter((recording) => recording.file in peculiar);
  const cases = adaptedWires.flatMap((wire) =>
    stated.filter((recording) => wire.covers(recording)).map((recording) => replayCase(wire, recording)),
  );

  expect(cases.filter((one) => !one.isStatementNeeded).map((one) => one.file)).toStrictEqual([]);
});
