import { isObject } from "../simulators/json.ts";
import { jsonOf, type Reply } from "../simulators/wire.ts";
import type { Fault } from "./fault.ts";
import { encodeAll, indexOf, type Piece } from "./pieces.ts";
import { openBody, sendPieces, sendReply, type CallScene } from "./scene.ts";

/** The piece with its JSON cut short but its framing whole. */
export function damaged(piece: Piece): Piece {
  const text = Buffer.from(piece.bytes).toString("utf8");
  const end = /\s*$/.exec(text)?.index ?? text.length;
  return { ...piece, bytes: Buffer.from(text.slice(0, Math.ceil(end * 0.8)) + text.slice(end), "utf8") };
}

/** The piece with two bytes, inside its JSON, that no UTF-8 text can hold. */
export function invalidUtf8(piece: Piece): Piece {
  const middle = Buffer.from(piece.bytes).lastIndexOf('"');
  const bytes = [piece.bytes.subarray(0, middle), Uint8Array.of(0xc3, 0x28), piece.bytes.subarray(middle)];
  return { ...piece, bytes: Buffer.concat(bytes) };
}

/** The piece blown up to so many bytes by blanks inside its JSON, where they change nothing. */
export function oversized(piece: Piece, size: number): Piece {
  const start = Buffer.from(piece.bytes).indexOf("{") + 1;
  const blanks = Buffer.alloc(Math.max(0, size - piece.bytes.length), " ");
  return { ...piece, bytes: Buffer.concat([piece.bytes.subarray(0, start), blanks, piece.bytes.subarray(start)]) };
}

/** Everything up to the first byte of the first character that has several. */
export function multiByteCut(pieces: readonly Piece[]): readonly Piece[] {
  const index = pieces.findIndex((piece) => piece.bytes.some((byte) => byte > 0x7f));
  const piece = pieces[index];
  if (piece === undefined) return pieces;
  const start = piece.bytes.findIndex((byte) => byte > 0x7f);
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
  const { wire, call, ids, line } = scene;
  const { error = "overloaded", code, message, retryAfterMs } = fault;
  const usual = wire.error(error, { ids, model: call.model, retryAfterMs });
  const reply = code === undefined ? withMessage(usual, message) : gatewayError(code, message);
  if (!call.streamed) {
    await sendReply(scene, { ...reply, status: 200 });
    return;
  }
  const index = indexOf(fault.at, pieces);
  openBody(scene, "chunked");
  await sendPieces(scene, pieces.slice(0, index));
  await sendPieces(scene, encodeAll(wire, wire.inBand(reply, fault.form ?? "native", call, index), call, index));
  await line.end();
}

function withMessage(reply: Reply, message: string | undefined): Reply {
  const body = jsonOf(reply);
  const { error } = body;
  if (message === undefined) return reply;
  if (isObject(error)) return { ...reply, body: { ...body, error: { ...error, message } } };
  // Some vendors' errors have no object around them.
  return typeof body["message"] === "string" ? { ...reply, body: { ...body, message } } : reply;
}

/** What a gateway says about a server behind it. */
function gatewayError(code: number | string, message = "The upstream provider failed."): Reply {
  return { status: 200, body: { error: { code, message } } };
}
