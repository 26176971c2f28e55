import type { StreamPart } from "../../model/target.ts";
import type { Evidence } from "./evidence.ts";

/** One event of a stream: a server-sent event, a line, a frame. Its data begins like JSON: what cannot is a heartbeat, and is not handed on. */
export interface WireEvent {
  /** The event's name; undefined where the wire gives none. */
  readonly event?: string | undefined;
  /** The event's data lines, joined; the line; what a frame holds. */
  readonly data: string;
}

/** Translates one native wire. Stateful, made anew for every attempt. Only states facts: `evidence` decides. */
export interface WireReader {
  /** What the vendor has said of the end of its answer. Made by the reader, which calls `complete` and `content`. */
  readonly evidence: Evidence;
  /**
   * Translates one event; an unknown event is ignored. Throws a `TargetFailure` for an error event, and
   * `stream.malformed` for broken JSON or a shape that cannot be read. `[DONE]` is read before it comes here.
   */
  event(event: WireEvent, out: StreamPart[]): void;
  /**
   * Translates a complete answer in one piece: its parts and `end`. Throws the class of a vendor's error body; pushes
   * nothing for JSON that is neither, which is then `gateway.not-a-stream`.
   */
  whole(body: unknown, out: StreamPart[]): void;
  /** Pushes `end`, and before it what is still open. Only called once there is evidence. */
  finish(out: StreamPart[]): void;
}
