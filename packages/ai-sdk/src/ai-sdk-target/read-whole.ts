import { asArray, asObject, type Foreign, type StreamPart } from "@understudy/core/adapter";
import { lossesOf } from "./losses.ts";
import type { AnswerSetup, SentRequest } from "./read-stream.ts";

/** What `doGenerate` resolves with, of any version. */
export interface WholeAnswer {
  readonly content: readonly unknown[];
  readonly finishReason: unknown;
  readonly usage: unknown;
  readonly providerMetadata?: unknown;
  readonly response?:
    | { readonly headers?: Record<string, string>; readonly id?: string; readonly modelId?: string }
    | undefined;
  readonly request?: SentRequest | undefined;
  readonly warnings?: unknown;
}

/** An answer in one piece, read as the stream that it could have been. */
export async function* readWhole(
  ask: () => PromiseLike<WholeAnswer>,
  { reader, failures, context }: AnswerSetup,
): AsyncGenerator<readonly StreamPart[], undefined> {
  let answer: WholeAnswer;
  try {
    answer = await ask();
  } catch (error) {
    throw failures.thrown(error, "before");
  }
  const { content, response, warnings, ...end } = answer;
  for (const one of lossesOf(warnings)) context.loss(one);
  yield [failures.classifier.responsePart(new Headers(response?.headers ?? {}))];
  const parts = [
    { type: "response-metadata", ...response },
    ...asArray(content).flatMap((part, index) => partsOf(asObject(part), `part-${index}`)),
    { type: "finish", ...end },
  ];
  yield parts.flatMap((part) => reader.take(part));
}

function partsOf(part: Foreign, id: string): Foreign[] {
  const { type, text, providerMetadata } = part;
  if (type !== "text" && type !== "reasoning") return [part];
  return [
    { type: `${type}-start`, id },
    { type: `${type}-delta`, id, delta: text },
    { type: `${type}-end`, id, providerMetadata },
  ];
}
