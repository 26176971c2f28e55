import { TargetFailure, type FrameReader, type WireEvent } from "@understudy/core/adapter";
import { EventStreamCodec } from "@smithy/core/event-streams";

/** Of a frame: lengths and checksum before, a checksum behind. */
const LEAST_BYTES = 16;
const LENGTH_BYTES = 4;
/** A frame begins with its length, and none that is read is longer than this first byte says. Text is none. */
const LARGEST_FIRST = 1;

const decoder = new TextDecoder("utf-8", { fatal: true });
const codec = new EventStreamCodec(
  (given) => (typeof given === "string" ? given : decoder.decode(given)),
  (text) => new TextEncoder().encode(text),
);

/** Frames of AWS's event streams: a length, headers, JSON and two checksums. Failures are events named `exception.…`. */
export const FRAMES: FrameReader = {
  name: "frames of an AWS event stream",
  sizeOf: (bytes) => {
    if ((bytes[0] ?? 0) > LARGEST_FIRST) return 0;
    if (bytes.byteLength < LENGTH_BYTES) return undefined;
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    return size < LEAST_BYTES ? 0 : size;
  },
  read: (frame) => {
    try {
      return eventOf(frame);
    } catch {
      // A checksum, a header or a text is wrong.
      throw new TargetFailure("stream.malformed");
    }
  },
};

function eventOf(frame: Uint8Array): WireEvent {
  const { headers, body } = codec.decode(frame);
  const say = (name: string): string => String(headers[name]?.value ?? "");
  const type = say(":message-type");
  if (type === "error") {
    return { event: `exception.${say(":error-code")}`, data: JSON.stringify({ message: say(":error-message") }) };
  }
  const event = type === "exception" ? `exception.${say(":exception-type")}` : say(":event-type");
  return { event, data: decoder.decode(body) };
}
