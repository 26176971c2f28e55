import type { AttemptContext, StreamPart, Target, TargetFailure, TargetRequest } from "@understudy/core/adapter";
import { isTargetFailure } from "@understudy/core/adapter";

/** All that an adapter gave for one body, and how it ended. */
export interface Run {
  readonly parts: readonly StreamPart[];
  readonly failure: TargetFailure | undefined;
}

const request: TargetRequest = {
  messages: [{ role: "user", content: [{ type: "text", text: "Why is the sky blue?" }] }],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  reasoning: { visible: true },
  stop: [],
};

/** Time stands still: no timer of a run ever fires. */
const clock: AttemptContext["clock"] = {
  now: () => 0,
  wallNow: () => 0,
  setTimeout: () => undefined,
  clearTimeout: () => undefined,
};

/** One attempt, without the engine. Ids are counted, so that two runs of the same body give the same parts. */
export async function runTarget(target: Target): Promise<Run> {
  const parts: StreamPart[] = [];
  let ids = 0;
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => String(++ids),
    loss: () => undefined,
  };
  try {
    for await (const batch of target.stream(request, context)) parts.push(...batch);
    return { parts, failure: undefined };
  } catch (error) {
    if (isTargetFailure(error)) return { parts, failure: error };
    throw error;
  }
}

/** Gives each request the same answer, cut into the given pieces. */
export class Playback {
  readonly #headers: Headers;
  #pieces: readonly Uint8Array[] = [];

  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = new Headers(headers);
  }

  load(pieces: readonly Uint8Array[]): void {
    this.#pieces = pieces;
  }

  respond(): Response {
    const pieces = this.#pieces;
    let next = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = pieces[next++];
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    });
    return new Response(body, { headers: this.#headers });
  }
}
