import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { RestartEvent } from "@understudy/core";
import type { LiveParts, Part } from "./live-parts.ts";

/** Nothing is read before it is asked for. */
export const ON_DEMAND: QueuingStrategy<Part> = { highWaterMark: 0 };

/** A live answer as a stream that reads only what is asked for. Cancelling it closes the vendor's connection. */
export function streamAnswer(
  parts: LiveParts,
  atFailover: (event: RestartEvent) => readonly Part[],
): ReadableStream<Part> {
  return new ReadableStream<Part>(
    {
      async pull(controller) {
        let hasGiven = false;
        while (!hasGiven) {
          // oxlint-disable-next-line no-await-in-loop -- until there is something to hand on
          const step = await parts.read();
          const given = step.type === "failover" ? atFailover(step.event) : step.parts;
          for (const part of given) controller.enqueue(part);
          if (step.type === "last") {
            controller.close();
            return;
          }
          hasGiven = given.length > 0;
        }
      },
      cancel: () => parts.leave(),
    },
    ON_DEMAND,
  );
}

/** An answer that is whole, as a stream. */
export function streamWhole({
  content,
  warnings,
  response,
  ...end
}: LanguageModelV4GenerateResult): ReadableStream<Part> {
  const { finishReason, usage, providerMetadata } = end;
  const parts: Part[] = [
    { type: "stream-start", warnings },
    ...(response === undefined ? [] : [{ type: "response-metadata", ...response } as const]),
    ...content.flatMap((part, index) => partsOf(part, `understudy-${index}`)),
    { type: "finish", finishReason, usage, ...(providerMetadata !== undefined && { providerMetadata }) },
  ];
  return new ReadableStream<Part>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

function partsOf(part: LanguageModelV4Content, id: string): Part[] {
  if (part.type !== "text" && part.type !== "reasoning") return [part];
  const { type, text, ...extras } = part;
  return [
    { type: `${type}-start`, id },
    { type: `${type}-delta`, id, delta: text },
    { type: `${type}-end`, id, ...extras },
  ];
}
