import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CASES, nameOf } from "../src/cases.ts";
import { readInChild } from "../src/run.ts";
import { startHostileServer, type HostileServer } from "../src/server.ts";
import { faultsOf } from "../src/verdict.ts";
import { isLong } from "../../scripts/long.ts";

/** The check reads those of one vendor; `pnpm long` those of all. */
const WIRES = [...new Set(CASES.map(({ wire }) => wire.name))].slice(0, isLong ? undefined : 1);

describe("hostile answers", () => {
  let server: HostileServer;

  beforeAll(async () => {
    server = await startHostileServer();
  });

  afterAll(() => server.close());

  test.each(WIRES)(
    "of %s cost little time and memory, and end as an answer or a failure that has a class",
    { timeout: 120_000 },
    async (wire) => {
      const { findings, diedIn, stderr } = await readInChild(server.url, wire);

      const own = CASES.filter((hostile) => hostile.wire.name === wire);
      const faults = findings.flatMap((found) => {
        const hostile = CASES[found.number];
        if (hostile === undefined) return [];
        return faultsOf(hostile, found, server.requests(String(found.number))).map(
          (fault) => `${nameOf(hostile)}: ${fault}`,
        );
      });
      const died = diedIn === undefined ? undefined : CASES[diedIn];
      if (died !== undefined) faults.push(`${nameOf(died)}: the process died`);
      expect(faults).toEqual([]);
      expect([findings.length, stderr]).toEqual([own.length, ""]);

      const worst = findings.toSorted((one, other) => other.cpuMs - one.cpuMs).at(0);
      const [time, memory] = [worst?.cpuMs ?? 0, findings.at(-1)?.peakMiB ?? 0];
      const slowest = CASES[worst?.number ?? 0]?.name ?? "";
      process.stderr.write(
        `\n${wire}: ${own.length} answers, at most ${time} ms of CPU (${slowest}) and ${memory} MiB\n`,
      );
    },
  );
});
