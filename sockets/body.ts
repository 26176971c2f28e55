import type { Wire } from "./wires/wire.ts";

/** What a consumer has seen when an answer breaks in the middle. */
export const FIRST = "Rayleigh saw it: ";
/** Its picture has four bytes, all of them on the wire as they are. */
const SECOND = "short waves scatter 💙 most.";
/** The whole good answer. */
export const FULL: string = FIRST + SECOND;
/** How the good target begins. */
const OTHER_FIRST = "The second says: ";
export const OTHER_FULL: string = OTHER_FIRST + SECOND;
/** What comes behind the end of an answer. */
export const LATE = " And then some.";
const PICTURE = Buffer.from("💙");

/** A good answer in three pieces, in the form that was asked for. */
export interface Body {
  readonly contentType: string;
  readonly preamble: Buffer;
  /** Up to the first text. */
  readonly text: Buffer;
  readonly rest: Buffer;
  /** The first bytes of `rest`, which end inside of an event. */
  readonly halfEvent: Buffer;
  /** The first bytes of `rest`, which end inside of a character. */
  readonly halfCharacter: Buffer;
}

/** Of the target that fails, or of the good one. */
export function bodyOf(wire: Wire, isStream: boolean, isGood: boolean): Body {
  const first = isGood ? OTHER_FIRST : FIRST;
  const pieces = isStream ? streamed(wire, first) : inOnePiece(wire, first);
  const { rest } = pieces;
  return {
    ...pieces,
    halfEvent: rest.subarray(0, rest.indexOf(Buffer.from("short")) + 3),
    halfCharacter: rest.subarray(0, rest.indexOf(PICTURE) + 2),
  };
}

type Pieces = Pick<Body, "contentType" | "preamble" | "text" | "rest">;

function streamed(wire: Wire, first: string): Pieces {
  const { contentType, preamble, closing } = wire;
  return { contentType, preamble, text: wire.text(first), rest: Buffer.concat([wire.text(SECOND), closing]) };
}

function inOnePiece(wire: Wire, first: string): Pieces {
  const all = Buffer.from(wire.whole(first + SECOND));
  const middle = all.indexOf(Buffer.from("short"));
  return {
    contentType: "application/json",
    preamble: Buffer.alloc(0),
    text: all.subarray(0, middle),
    rest: all.subarray(middle),
  };
}
