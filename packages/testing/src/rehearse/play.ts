import {
  TargetFailure,
  type AttemptContext,
  type StreamPart,
  type TargetFailureDetails,
  type TargetRequest,
} from "@understudy/core/adapter";
import type { FailureClass, RateLimits } from "@understudy/core";

/** How a well target answers. */
export interface Healthy {
  /** Milliseconds to the first words. Default 600. */
  readonly firstMs: number;
  /** Milliseconds from the first words to the end. Default 2,400. */
  readonly lengthMs: number;
  /** Pieces of text. Default 20. */
  readonly deltas: number;
  /** Tokens of each request. Default 1,000. */
  readonly inputTokens: number;
  /** Tokens of each answer. Default 300. */
  readonly outputTokens: number;
}

export const HEALTHY: Healthy = { firstMs: 600, lengthMs: 2_400, deltas: 20, inputTokens: 1_000, outputTokens: 300 };

/** What one request gets. */
export type Part =
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "response"; readonly rateLimits: RateLimits }
  /** So many pieces of the answer. */
  | { readonly type: "words"; readonly deltas: number }
  | { readonly type: "end" }
  | { readonly type: "fail"; readonly class: FailureClass; readonly details?: TargetFailureDetails | undefined };

export interface Manner {
  readonly healthy: Healthy;
  /** The answer has to be JSON. */
  readonly isJson: boolean;
  /** The answer comes in one piece. */
  readonly isUnary: boolean;
  /** Of an answer that is to be gone on with: what was said of it, and whether its last words are to be repeated. */
  readonly begun?: { readonly text: string; readonly repeats: boolean } | undefined;
}

/** So much of what was said is repeated where that is asked for. */
const REPEATED_CHARS = 60;

/** How a model takes the beginning of an answer that it is asked to go on with: as it is told. */
export function begunIn({ continuation, messages }: TargetRequest): Manner["begun"] {
  if (continuation === undefined) return undefined;
  const content = messages.findLast(({ role }) => role === "assistant")?.content ?? [];
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return { text, repeats: continuation === "instruct" };
}

/** No two are the same, so that it can be seen where an answer stopped. */
function piece(number: number): string {
  return `${number} and so the whole answer of this model goes on, `;
}

/** Plays the parts on the attempt's clock. An abort ends a wait, as it does in an adapter. */
export async function* play(
  parts: readonly Part[],
  { healthy, isJson, isUnary, begun }: Manner,
  context: AttemptContext,
): AsyncGenerator<readonly StreamPart[]> {
  const id = context.newId();
  const { inputTokens, outputTokens, deltas, lengthMs } = healthy;
  const held: StreamPart[] = [];
  const from = begun?.text.match(/,/g)?.length ?? 0;
  const repeated = begun?.repeats === true ? begun.text.slice(-REPEATED_CHARS).trimStart() : "";
  let said = from;
  let text = "";
  const say = (): StreamPart[] => {
    const words = (said === from ? repeated : "") + piece(said);
    const delta = isJson ? (said === 0 ? "[0" : said === deltas - 1 ? "]" : ",1") : words;
    const begin: StreamPart[] = said === from ? [{ type: "text-start", id }] : [];
    said++;
    text += delta;
    return [...begin, { type: "text-delta", id, delta }];
  };
  const usage = (): StreamPart => ({
    type: "usage",
    usage: { inputTokens, outputTokens: Math.round((outputTokens * (said - from)) / deltas) },
  });
  for (const part of parts) {
    switch (part.type) {
      case "wait":
        // oxlint-disable-next-line no-await-in-loop -- one part after the other
        await pause(part.ms, context);
        break;
      case "response":
        yield [part];
        break;
      case "words":
        // Of an answer that is gone on with, the rest.
        for (let count = Math.min(part.deltas, deltas - from); count > 0; count--) {
          // oxlint-disable-next-line no-await-in-loop -- one piece after the other
          if (said > from) await pause(lengthMs / Math.max(1, deltas - 1), context);
          if (isUnary) held.push(...say());
          else yield say();
        }
        break;
      case "end":
        if (said > from) held.push({ type: "text-end", id, part: { type: "text", text } });
        yield [...held, usage(), { type: "end", finishReason: "stop", rawFinishReason: "stop" }];
        return;
      case "fail":
        if (said > from) yield [usage()];
        throw new TargetFailure(part.class, part.details);
      default:
        part satisfies never;
    }
  }
}

async function pause(ms: number, { clock, signal }: AttemptContext): Promise<void> {
  if (signal.aborted) throw new TargetFailure("caller.aborted");
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = ms === Infinity ? undefined : clock.setTimeout(resolve, ms, false);
  await promise;
  if (timer !== undefined) clock.clearTimeout(timer);
  signal.removeEventListener("abort", onAbort);
  if (signal.aborted) throw new TargetFailure("caller.aborted");
}
