import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Vendor } from "@understudy/testing";
import { parseEvents } from "../src/events.ts";
import { openExcuses } from "../src/excuses.ts";
import { specsFolder } from "../src/folder.ts";
import { sample, sampleAnswers } from "../src/samples.ts";
import { answerSpec } from "../src/specs.ts";
import { undescribed } from "../src/unseen.ts";
import { recordedWires } from "../src/wires.ts";

const described = specsFolder.exists ? recordedWires.filter((wire) => answerSpec(wire.vendor) !== undefined) : [];

if (!specsFolder.exists) process.stderr.write(`\nrecordings/specs: ${specsFolder.absence}\n`);

test("the wires without a description are known", () => {
  const others = recordedWires.filter((wire) => !described.includes(wire)).map((wire) => wire.vendor);

  expect(specsFolder.exists ? others : ["deepseek", "bedrock"]).toStrictEqual(["deepseek", "bedrock"]);
});

describe.skipIf(!specsFolder.exists).each(described)("$vendor", (wire) => {
  const spec = answerSpec(wire.vendor);
  const excuses = openExcuses(undescribed[wire.vendor]);
  let vendor: Vendor;

  beforeAll(async () => {
    vendor = await wire.start({});
  });

  afterAll(() => vendor.close());

  test.each(Object.keys(sampleAnswers))("answers %s as the vendor describes it", async (name) => {
    const whole: unknown = JSON.parse((await sample(wire, vendor, sampleAnswers[name] ?? {}, false, wire.newest)).body);

    expect(excuses.without(spec?.whole(whole) ?? [])).toStrictEqual([]);
  });

  test.each(Object.keys(sampleAnswers))("streams %s as the vendor describes it", async (name) => {
    const events = parseEvents((await sample(wire, vendor, sampleAnswers[name] ?? {}, true, wire.newest)).body);

    const payloads = events.map(({ data }) => data).filter((data) => data !== "[DONE]");
    expect(payloads.length).toBeGreaterThan(0);
    expect(excuses.without(payloads.flatMap((data) => spec?.event(data) ?? []))).toStrictEqual([]);
  });

  test("needs every exception that is named", () => {
    expect(excuses.stale()).toStrictEqual([]);
  });
});
