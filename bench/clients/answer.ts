/** Measures calls for a short whole answer: one after another for CPU time, side by side for requests per second. */
import { loadDriver } from "../drivers/index.ts";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import { middleCost } from "../process/middle-cost.ts";
import type { WireName } from "../wires/wire.ts";

export interface AnswerConversation extends Conversation {
  readonly command: {
    readonly wire: WireName;
    readonly baseURL: string;
    readonly calls: number;
    /** In so many equal parts, of which the middle one is told. */
    readonly pieces: number;
    readonly inFlight: number;
    /** The answer that every call must give. */
    readonly text: string;
  };
  /** `undefined`: the driver does not speak this wire. */
  readonly result: { readonly perCall: number; readonly perSecond: number } | undefined;
}

const driver = await loadDriver(process.argv[2] ?? "");
const opened = new Map<string, ReturnType<NonNullable<typeof driver.answer>> | undefined>();

await answerParent<AnswerConversation>(async ({ wire, baseURL, calls, pieces, inFlight, text }) => {
  const pending = opened.get(baseURL) ?? driver.answer?.(wire, baseURL);
  opened.set(baseURL, pending);
  const call = await pending;
  if (call === undefined) return undefined;
  let left = 0;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await call();
      if (answer !== text) throw new Error(`Got another answer than was sent: ${answer}`);
    }
  };
  const startedAt = performance.now();
  const perPiece = await middleCost(pieces, async () => {
    left = calls / pieces;
    await Promise.all(Array.from({ length: inFlight }, work));
  });
  return {
    perCall: (perPiece * pieces) / calls,
    perSecond: (calls * 1_000) / (performance.now() - startedAt),
  };
});
