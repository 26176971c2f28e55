import { parseEvent, TargetFailure, type FrameReader, type WireEvent } from "@understudy/core/adapter";
import { checksum } from "./checksum.ts";
import { readHeaders } from "./frame-headers.ts";

/** Before the headers: the length of all, that of the headers, and a checksum of both. */
const PRELUDE = 12;
const LENGTHS = 8;
/** Behind the payload: a checksum of everything before it. */
const CHECKSUM = 4;
/** A frame begins with its length, and the first byte of the longest that is read is this. Text begins with a larger one. */
const LARGEST_FIRST = 1;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Frames of AWS's event streams: lengths, headers, JSON and two checksums. Failures are events named `exception.…`. */
export class AwsFrames implements FrameReader {
  readonly name = "frames of an AWS event stream";
  /** One delta after another has the same headers: they are read once. */
  #head = new Uint8Array();
  #says: Head = { event: "", isFailure: false, message: undefined };

  sizeOf(bytes: Uint8Array): number | undefined {
    // A longer one is told from text by its checksum.
    if (bytes.length < PRELUDE) return (bytes[0] ?? 0) > LARGEST_FIRST ? 0 : undefined;
    const size = numberAt(bytes, 0) >>> 0;
    const isRight = numberAt(bytes, LENGTHS) === checksum(bytes, LENGTHS);
    // A wrong length would be waited for.
    return isRight && size >= PRELUDE + numberAt(bytes, 4) + CHECKSUM ? size : 0;
  }

  read(frame: Uint8Array): WireEvent {
    const end = frame.length - CHECKSUM;
    if (numberAt(frame, end) !== checksum(frame, end)) throw new TargetFailure("stream.malformed");
    const start = PRELUDE + numberAt(frame, 4);
    try {
      if (!isSame(this.#head, frame, start)) {
        this.#says = readHead(frame.subarray(PRELUDE, start));
        this.#head = frame.slice(PRELUDE, start);
      }
      const { event, isFailure, message } = this.#says;
      const data = message ?? decoder.decode(frame.subarray(start, end));
      // Whatever a failure says, it is one.
      return { event, data: isFailure && !isObject(data) ? JSON.stringify({ message: data }) : data };
    } catch {
      // A header or a text cannot be read.
      throw new TargetFailure("stream.malformed");
    }
  }
}

interface Head {
  readonly event: string;
  readonly isFailure: boolean;
  /** What stands in place of a payload. */
  readonly message: string | undefined;
}

function readHead(bytes: Uint8Array): Head {
  const headers = readHeaders(bytes);
  const say = (name: string): string => headers.get(name) ?? "";
  switch (say(":message-type")) {
    case "error":
      return failure(say(":error-code"), say(":error-message"));
    case "exception":
      return failure(say(":exception-type"));
    default:
      return { event: say(":event-type"), isFailure: false, message: undefined };
  }
}

/** Whatever it is called. */
function failure(name: string, message?: string): Head {
  const event = `exception.${name === "" ? "UnknownException" : name}`;
  return { event, isFailure: true, message };
}

function isObject(text: string): boolean {
  try {
    return parseEvent(text) !== undefined;
  } catch {
    // Not JSON, or not an object.
    return false;
  }
}

function isSame(head: Uint8Array, frame: Uint8Array, start: number): boolean {
  if (head.length !== start - PRELUDE) return false;
  for (let index = 0; index < head.length; index++) if (head[index] !== frame[PRELUDE + index]) return false;
  return true;
}

/** Of four bytes, the largest first; signed, as checksums are. */
function numberAt(bytes: Uint8Array, place: number): number {
  let sum = 0;
  for (let index = place; index < place + 4; index++) sum = (sum << 8) | (bytes[index] ?? 0);
  return sum;
}
