import { gzipSync } from "node:zlib";
import type { Cut, Fault, Place } from "./fault.ts";
import type { WholeFault } from "./before-headers.ts";
import { damaged, inBandError, invalidUtf8, multiByteCut, oversized, sprinkled } from "./events.ts";
import { drip, heartbeat, keepAlives, pausedAt } from "./pauses.ts";
import { indexOf, isEvidence, piecesOf, type Piece } from "./pieces.ts";
import { endAs, framingOf, openBody, sendPieces, sendWhole, type CallScene } from "./scene.ts";
import { withMultiByte, withSplitSurrogate } from "./texts.ts";

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
      await pausedAt(scene, pieces, indexOf(fault.at, pieces), () => line.wait(fault.ms));
      return;
    case "keep-alives":
      await pausedAt(scene, pieces, indexOf(fault.at, pieces), () => keepAlives(scene, fault));
      return;
    case "heartbeat":
      await pausedAt(scene, pieces, indexOf(fault.at, pieces), () => heartbeat(scene, pieces, fault.data));
      return;
    case "early-finish":
      await earlyFinish(scene, fault);
      return;
    case "late-usage":
      await lateUsage(scene, fault.ms);
      return;
    case "usage-shrinks":
      await sendWhole(scene, piecesOf(wire, answer, call, { usageShrinks: true }));
      return;
    case "split-surrogate":
      await sendWhole(scene, piecesOf(wire, withSplitSurrogate(answer), call));
      return;
    case "drip":
      await drip(scene, bytesOf(pieces), fault);
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
      openBody(scene, statedLength(bytesOf(pieces).length, fault.missing));
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
      await sendWhole(scene, [...pieces, ...pieces.slice(-1)]);
      return;
    case "no-evidence":
      await sendWhole(
        scene,
        pieces.filter((piece) => !isEvidence(piece)),
      );
      return;
    case "late-events":
      await sendWhole(scene, [...pieces, ...pieces.filter((piece) => piece.kind === "delta")]);
      return;
    case "unknown-events":
      await sendWhole(scene, sprinkled(scene));
      return;
    default:
      fault satisfies never;
  }
}

async function cutAfter(scene: CallScene, pieces: readonly Piece[], how: Cut): Promise<void> {
  openBody(scene, framingOf(how));
  await sendPieces(scene, pieces);
  await endAs(scene, how);
}

/** Sends the piece after the place in another shape. */
async function replaced(scene: CallScene, pieces: readonly Piece[], at: Place, change: (piece: Piece) => Piece) {
  const index = Math.min(indexOf(at, pieces), pieces.length - 1);
  await sendWhole(
    scene,
    pieces.map((piece, position) => (position === index ? change(piece) : piece)),
  );
}

async function earlyFinish(scene: CallScene, fault: Extract<Fault, { readonly type: "early-finish" }>): Promise<void> {
  const { at = { deltas: 2 }, ms, how } = fault;
  const pieces = piecesOf(scene.wire, scene.answer, scene.call, { finishIn: fault.in });
  const index = indexOf(at, pieces);
  if (how !== undefined) await cutAfter(scene, pieces.slice(0, index), how);
  else await pausedAt(scene, pieces, index, () => scene.line.wait(ms ?? 0));
}

async function lateUsage(scene: CallScene, ms: number): Promise<void> {
  const pieces = piecesOf(scene.wire, scene.answer, scene.call, { usageAlone: true });
  const behind = pieces.findIndex(isEvidence) + 1;
  await pausedAt(scene, pieces, behind, () => scene.line.wait(ms));
}

function withHalf(pieces: readonly Piece[], index: number): readonly Piece[] {
  const next = pieces[index];
  if (next === undefined) return pieces;
  const half = next.bytes.subarray(0, Math.floor(next.bytes.length / 2));
  return [...pieces.slice(0, index), { ...next, bytes: half }];
}

/** A length below 1 would be another fault. */
function statedLength(length: number, missing: number | "half"): number {
  return Math.max(1, length - (missing === "half" ? Math.ceil(length / 2) : missing));
}

function bytesOf(pieces: readonly Piece[]): Uint8Array {
  return Buffer.concat(pieces.map((piece) => piece.bytes));
}
