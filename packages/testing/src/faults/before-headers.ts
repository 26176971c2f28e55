import type { Fault } from "./fault.ts";
import type { OddAnswer } from "../simulators/line.ts";
import type { Reply } from "../simulators/wire.ts";
import { replyParts, sendReply, type CallScene } from "./scene.ts";
import { vendorError } from "./vendor-error.ts";

/** Faults that leave nothing of the answer: no headers, another status, another body. */
export type WholeFault = Extract<
  Fault,
  {
    readonly type:
      | "status"
      | "error"
      | "hang"
      | "reset-before-headers"
      | "fin-before-headers"
      | "not-http"
      | "redirect"
      | "header-flood"
      | "html"
      | "json"
      | "empty";
  }
>;

export async function playBeforeHeaders(scene: CallScene, fault: WholeFault): Promise<void> {
  const { wire, line, ids, call } = scene;
  switch (fault.type) {
    case "status": {
      const usual = wire.statusError(fault.status, ids);
      const contentType = typeof fault.body === "string" ? { "content-type": "text/plain; charset=utf-8" } : {};
      const headers = { ...usual.headers, ...contentType, ...fault.headers };
      const reply = { status: fault.status, headers, body: fault.body ?? usual.body };
      const isOdd = fault.reason !== undefined || fault.status < 200 || fault.status > 599;
      await (isOdd ? line.odd(oddAnswer(scene, reply, fault.reason ?? "Odd")) : sendReply(scene, reply));
      return;
    }
    case "error":
      await sendReply(scene, vendorError(scene, fault.error, fault));
      return;
    case "hang":
      await line.wait();
      return;
    case "reset-before-headers":
      line.reset();
      return;
    case "fin-before-headers":
      line.fin();
      return;
    case "not-http":
      await line.raw("SSH-2.0-OpenSSH_9.9\r\n");
      line.fin();
      return;
    case "redirect":
      await sendReply(scene, { status: fault.status ?? 307, headers: { location: fault.location }, body: "" });
      return;
    case "header-flood":
      await sendReply(scene, { status: 200, headers: flood(fault.bytes ?? 65_536), body: wholeAnswer(scene) });
      return;
    case "html": {
      const status = fault.status ?? 502;
      const body =
        fault.body ?? `<!DOCTYPE html><html><head><title>${status}</title></head><body>Gateway</body></html>`;
      await sendReply(scene, { status, headers: { "content-type": "text/html; charset=UTF-8" }, body });
      return;
    }
    case "json": {
      const json = { "content-type": "application/json" };
      const error = wire.error(fault.error ?? "overloaded", { ids, model: call.model });
      const bodies = { stranger: { status: "ok" }, error: error.body, answer: wholeAnswer(scene) };
      const own = fault.content === "error" ? error.headers : {};
      await sendReply(scene, { status: 200, headers: { ...own, ...json }, body: bodies[fault.content] });
      return;
    }
    case "empty":
      await sendReply(scene, { status: fault.status ?? 204, body: "" });
      return;
    default:
      fault satisfies never;
  }
}

function oddAnswer(scene: CallScene, reply: Reply, reason: string | Uint8Array): OddAnswer {
  return { status: reply.status, reason, ...replyParts(scene, reply) };
}

function wholeAnswer(scene: CallScene): string {
  return JSON.stringify(scene.wire.whole(scene.answer, { ...scene.call, streamed: false }));
}

function flood(bytes: number): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (let index = 0; index * 1000 < bytes; index += 1) headers[`x-flood-${index}`] = "x".repeat(1000);
  return headers;
}
