import type { AiSdkModel } from "../src/index.ts";

/** A part of a provider's stream, of any version; a number is a wait in milliseconds, an error breaks the stream. */
export type FakePart = { readonly type: string; readonly [name: string]: unknown } | number | Error;

export interface FakeModel {
  readonly model: AiSdkModel;
  /** The options of every call, in order. */
  readonly calls: { readonly [name: string]: unknown }[];
  /** Whether the latest stream was cancelled. */
  readonly isCancelled: () => boolean;
}

/**
 * A model that plays the same parts at every call. `open`: its stream never ends by itself. `body`: what it says that it
 * sent. `own`: other fields of the model.
 */
export function fakeModel(
  parts: readonly FakePart[],
  {
    version = "v4",
    open = false,
    supportedUrls = {},
    body,
    own = {},
  }: { version?: string; open?: boolean; supportedUrls?: object; body?: unknown; own?: object } = {},
): FakeModel {
  const calls: { readonly [name: string]: unknown }[] = [];
  let isCancelled = false;
  const doStream = async (options: { readonly [name: string]: unknown }) => {
    calls.push(options);
    let at = 0;
    const stream = new ReadableStream({
      async pull(controller) {
        const part = parts[at++];
        if (typeof part === "number") {
          await new Promise((resolve) => setTimeout(resolve, part));
          controller.enqueue({ type: "ping" });
        } else if (part instanceof Error) controller.error(part);
        else if (part !== undefined) controller.enqueue(part);
        else if (open) await new Promise(() => undefined);
        else controller.close();
      },
      cancel() {
        isCancelled = true;
      },
    });
    return { stream, request: { body } };
  };
  const model = {
    specificationVersion: version,
    provider: "fake.chat",
    modelId: "fake-1",
    supportedUrls,
    ...own,
    doStream,
    doGenerate: () => Promise.reject(new Error("Nobody asks for it.")),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a model of another make gives is the question
  return { model: model as unknown as AiSdkModel, calls, isCancelled: () => isCancelled };
}

export const START: FakePart = { type: "stream-start", warnings: [] };

export function says(text: string, id = "t"): readonly FakePart[] {
  return [
    { type: "text-start", id },
    { type: "text-delta", id, delta: text },
    { type: "text-end", id },
  ];
}

export function finishes(unified: string, raw?: string): FakePart {
  return {
    type: "finish",
    finishReason: { unified, raw },
    usage: { inputTokens: { total: 3 }, outputTokens: { total: 2 } },
  };
}
