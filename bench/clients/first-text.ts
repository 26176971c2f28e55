/** Measures the time from the call to the first text, one call after another. */
import { loadDriver } from "../drivers/index.ts";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import type { WireName } from "../wires/wire.ts";

export interface FirstTextConversation extends Conversation {
  readonly command: { readonly wire: WireName; readonly baseURL: string; readonly calls: number };
  /** Milliseconds, one for each call; `undefined`: the driver does not speak this wire. */
  readonly result: readonly number[] | undefined;
}

const driver = await loadDriver(process.argv[2] ?? "");

await answerParent<FirstTextConversation>(async ({ wire, baseURL, calls }) => {
  const call = await driver.stream?.(wire, baseURL);
  if (call === undefined) return undefined;
  const times: number[] = [];
  for (let index = 0; index < calls; index += 1) {
    const startedAt = performance.now();
    let firstAt = 0;
    await call(() => {
      if (firstAt === 0) firstAt = performance.now();
    });
    times.push(firstAt - startedAt);
  }
  return times;
});
