import { createChain } from "@understudy/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adaptedWires, type AdaptedWire } from "../adapters.ts";
import { fields, known } from "../expected/reading.ts";
import { recordingsFolder } from "../folder.ts";
import { listRecordings, type Recording } from "../recordings.ts";
import { expectedOf, isAnswer, readingOf, readStream, requestOf, settle } from "./answers.ts";
import { comparable, replayCase } from "./cases.ts";
import { replayInProcess, type RunCounts } from "./in-process.ts";
import { nextRequest, secretsOf } from "./next-turn.ts";
import { startOther, type OtherVendor } from "./other-vendor.ts";
import { outcomeOf } from "./outcome.ts";
import { startPlayback, type PlaybackServer } from "./playback-server.ts";
import { failureOf, refusalCase } from "./refusals.ts";
import { Playback, runTarget } from "./run.ts";

/** Replays every recording of one wire through its adapter. */
export function replaySuite(wire: AdaptedWire): void {
  const recordings = listRecordings().filter((recording) => wire.covers(recording));
  const unreadable: { readonly file: string; readonly error: unknown }[] = [];
  const read = <Case>(recording: Recording, make: () => Case): Case[] => {
    try {
      return [make()];
    } catch (error) {
      unreadable.push({ file: recording.file, error });
      return [];
    }
  };
  const answers = recordings.filter(({ kind }) => kind !== "error");
  const cases = answers.flatMap((recording) => read(recording, () => replayCase(wire, recording)));
  const errors = recordings.filter(({ kind }) => kind === "error");
  const refusals = errors.flatMap((recording) => read(recording, () => refusalCase(recording)));
  const answered = cases.filter((one) => isAnswer(one));
  const counts: RunCounts = { bytewise: 0, split: 0, truncated: 0, framed: 0 };

  if (!recordingsFolder.exists) process.stderr.write(`\nrecordings/replay ${wire.name}: ${recordingsFolder.absence}\n`);

  describe.skipIf(!recordingsFolder.exists)(`${wire.name} recordings`, () => {
    let server: PlaybackServer;
    let others: readonly OtherVendor[] = [];

    beforeAll(async () => {
      const played = new Map([...cases, ...refusals].map((one) => [one.file, one]));
      server = await startPlayback((name) => played.get(name) ?? { status: 404, headers: {}, body: "" });
      others = await Promise.all(adaptedWires.filter((other) => other !== wire).map(startOther));
    });

    afterAll(async () => {
      await Promise.all([server, ...others].map((one) => one.close()));
      const streams = cases.filter((one) => one.isStream).length;
      const { bytewise, split, truncated, framed } = counts;
      process.stderr.write(
        `\n${wire.name}: replayed over HTTP ${streams} streams, ${cases.length - streams} whole answers, ${refusals.length} refusals; ${answered.length} answers sent back and to ${others.length} others; in process ${bytewise} byte by byte, ${split} split in two, ${truncated} truncated, ${framed} in other framings\n`,
      );
    });

    test.each(unreadable)("$file can be read and has an expectation", ({ error }) => {
      expect(error).toBeUndefined();
    });

    test.each(cases)("$file is answered over HTTP as recorded", async (one) => {
      const request = requestOf(one);
      // Each call has a chain of its own: what the first has learned of a target must not keep the second from it.
      const open = () => createChain([wire.target(one.model, server.urlOf(one.file))], { policy: () => "stop" });

      const generated = await settle(() => open().generate(request));
      const streamed = await settle(() => readStream(open(), request));

      const expected = known(expectedOf(one, requestId(wire, one.headers)));
      expect(known(readingOf(generated, one))).toStrictEqual(expected);
      expect(known(readingOf(streamed, one))).toStrictEqual(expected);
    });

    test.each(answered)("$file goes back to its vendor as it came", async (one) => {
      const chain = createChain([wire.target(one.model, server.urlOf(one.file))], { policy: () => "stop" });
      const answer = await chain.generate(requestOf(one));

      await chain.generate(nextRequest(one, answer));

      const body: unknown = JSON.parse(server.requestsOf(one.file).at(-1) ?? "");
      expect(wire.expected.sent(fields(body))).toStrictEqual(one.kept);
    });

    test.each(answered)("$file goes on at every other vendor, which sees nothing of its opaque data", async (one) => {
      const chain = createChain([wire.target(one.model, server.urlOf(one.file))], { policy: () => "stop" });
      const answer = await chain.generate(requestOf(one));

      const sent = await Promise.all(others.map((other) => other.ask(nextRequest(one, answer))));

      const refusing = others.flatMap(({ name }, index) => (sent[index]?.refusal === undefined ? [] : [name]));
      expect(refusing).toStrictEqual(one.refusedBy);
      const leaks = secretsOf(answer).filter((secret) => sent.some(({ text }) => text.includes(quoted(secret))));
      expect(leaks).toStrictEqual([]);
    });

    test.each(refusals)("$file is refused over HTTP as recorded", async (one) => {
      const target = wire.target(wire.usualModel, server.urlOf(one.file));
      const chain = createChain([target], { policy: () => "stop" });

      const { parts, failure } = await runTarget(target);
      const settled = await settle(() => chain.generate("Why is the sky blue?"));

      expect(parts).toStrictEqual([]);
      expect(failureOf(failure)).toStrictEqual(one.expected);
      expect(settled).toMatchObject(known({ failure: one.expected.class, requestId: requestId(wire, one.headers) }));
    });

    test.each(cases)("$file is read in process as recorded", async (one) => {
      const playback = new Playback(one.headers);
      playback.load([one.body]);

      const run = await runTarget(wire.inProcess(one.model, () => playback.respond()));

      expect(comparable(one.expected, outcomeOf(run))).toStrictEqual(comparable(one.expected, one.expected));
    });

    test.each(cases)("$file is read alike however its bytes come", async (one) => {
      expect(await replayInProcess(wire, one, counts)).toStrictEqual([]);
    });
  });
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Some recorders have put a word in angle brackets in the place of an id: that is none. */
function requestId(wire: AdaptedWire, headers: Readonly<Record<string, string>>): string | undefined {
  return wire.requestIdHeaders.map((name) => headers[name]).find((id) => id !== undefined && !/[<>]/.test(id));
}
