/** The child's side: answers the parent's commands one at a time, until the parent is gone. */
import { on } from "node:events";
import { inspect } from "node:util";
import type { Conversation, Reply } from "./conversation.ts";

export async function answerParent<C extends Conversation>(
  handle: (command: C["command"]) => Promise<C["result"]>,
): Promise<void> {
  process.once("disconnect", () => process.exit(0));
  for await (const [message] of on(process, "message")) {
    const command: C["command"] = message;
    const reply: Reply<C["result"]> = await handle(command).then(
      (value) => ({ ok: true, value }),
      (error: unknown) => ({ ok: false, message: inspect(error) }),
    );
    process.send?.(reply);
  }
}
