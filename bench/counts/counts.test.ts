import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { wireNames, type WireName } from "../wires/wire.ts";
import type { WireBytes, WireCounts } from "./program.ts";
import { isLong } from "../../scripts/long.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("program.ts", import.meta.url));

/** The sources run without a build on Node 24 and later; what engines allocate differs between versions. */
const isCounted = Number(process.versions.node.split(".", 1)[0]) >= 24;
if (!isCounted) console.warn("Skipped on this Node: what a delta costs is counted on Node 24 and later.");

/** Without optimising compilers the same program allocates the same bytes each time. */
const UNOPTIMISED = [
  "--expose-gc",
  "--no-opt",
  "--no-maglev",
  "--no-sparkplug",
  "--single-threaded",
  "--min-semi-space-size=256",
  "--max-semi-space-size=256",
];

/** Each wire with a reader of its own kind; `pnpm long` counts all of them. */
const COUNTED = isLong ? wireNames : (["anthropic", "openai-chat", "gemini"] as const);

async function count<Result>(nodeOptions: readonly string[], ...args: readonly string[]): Promise<Result> {
  const { stdout } = await run(process.execPath, [...nodeOptions, "-C", "@understudy/source", program, ...args]);
  const result: Result = JSON.parse(stdout);
  return result;
}

/** Bytes of a delta that neither the bare loop nor `for await` allocates; some wires repeat more in each event. */
const MOST_OWN_BYTES: Readonly<Record<WireName, number>> = {
  anthropic: 231,
  "openai-responses": 245,
  "openai-chat": 360,
  gemini: 694,
  deepseek: 360,
  mistral: 360,
  xai: 245,
  bedrock: 496,
};

/** Of a call of a short answer without an SDK: each step that may have to wait has one. */
const PROMISES_OF_A_CALL: Readonly<Record<WireName, number>> = {
  anthropic: 55,
  "openai-responses": 52,
  "openai-chat": 52,
  gemini: 51,
  deepseek: 52,
  mistral: 52,
  xai: 52,
  bedrock: 60,
};

/** Bytes of such a call that the same by hand does not allocate. */
const MOST_OWN_BYTES_OF_A_CALL: Readonly<Record<WireName, number>> = {
  anthropic: 111_000,
  "openai-responses": 114_500,
  "openai-chat": 126_000,
  gemini: 108_500,
  deepseek: 115_500,
  mistral: 112_500,
  xai: 105_000,
  bedrock: 122_500,
};

/** Code that is not optimised takes ten times as long. */
const SLOW_MS = 60_000;

/** This SDK takes its listener off an attempt's signal when the response is collected, the signal with it. */
const LEFT_BY_THE_SDK: Partial<Record<WireName, number>> = { anthropic: 1 };

describe.skipIf(!isCounted).each(COUNTED)("%s: what a delta and a call cost", (wire) => {
  test("one promise for an event, one for a read, one timer, no listener", async () => {
    const counts = await count<WireCounts>([], wire);
    const { chain, iteration, chainRead, bareRead } = counts;

    // Iteration asks for one, and awaiting it makes another.
    expect(chain).toEqual({ ...iteration, timers: 0, listeners: 0 });
    expect(chainRead).toEqual({ promises: bareRead.promises + iteration.promises + 1, timers: 0, listeners: 0 });
    expect(counts.timersWhileFlowing).toBe(1);
    expect(counts.listenersLeft).toBe(LEFT_BY_THE_SDK[wire] ?? 0);
    // Timers: the call's, armed anew for its attempt, and one for what is left of the body.
    expect(counts.call).toEqual({ promises: PROMISES_OF_A_CALL[wire], timers: 3, listeners: 1 });
    expect(counts.callByHand).toEqual({ promises: 8, timers: 0, listeners: 0 });
  });

  test(
    "the bytes of an event, its place in a queue and the message; those of a call",
    async () => {
      const { chain, iteration, bare, call, callByHand } = await count<WireBytes>(UNOPTIMISED, wire, "bytes");

      expect(chain - iteration - bare).toBeLessThanOrEqual(MOST_OWN_BYTES[wire]);
      expect(call - callByHand).toBeLessThanOrEqual(MOST_OWN_BYTES_OF_A_CALL[wire]);
    },
    SLOW_MS,
  );
});
