/** Measures the time from the call to the first text, one call after another. */
import { loadDriver } from "../drivers/index.ts";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import type { WireName } from "../wires/wire.ts";
import { watchFetch } from "./fetch-marks.ts";

/** Milliseconds. */
export interface FirstText {
  /** From the call to its first text. */
  readonly ms: number;
  /** Absent, as the next one, where nothing was asked by `fetch`. */
  readonly beforeFetch?: number | undefined;
  /** From its headers to the first text. */
  readonly behindHeaders?: number | undefined;
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
    const own =
      marks.calledAt > startedAt
        ? { beforeFetch: marks.calledAt - startedAt, behindHeaders: firstAt - marks.headersAt }
        : {};
    times.push({ ms: firstAt - startedAt, ...own });
  }
  return times;
});
