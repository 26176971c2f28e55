import type { Reply } from "../simulators/wire.ts";
import type { Fault } from "./fault.ts";
import { encodeAll, indexOf, rewritten, type Piece } from "./pieces.ts";
import { openBody, sendPieces, sendReply, type CallScene } from "./scene.ts";
import { vendorError } from "./vendor-error.ts";

/** The piece with its JSON cut short but its framing whole. */
export function damaged(piece: Piece): Piece {
  return rewritten(piece, (bytes) => {
    const text = Buffer.from(bytes).toString("utf8");
    const end = text.trimEnd().length;
    return Buffer.from(text.slice(0, Math.ceil(end * 0.8)) + text.slice(end), "utf8");
  });
}

/** The piece with two bytes, inside its JSON, that no UTF-8 text can hold. */
export function invalidUtf8(piece: Piece): Piece {
  return rewritten(piece, (bytes) => {
    const middle = Buffer.from(bytes).lastIndexOf('"');
    return Buffer.concat([bytes.subarray(0, middle), Uint8Array.of(0xc3, 0x28), bytes.subarray(middle)]);
  });
}

/** The piece blown up to so many bytes by blanks inside its JSON, where they change nothing. */
export function oversized(piece: Piece, size: number): Piece {
  return rewritten(piece, (bytes) => {
    const start = Buffer.from(bytes).indexOf("{") + 1;
    const blanks = Buffer.alloc(Math.max(0, size - bytes.length), " ");
    return Buffer.concat([bytes.subarray(0, start), blanks, bytes.subarray(start)]);
  });
}

function textOf({ sealed, bytes }: Piece): Uint8Array {
  return sealed?.payload ?? bytes;
}

/** Everything up to the first byte of the first character that has several. */
export function multiByteCut(pieces: readonly Piece[]): readonly Piece[] {
  const index = pieces.findIndex((piece) => textOf(piece).some((byte) => byte > 0x7f));
  const piece = pieces[index];
  if (piece === undefined) return pieces;
  const text = textOf(piece);
  const start = Buffer.from(piece.bytes).indexOf(text) + text.findIndex((byte) => byte > 0x7f);
  return [...pieces.slice(0, index), { ...piece, bytes: piece.bytes.subarray(0, start + 1) }];
}

/** All events with fields of the future, and an event of the future before each. */
export function sprinkled(scene: CallScene): readonly Piece[] {
  const { wire, answer, call } = scene;
  const later = { understudy_future_field: { nested: [1, null, "two"] } };
  if (!call.streamed) {
    const bytes = Buffer.from(JSON.stringify({ ...wire.whole(answer, call), ...later }), "utf8");
    return [{ kind: "terminal", bytes }];
  }
  const frames = wire.frames(answer, call).flatMap((frame) => {
    if (typeof frame.data === "string") return [frame];
    return [wire.unknownEvent, { ...frame, data: { ...frame.data, ...later } }];
  });
  return encodeAll(wire, frames, call);
}

/** The answer up to the place, then the vendor's error. An answer in one piece is the error alone, with status 200. */
export async function inBandError(
  scene: CallScene,
  pieces: readonly Piece[],
  fault: Extract<Fault, { readonly type: "in-band-error" }>,
): Promise<void> {
  const { wire, call, line } = scene;
  const { error = "overloaded", code, message, retryAfterMs } = fault;
  const reply = code === undefined ? vendorError(scene, error, { retryAfterMs, message }) : gatewayError(code, message);
  if (!call.streamed) {
    await sendReply(scene, { ...reply, status: 200 });
    return;
  }
  // Nothing follows an event that is evidence and end in one: what fails behind the one comes in place of the other.
  const last = pieces.findIndex(({ kind }) => kind === "last");
  const index = Math.min(indexOf(fault.at, pieces), last === -1 ? pieces.length : last);
  openBody(scene, "chunked");
  await sendPieces(scene, pieces.slice(0, index));
  await sendPieces(scene, encodeAll(wire, wire.inBand(reply, fault.form ?? "native", call, index), call, index));
  await line.end();
}

/** What a gateway says about a server behind it. */
function gatewayError(code: number | string, message = "The upstream provider failed."): Reply {
  return { status: 200, body: { error: { code, message } } };
}
