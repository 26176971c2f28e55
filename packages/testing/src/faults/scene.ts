import type { ScriptedAnswer } from "../simulators/answer.ts";
import type { Ids } from "../simulators/ids.ts";
import type { Framing, Line } from "../simulators/line.ts";
import type { Admission, Call, Reply, Wire } from "../simulators/wire.ts";
import type { Piece } from "./pieces.ts";
import type { Cut } from "./fault.ts";

/** All that is needed to play one answer. */
export interface Scene {
  readonly wire: Wire;
  readonly admission: Admission;
  readonly answer: ScriptedAnswer;
  readonly ids: Ids;
  readonly line: Line;
}

/** A scene whose request was taken. */
export interface CallScene extends Scene {
  readonly call: Call;
}

/** Sends a reply in one piece. */
export async function sendReply(scene: Scene, reply: Reply): Promise<void> {
  const { headers, body } = replyParts(scene, reply);
  scene.line.head(reply.status, headers, Buffer.byteLength(body));
  if (body !== "") await scene.line.write(body);
  await scene.line.end();
}

/** Headers and body of a reply as they go over the wire. */
export function replyParts(
  scene: Scene,
  reply: Reply,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  return {
    headers: { ...scene.wire.headers("error", scene.ids), ...reply.headers },
    body: typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body),
  };
}

/** The headers of a good answer in the form that the call asks for. */
export function openBody(scene: CallScene, framing: Framing, extra: Readonly<Record<string, string>> = {}): void {
  const kind = scene.call.streamed ? "stream" : "whole";
  scene.line.head(200, { ...scene.wire.headers(kind, scene.ids, scene.call), ...extra }, framing);
  scene.line.flush();
}

/** Sends pieces, with the pause of the answer before each delta. */
export async function sendPieces(scene: CallScene, pieces: readonly Piece[]): Promise<void> {
  const pause = scene.answer.deltaDelayMs ?? 0;
  for (const piece of pieces) {
    // Each event is its own write, as a vendor sends it.
    // oxlint-disable-next-line no-await-in-loop
    if (pause > 0 && piece.kind === "delta") await scene.line.wait(pause);
    // oxlint-disable-next-line no-await-in-loop
    await scene.line.write(piece.bytes);
  }
}

/** Sends all pieces, and the end that HTTP wants. */
export async function sendWhole(scene: CallScene, pieces: readonly Piece[]): Promise<void> {
  openBody(scene, "chunked");
  await sendPieces(scene, pieces);
  await scene.line.end();
}

export function framingOf(cut: Cut): Framing {
  return cut === "close" ? "until-close" : "chunked";
}

export async function endAs(scene: Scene, cut: Cut): Promise<void> {
  switch (cut) {
    case "clean":
    case "close":
      await scene.line.end();
      return;
    case "fin":
      scene.line.fin();
      return;
    case "reset":
      scene.line.reset();
      return;
    default:
      cut satisfies never;
  }
}
