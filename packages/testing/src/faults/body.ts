import { gzipSync } from "node:zlib";
import type { Answer } from "../simulators/answer.ts";
import type { Cut, Fault, Place } from "./fault.ts";
import type { WholeFault } from "./before-headers.ts";
import { damaged, inBandError, invalidUtf8, multiByteCut, oversized, sprinkled } from "./events.ts";
import { indexOf, piecesOf, type Piece } from "./pieces.ts";
import { endAs, framingOf, openBody, sendPieces, type CallScene } from "./scene.ts";

/** Faults that strike in the body. */
export type BodyFault = Exclude<Fault, WholeFault | { readonly type: "delay" }>;

/** Sends the answer, with at most one fault in its body. */
export async function playBody(scene: CallScene, fault: BodyFault | undefined): Promise<void> {
  const { wire, answer, call, line } = scene;
  const pieces = piecesOf(wire, answer, call);
  switch (fault?.type) {
    case undefined:
      openBody(scene, call.streamed ? "chunked" : bytesOf(pieces).length);
      await sendPieces(scene, pieces);
      await line.end();
      return;
    case "silence":
      await interrupted(scene, pieces, fault.at, () => line.wait(fault.ms));
      return;
    case "keep-alives":
      await interrupted(scene, pieces, fault.at, () => keepAlives(scene, fault.count ?? Infinity, fault.everyMs ?? 10));
      return;
    case "drip":
      await drip(scene, bytesOf(pieces), fault.bytes ?? 1, fault.everyMs ?? 0);
      return;
    case "cut":
      await cutAfter(scene, pieces.slice(0, indexOf(fault.at, pieces)), fault.how);
      return;
    case "cut-in-event":
      await cutAfter(scene, withHalf(pieces, indexOf(fault.at, pieces)), fault.how);
      return;
    case "cut-in-character":
      await cutAfter(scene, multiByteCut(piecesOf(wire, withMultiByte(answer), call)), fault.how);
      return;
    case "gzip-cut": {
      const body = gzipSync(bytesOf(pieces));
      openBody(scene, "chunked", { "content-encoding": "gzip" });
      await line.write(body.subarray(0, Math.floor(body.length / 2)));
      await line.end();
      return;
    }
    case "bad-chunk-size":
      openBody(scene, "chunked");
      await sendPieces(scene, pieces.slice(0, indexOf(fault.at, pieces)));
      await line.raw("not-a-size\r\n");
      line.fin();
      return;
    case "content-length":
      openBody(scene, bytesOf(pieces).length - fault.missing);
      await sendPieces(scene, pieces);
      line.fin();
      return;
    case "open-end":
      openBody(scene, "chunked");
      await sendPieces(scene, pieces);
      await line.wait();
      return;
    case "in-band-error":
      await inBandError(scene, pieces, fault);
      return;
    case "malformed-event":
      await replaced(scene, pieces, fault.at, damaged);
      return;
    case "invalid-utf8":
      await replaced(scene, pieces, fault.at, invalidUtf8);
      return;
    case "oversized-event":
      await replaced(scene, pieces, fault.at, (piece) => oversized(piece, fault.bytes ?? 17 * 1024 * 1024));
      return;
    case "duplicate-terminal":
      await followed(scene, pieces, pieces.slice(-1));
      return;
    case "late-events":
      await followed(
        scene,
        pieces,
        pieces.filter((piece) => piece.kind === "delta"),
      );
      return;
    case "unknown-events":
      openBody(scene, "chunked");
      await sendPieces(scene, sprinkled(scene));
      await line.end();
      return;
    default:
      fault satisfies never;
  }
}

async function interrupted(scene: CallScene, pieces: readonly Piece[], at: Place, pause: () => Promise<void>) {
  const index = indexOf(at, pieces);
  openBody(scene, "chunked");
  await sendPieces(scene, pieces.slice(0, index));
  await pause();
  await sendPieces(scene, pieces.slice(index));
  await scene.line.end();
}

async function keepAlives(scene: CallScene, count: number, everyMs: number): Promise<void> {
  const { stream, whole } = scene.wire.keepAlive;
  for (let sent = 0; sent < count; sent += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.write(scene.call.streamed ? stream : whole);
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.wait(everyMs);
  }
}

async function drip(scene: CallScene, body: Uint8Array, size: number, everyMs: number): Promise<void> {
  openBody(scene, "chunked");
  for (let start = 0; start < body.length; start += size) {
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.write(body.subarray(start, start + size));
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.wait(everyMs);
  }
  await scene.line.end();
}

async function cutAfter(scene: CallScene, pieces: readonly Piece[], how: Cut): Promise<void> {
  openBody(scene, framingOf(how));
  await sendPieces(scene, pieces);
  await endAs(scene, how);
}

/** Sends the piece after the place in another shape. */
async function replaced(scene: CallScene, pieces: readonly Piece[], at: Place, change: (piece: Piece) => Piece) {
  const index = Math.min(indexOf(at, pieces), pieces.length - 1);
  openBody(scene, "chunked");
  await sendPieces(
    scene,
    pieces.map((piece, position) => (position === index ? change(piece) : piece)),
  );
  await scene.line.end();
}

async function followed(scene: CallScene, pieces: readonly Piece[], more: readonly Piece[]): Promise<void> {
  openBody(scene, "chunked");
  await sendPieces(scene, [...pieces, ...more]);
  await scene.line.end();
}

function withHalf(pieces: readonly Piece[], index: number): readonly Piece[] {
  const next = pieces[index];
  if (next === undefined) return pieces;
  const half = next.bytes.subarray(0, Math.floor(next.bytes.length / 2));
  return [...pieces.slice(0, index), { ...next, bytes: half }];
}

function withMultiByte(answer: Answer): Answer {
  const text = typeof answer.text === "string" ? [answer.text] : (answer.text ?? []);
  return /[^\0-\x7f]/u.test(text.join("")) ? answer : { ...answer, text: ["\u{1f441}", ...text] };
}

function bytesOf(pieces: readonly Piece[]): Uint8Array {
  return Buffer.concat(pieces.map((piece) => piece.bytes));
}
