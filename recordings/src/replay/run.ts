import type { AttemptContext, StreamPart, Target, TargetFailure, TargetRequest } from "@understudy/core/adapter";
import { isTargetFailure } from "@understudy/core/adapter";
import { isOwnId } from "../expected/reading.ts";

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

/** One attempt, without the engine. Ids are counted, so that two runs of the same body give the same parts, and those of calls are too where the vendor gives none. */
export async function runTarget(target: Target): Promise<Run> {
  const parts: StreamPart[] = [];
  let ids = 0;
  const ownIds: string[] = [];
  const numbered = (part: StreamPart): StreamPart => {
    if (part.type === "tool-call-start" && isOwnId(part.toolCallId)) {
      return { ...part, toolCallId: `own ${ownIds.push(part.toolCallId)}` };
    }
    if (part.type !== "tool-call" || !isOwnId(part.part.toolCallId)) return part;
    return { ...part, part: { ...part.part, toolCallId: `own ${ownIds.indexOf(part.part.toolCallId) + 1}` } };
  };
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => String(++ids),
    loss: () => undefined,
  };
  try {
    for await (const batch of target.stream(request, context)) for (const part of batch) parts.push(numbered(part));
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
    // The body is played as it was kept: decoded.
    for (const name of ["content-encoding", "content-length", "transfer-encoding"]) this.#headers.delete(name);
  }

  load(pieces: readonly Uint8Array[]): void {
    this.#pieces = pieces;
  }

  respond(): Response {
    const pieces = this.#pieces;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
    return new Response(body, { headers: this.#headers });
  }
}
