import { misuse } from "../model/error.ts";
import { isJsonObject } from "../model/json.ts";
import type { AnswerStore } from "./answer-store.ts";
import { readPlace } from "./answer-place.ts";
import type { EventResponseInit } from "./event-response.ts";
import { keptResponse } from "./kept-response.ts";

/** What `Response` takes, and where the answers are kept. */
export interface ResumeResponseInit extends EventResponseInit {
  /** The store that `toResponse()` was given, or one that shares its data. */
  readonly resumable: AnswerStore;
}

/**
 * The rest of a resumable answer, for a client that names the last event it has: give it the header `last-event-id`. Resolves
 * to undefined where there is none, so that the handler goes on with a new call. Status 204 where the answer is not known, or
 * no more, or the client has all of it: a browser's `EventSource` then stops asking. Status 503 where the store fails. Who knows
 * the id of an answer may read it. Rejects with `invalid-request` when no response can be made with `init`.
 */
export async function resumeResponse(
  lastEventId: string | null | undefined,
  init: ResumeResponseInit,
): Promise<Response | undefined> {
  const store = storeOf("resumeResponse", init);
  if (lastEventId === null || lastEventId === undefined || lastEventId === "") return undefined;
  const place = readPlace(lastEventId);
  if (place === undefined) return new Response(null, { status: 204 });
  const { id, count } = place;
  try {
    // From the message that the client has: that one is there, or the answer is not.
    const found = await store.read(id, count - 1);
    if (found === undefined || found.messages.length === 0 || (found.isOver && found.messages.length === 1)) {
      return new Response(null, { status: 204 });
    }
  } catch (error) {
    store.onError?.(error);
    return new Response(null, { status: 503, headers: { "retry-after": "1" } });
  }
  try {
    const { resumable: _store, ...rest } = init;
    return keptResponse((after) => store.read(id, after), count, rest);
  } catch {
    // What was thrown may repeat a header's value.
    throw misuse("invalid-request", "No response can be made with `init`: its status or headers are not valid.");
  }
}

/**
 * Ends the call of a resumable answer, in whatever process it runs: for a stop button. Takes the id of any of its events;
 * does nothing where the answer is not known. Rejects with what the store rejects with.
 */
export async function stopAnswer(lastEventId: string, init: Pick<ResumeResponseInit, "resumable">): Promise<void> {
  const store = storeOf("stopAnswer", init);
  const place = readPlace(lastEventId);
  if (place !== undefined) await store.stop(place.id);
}

function storeOf(what: string, init: Pick<ResumeResponseInit, "resumable">): AnswerStore {
  try {
    const { resumable }: Partial<ResumeResponseInit> = isJsonObject(init) ? init : {};
    if (typeof resumable?.read === "function" && typeof resumable.stop === "function") return resumable;
  } catch {
    // One that throws when it is looked at is no store.
  }
  throw misuse("invalid-request", `${what}() needs \`resumable\`, a store of answers such as memoryAnswers().`);
}
