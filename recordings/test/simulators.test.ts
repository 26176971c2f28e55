import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Vendor } from "@understudy/testing";
import { exceptions } from "../src/exceptions.ts";
import { recordingsFolder } from "../src/folder.ts";
import { isFields, listRecordings, readErrorText, readJson, readText, type Recording } from "../src/recordings.ts";
import { recordedWires, vertexWire, type RecordedWire } from "../src/wires.ts";

const recordings = listRecordings().filter((recording) => recording.request !== undefined);
/** The first one that covers a recording gets it. */
const wires = [vertexWire, ...recordedWires];
const goodKey = "recorded-key";

if (!recordingsFolder.exists) process.stderr.write(`\nrecordings/simulators: ${recordingsFolder.absence}\n`);

test("every folder of recordings has a simulator or is named as having none", () => {
  const alone = recordings.filter((recording) => !recordedWires.some((wire) => wire.covers(recording)));
  const others = new Set(alone.map((recording) => recording.vendor));
  const counts = [...others].map((vendor) => `${vendor} (${alone.filter((one) => one.vendor === vendor).length})`);
  if (counts.length > 0) process.stderr.write(`\nrecordings without a simulator: ${counts.join(", ")}\n`);

  expect([...others].filter((vendor) => vendor !== "azure-openai")).toStrictEqual([]);
});

describe.skipIf(!recordingsFolder.exists).each(wires)("$vendor", (wire) => {
  const own = recordings.filter((recording) => wires.find((one) => one.covers(recording)) === wire);
  const accepted = own.filter((recording) => recording.kind !== "error");
  const refused = own.filter((recording) => recording.kind === "error");
  const outcomes = { accepted: 0, refused: 0, exceptions: 0 };
  let vendor: Vendor;

  beforeAll(async () => {
    const models = own
      .filter(provesModel)
      .flatMap((recording) => wire.model(recording, readJson(recording.request ?? "")));
    vendor = await wire.start({ apiKey: goodKey, models });
  });

  afterAll(async () => {
    await vendor.close();
    const { accepted: taken, refused: sent, exceptions: named } = outcomes;
    process.stderr.write(
      `\n${wire.vendor}: accepted ${taken} of ${accepted.length} recorded requests, refused ${sent} of ${refused.length}, exceptions ${named}\n`,
    );
  });

  test.each(accepted)("takes $file", async (recording) => {
    const sent = await send(wire, vendor, recording, goodKey);

    outcomes[recording.file in exceptions ? "exceptions" : "accepted"] += 1;
    expect(verdict(recording, sent.status === 200, sent)).toStrictEqual(expected(recording));
  });

  test.each(refused)("refuses $file", async (recording) => {
    const sent = await send(wire, vendor, recording, keyOf(recording));
    const recorded = { status: recording.status, code: wire.code(readErrorText(recording.file)) };
    const same = sent.status === recorded.status && sent.code === recorded.code;

    outcomes[recording.file in exceptions ? "exceptions" : "refused"] += 1;
    expect(verdict(recording, same, sent)).toStrictEqual(expected(recording));
  });
});

test("no exception names a recording that is not there", () => {
  const files = new Set(recordings.map((recording) => recording.file));
  const gone = recordingsFolder.exists ? Object.keys(exceptions).filter((file) => !files.has(file)) : [];

  expect(gone).toStrictEqual([]);
});

function keyOf(recording: Recording): string {
  if (recording.file.includes("permission-denied")) return "";
  return /invalid-key|mistral\/error\/401/.test(recording.file) ? "wrong-key" : goodKey;
}

/** Every request proves that its model exists, unless it was refused for its model. */
function provesModel(recording: Recording): boolean {
  return !/\/404-error|model-not-found/.test(recording.file);
}

interface Sent {
  readonly status: number;
  readonly code: string;
  readonly text?: string;
}

/** What the simulator did, with its answer where that is a surprise. */
function verdict(recording: Recording, asRecorded: boolean, sent: Sent) {
  return asRecorded || recording.file in exceptions ? { asRecorded } : { asRecorded, text: sent.text };
}

/** An exception has to differ from its recording: once it does not, it is stale. */
function expected(recording: Recording) {
  return { asRecorded: !(recording.file in exceptions) };
}

async function send(wire: RecordedWire, vendor: Vendor, recording: Recording, key: string): Promise<Sent> {
  const body = readText(recording.request ?? "");
  const parsed: unknown = JSON.parse(body);
  const response = await fetch(vendor.url + wire.path(recording, isFields(parsed) ? parsed : {}), {
    method: "POST",
    headers: { "content-type": "application/json", ...wire.headers(key, recording) },
    body,
  });
  const text = await response.text();
  return { status: response.status, code: response.status === 200 ? "" : wire.code(text), text };
}
