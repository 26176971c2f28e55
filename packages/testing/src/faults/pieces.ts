import type { ScriptedAnswer } from "../simulators/answer.ts";
import type { Call, Frame, Manner, Wire } from "../simulators/wire.ts";
import type { Place } from "./fault.ts";

/** Bytes of a body that belong together: an event of a stream, or a part of a whole answer. */
export interface Piece {
  readonly kind: Frame["kind"];
  readonly bytes: Uint8Array;
  /** What is in a binary frame. */
  readonly sealed?: Sealed | undefined;
}

interface Sealed {
  readonly payload: Uint8Array;
  readonly seal: (payload: Uint8Array) => Uint8Array;
}

/** The piece with other text in it, in a frame that is right. */
export function rewritten(piece: Piece, change: (bytes: Uint8Array) => Uint8Array): Piece {
  const { sealed } = piece;
  if (sealed === undefined) return { ...piece, bytes: change(piece.bytes) };
  const payload = change(sealed.payload);
  return { ...piece, bytes: sealed.seal(payload), sealed: { ...sealed, payload } };
}

/** The answer as the pieces that go over the wire, in the form the call asks for. */
export function piecesOf(wire: Wire, answer: ScriptedAnswer, call: Call, manner: Manner = {}): readonly Piece[] {
  if (call.streamed) return encodeAll(wire, wire.frames(answer, call, manner), call);
  return wholePieces(JSON.stringify(wire.whole(answer, call)));
}

export function encodeAll(wire: Wire, frames: readonly Frame[], call: Call, start = 0): readonly Piece[] {
  return frames.map((frame, index) => {
    const payload = Buffer.from(wire.encode(frame, start + index, call), "utf8");
    const seal = (bytes: Uint8Array): Uint8Array => wire.seal?.(bytes, frame) ?? bytes;
    const bytes = seal(payload);
    return { kind: frame.kind, bytes, ...(wire.seal !== undefined && { sealed: { payload, seal } }) };
  });
}

function wholePieces(text: string): readonly Piece[] {
  const bytes = Buffer.from(text, "utf8");
  const size = Math.ceil(bytes.length / 4);
  const kinds = ["delta", "delta", "evidence", "terminal"] as const;
  return kinds.map((kind, index) => ({ kind, bytes: bytes.subarray(index * size, (index + 1) * size) }));
}

/** How many pieces go out before the place is reached. */
export function indexOf(place: Place, pieces: readonly Piece[]): number {
  switch (place) {
    case "headers":
      return 0;
    case "preamble":
      return firstOrEnd(pieces, (piece) => piece.kind !== "preamble" && piece.kind !== "structure");
    case "content":
      return firstOrEnd(pieces, (piece) => isEvidence(piece) || piece.kind === "terminal");
    case "evidence":
      return firstOrEnd(pieces, (piece) => piece.kind === "terminal");
    default:
      return afterDeltas(place.deltas, pieces);
  }
}

/** The piece says that the answer is complete. */
export function isEvidence({ kind }: Piece): boolean {
  return kind === "evidence" || kind === "last";
}

function afterDeltas(count: number, pieces: readonly Piece[]): number {
  let seen = 0;
  let index = 0;
  for (const [position, piece] of pieces.entries()) {
    if (seen === count) break;
    if (piece.kind !== "delta") continue;
    seen += 1;
    index = position + 1;
  }
  return index;
}

function firstOrEnd(pieces: readonly Piece[], matches: (piece: Piece) => boolean): number {
  const index = pieces.findIndex(matches);
  return index === -1 ? pieces.length : index;
}
