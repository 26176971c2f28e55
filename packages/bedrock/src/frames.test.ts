import { crc32 } from "node:zlib";
import { isTargetFailure } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { eventFrame } from "../../testing/src/simulators/bedrock/event-frame.ts";
import { checksum } from "./checksum.ts";
import { AwsFrames } from "./frames.ts";

function frame(event: string, payload: string): Uint8Array {
  return eventFrame({ ":event-type": event, ":message-type": "event" }, Buffer.from(payload));
}

const DELTA = frame("contentBlockDelta", '{"delta":{"text":"é"}}');

/** What is read, or the class of its failure. */
function classOf(bytes: Uint8Array): unknown {
  const frames = new AwsFrames();
  if (frames.sizeOf(bytes) !== bytes.length) return "no such size";
  try {
    return frames.read(bytes);
  } catch (error) {
    return isTargetFailure(error) ? error.class : error;
  }
}

function changed(index: number, bit: number): Uint8Array {
  return DELTA.map((byte, at) => (at === index ? byte ^ bit : byte));
}

/** A frame with headers as they are, whatever is in them. */
function withHeaders(headers: Uint8Array, payload = Buffer.from("{}")): Uint8Array {
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + headers.length + payload.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const message = Buffer.concat([prelude, sum(prelude), headers, payload]);
  return Buffer.concat([message, sum(message)]);
}

function sum(bytes: Uint8Array): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(bytes));
  return four;
}

function header(name: string, type: number, ...value: readonly number[]): Buffer {
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(type, ...value)]);
}

function ones(count: number): readonly number[] {
  return Array.from({ length: count }, () => 1);
}

describe("a frame of an AWS event stream", () => {
  test("says its size in its first twelve bytes, and is an event with the name of its header", () => {
    const frames = new AwsFrames();

    expect(frames.sizeOf(DELTA.subarray(0, 11))).toBeUndefined();
    expect(frames.sizeOf(Buffer.concat([DELTA, DELTA]).subarray(0, DELTA.length + 3))).toBe(DELTA.length);
    expect(frames.read(DELTA)).toEqual({ event: "contentBlockDelta", data: '{"delta":{"text":"é"}}' });
  });

  test("is read where it lies in a larger buffer", () => {
    const shifted = Buffer.concat([Buffer.from("xyz"), DELTA]).subarray(3);

    expect(classOf(shifted)).toEqual({ event: "contentBlockDelta", data: '{"delta":{"text":"é"}}' });
  });

  test("has the event of its own headers, whatever stood before it in the same bytes", () => {
    const frames = new AwsFrames();
    const names = ["aaa", "aaa", "bbb", "aaa", "", "cccc"];
    const lent = new Uint8Array(200);

    const read = names.map((name) => {
      const one = frame(name, "{}");
      lent.set(one);
      return frames.read(lent.subarray(0, one.length))?.event;
    });

    expect(read).toEqual(names);
  });

  test("with a wrong length is not waited for", () => {
    for (const index of DELTA.subarray(0, 12).keys()) {
      for (const bit of [0x01, 0x40]) expect(new AwsFrames().sizeOf(changed(index, bit).subarray(0, 12))).toBe(0);
    }
  });

  test("is malformed where any byte of it is another one", () => {
    const behind = [...DELTA.keys()].slice(12);

    expect(new Set(behind.map((index) => classOf(changed(index, 0x40))))).toEqual(new Set(["stream.malformed"]));
  });

  test("of a failure has the name of the exception, also of one that says it all in its headers", () => {
    const exception = eventFrame(
      { ":exception-type": "throttlingException", ":message-type": "exception" },
      Buffer.from('{"message":"m"}'),
    );
    const error = eventFrame(
      { ":error-code": "InternalFailure", ":error-message": 'a "b"', ":message-type": "error" },
      Buffer.of(),
    );

    expect(classOf(exception)).toEqual({ event: "exception.throttlingException", data: '{"message":"m"}' });
    expect(classOf(error)).toEqual({ event: "exception.InternalFailure", data: '{"message":"a \\"b\\""}' });
  });

  test("may have headers of every type that there is, which say nothing here", () => {
    const all = Buffer.concat([
      header("yes", 0),
      header("no", 1),
      header("byte", 2, ...ones(1)),
      header("short", 3, ...ones(2)),
      header("int", 4, ...ones(4)),
      header("long", 5, ...ones(8)),
      header("bytes", 6, 0, 2, 0xff, 0xfe),
      header("time", 8, ...ones(8)),
      header("uuid", 9, ...ones(16)),
      header(":event-type", 7, 0, 2, 0x68, 0x69),
    ]);

    expect(classOf(withHeaders(all))).toEqual({ event: "hi", data: "{}" });
  });

  test.each([
    ["a type that there is not", header("x", 10, 0, 0)],
    ["a value that ends outside", header("x", 7, 0, 9, 0x68)],
    ["a name that ends outside", Buffer.of(9, 0x68)],
    ["no type", Buffer.of(1, 0x68)],
    ["a text that is no UTF-8", header("x", 7, 0, 2, 0xc3, 0x28)],
  ])("with a header of %s is malformed", (_what, headers) => {
    expect(classOf(withHeaders(headers))).toBe("stream.malformed");
  });

  test("with a payload that is no UTF-8 is malformed", () => {
    expect(classOf(withHeaders(Buffer.of(), Buffer.of(0xc3, 0x28)))).toBe("stream.malformed");
  });

  test.each(["{", "<html>", "event: x\n", "\u0000\u0000\u0000\u000f".padEnd(12, "\u0000")])(
    "is not what begins with %j",
    (text) => {
      expect(new AwsFrames().sizeOf(Buffer.from(text))).toBe(0);
    },
  );
});

test.each([0x0100_0010, 0x0400_0000, 0xf000_0000])(
  "a frame of %i bytes says so: it is too long, not malformed",
  (size) => {
    const prelude = Buffer.alloc(8);
    prelude.writeUInt32BE(size, 0);

    expect(new AwsFrames().sizeOf(Buffer.concat([prelude, sum(prelude)]))).toBe(size);
  },
);

test("the checksum is that of ZIP files", () => {
  expect(checksum(Buffer.from("123456789"), 9) >>> 0).toBe(0xcbf4_3926);
  expect(checksum(Buffer.of(), 0)).toBe(0);
  expect(checksum(DELTA, 8) >>> 0).toBe(crc32(DELTA.subarray(0, 8)));
});
