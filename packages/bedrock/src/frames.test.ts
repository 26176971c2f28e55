import { isTargetFailure } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { eventFrame } from "../../testing/src/simulators/bedrock/event-frame.ts";
import { FRAMES } from "./frames.ts";

function frame(event: string, payload: string): Uint8Array {
  return eventFrame({ ":event-type": event, ":message-type": "event" }, Buffer.from(payload));
}

const DELTA = frame("contentBlockDelta", '{"delta":{"text":"é"}}');

function classOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return isTargetFailure(error) ? error.class : error;
  }
}

describe("a frame of an AWS event stream", () => {
  test("says its size in its first four bytes, and is an event with the name of its header", () => {
    expect(FRAMES.sizeOf(DELTA.subarray(0, 3), 0)).toBeUndefined();
    expect(FRAMES.sizeOf(Buffer.concat([DELTA, DELTA]).subarray(0, DELTA.length + 3), 0)).toBe(DELTA.length);
    expect(FRAMES.read(DELTA)).toEqual({ event: "contentBlockDelta", data: '{"delta":{"text":"é"}}' });
  });

  test("is read where it lies in a larger buffer", () => {
    const shifted = Buffer.concat([Buffer.from("xyz"), DELTA]).subarray(3);

    expect(FRAMES.sizeOf(shifted, 0)).toBe(DELTA.length);
    expect(FRAMES.read(shifted)).toEqual(FRAMES.read(DELTA));
  });

  test.each(Array.from({ length: DELTA.length }, (_, index) => index))(
    "is malformed where byte %i of it is another one",
    (index) => {
      const bad = Uint8Array.from(DELTA);
      bad[index] = (bad[index] ?? 0) ^ 0x40;

      expect(classOf(() => FRAMES.read(bad))).toBe("stream.malformed");
    },
  );

  test("of a failure has the name of the exception, also of one that says it all in its headers", () => {
    const exception = eventFrame(
      { ":exception-type": "throttlingException", ":message-type": "exception" },
      Buffer.from('{"message":"m"}'),
    );
    const error = eventFrame(
      { ":error-code": "InternalFailure", ":error-message": 'a "b"', ":message-type": "error" },
      Buffer.of(),
    );

    expect(FRAMES.read(exception)).toEqual({ event: "exception.throttlingException", data: '{"message":"m"}' });
    expect(FRAMES.read(error)).toEqual({ event: "exception.InternalFailure", data: '{"message":"a \\"b\\""}' });
  });

  test.each(["{", "<html>", "event: x\n", "\u0000\u0000\u0000\u000f"])("is not what begins with %j", (text) => {
    expect(FRAMES.sizeOf(Buffer.from(text), 0)).toBe(0);
  });
});
