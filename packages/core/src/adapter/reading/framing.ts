import type { WireEvent } from "./wire-reader.ts";

/**
 * How a vendor cuts the body of a stream into events.
 * - `sse`: server-sent events
 * - `json-lines`: one JSON object on each line (NDJSON, JSONL); blank lines and lines that are no JSON are heartbeats
 * - a function: what it returns cuts one body into frames
 *
 * Whichever it is, a body that is one JSON value is read as an answer in one piece, and a web page is recognised.
 */
export type Framing = "sse" | "json-lines" | (() => FrameReader);

/**
 * Cuts a body into frames, such as a length with so many bytes behind it. Made anew for every answer. It keeps no bytes:
 * what of a frame has come is kept for it, up to the limit of one event.
 */
export interface FrameReader {
  /** What a frame is, in a few words for explanations: "frames of a length and JSON". */
  readonly name: string;
  /**
   * The bytes of the frame that `bytes` begins with, its head included; undefined while too few have come to tell. `seen` of
   * them were there when it was asked before, so a search for a delimiter can go on from there. Less than 1 is malformed.
   */
  sizeOf(bytes: Uint8Array, seen: number): number | undefined;
  /**
   * The event of one whole frame; undefined for a frame that says nothing. The bytes are lent: decode what is kept. Throws a
   * `TargetFailure` for what cannot be read.
   */
  read(frame: Uint8Array): WireEvent | undefined;
}

/** Cuts one body, and hands its events on while it does. Throws a `TargetFailure` for what it cannot cut. */
export interface EventCutter<Piece> {
  /** What it takes, for explanations. */
  readonly expected: string;
  /** Something of its format was seen. */
  readonly hasBegun: boolean;
  /** What came in place of it, for explanations. */
  readonly came: string;
  /** More of an event is to come. */
  readonly isInside: boolean;
  push(piece: Piece): void;
  /** The body is over: what is left is the last event. False for what is only the beginning of one. */
  end(): boolean;
}

export type OnEvent = (event: WireEvent) => void;
