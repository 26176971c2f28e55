/** Measures the time from the call to the first text, one call after another. */
import { loadDriver } from "../drivers/index.ts";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import type { WireName } from "../wires/wire.ts";
import { ownTimes, watchFetch, type OwnTimes } from "./fetch-marks.ts";

/** Milliseconds from the call to its first text. */
export interface FirstText extends OwnTimes {
  readonly ms: number;
}

export interface FirstTextConversation extends Conversation {
  readonly command: { readonly wire: WireName; readonly baseURL: string; readonly calls: number };
  /** One for each call; `undefined`: the driver does not speak this wire. */
  readonly result: readonly FirstText[] | undefined;
}

const marks = watchFetch();
const driver = await loadDriver(process.argv[2] ?? "");

await answerParent<FirstTextConversation>(async ({ wire, baseURL, calls }) => {
  const call = await driver.stream?.(wire, baseURL);
  if (call === undefined) return undefined;
  const times: FirstText[] = [];
  for (let index = 0; index < calls; index += 1) {
    const startedAt = performance.now();
    let firstAt = 0;
    await call(() => {
      if (firstAt === 0) firstAt = performance.now();
    });
    times.push({ ms: firstAt - startedAt, ...ownTimes(marks, startedAt, firstAt) });
  }
  return times;
});
