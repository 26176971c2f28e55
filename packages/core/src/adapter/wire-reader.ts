import type { StreamPart } from "../model/target.ts";

/** One server-sent event. */
export interface WireEvent {
  readonly event?: string | undefined;
  readonly data: string;
}

/**
 * - `answering`: the vendor has given no sign of completion; if the body ends now, the answer is truncated
 * - `evidence`: the vendor said that the answer is complete; content and usage may still follow, but a cut, a reset or
 *   silence no longer fails the attempt
 * - `ended`: `end` was pushed; nothing more is read
 */
export type WirePhase = "answering" | "evidence" | "ended";

/** Translates one native wire. Stateful, made anew for every attempt. */
export interface WireReader {
  readonly phase: WirePhase;
  /**
   * Translates one event; an unknown event is ignored. Throws a `TargetFailure` for an error event, and
   * `stream.malformed` for broken JSON or a shape that cannot be read.
   */
  event(event: WireEvent, out: StreamPart[]): void;
  /**
   * Translates a complete answer in one piece: its parts and `end`. Throws the class of a vendor's error body; pushes
   * nothing for JSON that is neither, which is then `gateway.not-a-stream`.
   */
  whole(body: unknown, out: StreamPart[]): void;
  /** Only called in phase `evidence`: the body ended, broke or fell silent. Pushes `end`. */
  finish(out: StreamPart[]): void;
}
