import type { Fault } from "./fault.ts";
import type { Piece } from "./pieces.ts";
import { openBody, sendPieces, type CallScene } from "./scene.ts";

/** Sends the answer, and between two of its pieces whatever fills the pause. */
export async function pausedAt(
  scene: CallScene,
  pieces: readonly Piece[],
  index: number,
  pause: () => Promise<void>,
): Promise<void> {
  openBody(scene, "chunked");
  await sendPieces(scene, pieces.slice(0, index));
  await pause();
  await sendPieces(scene, pieces.slice(index));
  await scene.line.end();
}

type KeepAlives = Extract<Fault, { readonly type: "keep-alives" }>;

export async function keepAlives(scene: CallScene, { count = Infinity, everyMs = 10 }: KeepAlives): Promise<void> {
  const { stream, whole } = scene.wire.keepAlive;
  for (let sent = 0; sent < count; sent += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.write(scene.call.streamed ? stream : whole);
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.wait(everyMs);
  }
}

export async function heartbeat(scene: CallScene, pieces: readonly Piece[], data: string): Promise<void> {
  const start = Buffer.from(pieces[0]?.bytes ?? []).toString("utf8");
  const isEventStream = /^(?:event|data):/.test(start);
  const event = data === "" ? "data:\n\n" : `data: ${data}\n\n`;
  const sealed = scene.wire.seal?.(Buffer.from(data), { kind: "structure", event: "heartbeat", data });
  if (sealed !== undefined && scene.call.streamed) {
    await scene.line.write(sealed);
    return;
  }
  await scene.line.write(isEventStream ? event : scene.wire.keepAlive.whole);
}

type Drip = Extract<Fault, { readonly type: "drip" }>;

export async function drip(scene: CallScene, body: Uint8Array, { bytes = 1, everyMs = 0 }: Drip): Promise<void> {
  openBody(scene, "chunked");
  for (let start = 0; start < body.length; start += bytes) {
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.write(body.subarray(start, start + bytes));
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.wait(everyMs);
  }
  await scene.line.end();
}
