import type { Fault } from "./fault.ts";
import { playBeforeHeaders } from "./before-headers.ts";
import { playBody } from "./body.ts";
import { sendReply, type Scene } from "./scene.ts";

/** Answers one request: as the vendor would, or with a fault. A request that the vendor refuses is refused. */
export async function play(scene: Scene, fault: Fault | undefined): Promise<void> {
  const { admission } = scene;
  if (admission.type === "refusal") {
    await sendReply(scene, admission.reply);
    return;
  }
  await playCall({ ...scene, call: admission.call }, fault);
}

async function playCall(scene: Parameters<typeof playBody>[0], fault: Fault | undefined): Promise<void> {
  switch (fault?.type) {
    case "delay":
      await scene.line.wait(fault.ms);
      await playCall(scene, fault.next);
      return;
    case "status":
    case "error":
    case "hang":
    case "reset-before-headers":
    case "fin-before-headers":
    case "not-http":
    case "redirect":
    case "header-flood":
    case "html":
    case "json":
    case "empty":
      await playBeforeHeaders(scene, fault);
      return;
    default:
      await playBody(scene, fault);
  }
}
