import { type TargetFailure } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { wholeEvents } from "./whole-events.ts";

interface Read {
  readonly pieces: readonly string[];
  readonly failure: string | undefined;
}

async function read(pieces: readonly Uint8Array[], mostBytes?: number): Promise<Read> {
  const seen: string[] = [];
  let told: TargetFailure | undefined;
  const left = pieces.values();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = left.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
  try {
    for await (const piece of wholeEvents(body, (failure) => (told = failure), mostBytes))
      seen.push(Buffer.from(piece).toString());
  } catch (error) {
    // What is told and what is thrown are the same.
    if (error !== told) throw error;
  }
  return { pieces: seen.filter((piece) => piece !== ""), failure: told?.class };
}

describe("what the SDK is given of a stream", () => {
  test.each([
    ["\n\n", 'data: {"é":1}\n\ndata: {"💙":"a\\n"}\n\n'],
    ["\r\n\r\n", 'data: {"é":1}\r\n\r\ndata: {"💙":"a\\n"}\r\n\r\n'],
    ["\r\r", 'data: {"é":1}\r\rdata: {"💙":"a\\n"}\r\r'],
  ])("ends where an event does, wherever the bytes were cut: %j", async (blank, text) => {
    const bytes = Buffer.from(text);

    for (let at = 0; at <= bytes.length; at++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { pieces, failure } = await read([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(pieces.join("")).toBe(text);
      for (const piece of pieces) expect(piece.replace(/^\n/, "").endsWith(blank.at(-1) ?? "")).toBe(true);
      expect(failure).toBeUndefined();
    }
    const single = await read([...bytes].map((byte) => Buffer.of(byte)));
    expect(single.pieces.filter((piece) => piece.startsWith("data"))).toHaveLength(2);
    expect(single.pieces.join("")).toBe(text);
  });

  test("fails as cut off where the body ends inside an event", async () => {
    const cut = Buffer.from("data: 💙").subarray(0, -2);

    expect(await read([Buffer.from("data: 1\n\n"), cut])).toEqual({
      pieces: ["data: 1\n\n"],
      failure: "stream.truncated",
    });
  });

  test("fails as oversized where an event has no end, in a time of its length", async () => {
    const piece = Buffer.alloc(1_024 * 1_024, "a");
    const startedAt = performance.now();

    expect(await read(Array.from({ length: 64 }, () => piece))).toEqual({ pieces: [], failure: "stream.oversized" });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test("fails as oversized above the target's own limit", async () => {
    const event = Buffer.alloc(100, "a");

    expect((await read([event, Buffer.from("\n\n")], 100)).failure).toBeUndefined();
    expect((await read([event, Buffer.from("a")], 100)).failure).toBe("stream.oversized");
  });
});
