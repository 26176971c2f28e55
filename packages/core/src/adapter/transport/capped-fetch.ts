import type { Clock } from "../../model/clock.ts";
import { excessOf } from "../../model/json-structure.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import { connectionUse } from "./connection-use.ts";
import { isFreshAsked } from "./fresh-connection.ts";
import { freshDispatcher } from "./fresh-dispatcher.ts";
import { CarriedFailure, CarriedResponse, networkFailure } from "../failures/network-failure.ts";

/** The global `fetch`, or one with its signature. */
export type Fetch = typeof globalThis.fetch;

const BODY_BYTES = 64 * 1024;
const BODY_MS = 2_000;

/**
 * Makes a fetch safe to hand to a vendor's SDK: redirects are not followed (they would carry key and prompt elsewhere),
 * bodies of failed responses are cut at 64 KiB and 2 s, and what it throws is classified here, where the cause is known.
 * A new connection (`FRESH_CONNECTION`) is opened here for the global fetch; any other only gets the option.
 *
 * `clock` is asked when it is needed: a client is built once, its clock comes with each call.
 */
export function cappedFetch(fetch: Fetch | undefined, clock: () => Clock): Fetch {
  return async (input, init) => {
    // Looked up late, so that a global fetch that is replaced after start-up (instrumentation, proxies) is used.
    const ask = fetch ?? globalThis.fetch;
    const isFresh = ask === globalThis.fetch && isFreshAsked(init);
    const dispatcher = isFresh ? freshDispatcher(Object(init)["dispatcher"]) : undefined;
    const sent: RequestInit = { ...init, redirect: "manual" };
    if (dispatcher !== undefined) Object.assign(sent, { dispatcher });
    try {
      const response = await ask(input, sent);
      return response.ok ? response : await capped(response, clock());
    } catch (error) {
      if (init?.signal?.aborted === true || error instanceof CarriedResponse) throw error;
      const failure = networkFailure(error, "headers");
      const connection = dispatcher?.isNew === true ? "new" : connectionUse(error);
      throw new CarriedFailure(new TargetFailure(failure.class, { ...failure.details, connection }));
    }
  };
}

/**
 * A failed response that an SDK can read. Its reason phrase is left out: servers write what no `Response` takes. A status
 * that none can have is thrown as it is, and so is a body in which an SDK would run out of stack.
 */
async function capped(response: Response, clock: Clock): Promise<Response> {
  const { status, body, type } = response;
  // What browsers make of a redirect that is not followed.
  if (type === "opaqueredirect") throw new TargetFailure("redirect");
  const isPossible = status >= 200 && status <= 599;
  if (body === null && isPossible) return response;
  const headers = new Headers(response.headers);
  // They describe the body as it was sent.
  headers.delete("content-length");
  headers.delete("content-encoding");
  const start = body === null ? new Uint8Array() : await readStart(body, clock);
  const text = new TextDecoder().decode(start);
  if (isPossible && excessOf(text) === undefined) return new Response(start, { status, headers });
  throw new CarriedResponse({ status, headers, body: text, wallNow: clock.wallNow() });
}

/** The start of a body, or as much of it as came in time. */
async function readStart(body: ReadableStream<Uint8Array>, clock: Clock): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  // A failed cancel means that the connection is gone already.
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  const timer = clock.setTimeout(cancel, BODY_MS, true);
  try {
    for (let left = BODY_BYTES; left > 0;) {
      // oxlint-disable-next-line no-await-in-loop -- a body is read in order
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value.slice(0, left));
      left -= value.byteLength;
    }
  } catch {
    // The status says what failed; the body only adds words.
  } finally {
    clock.clearTimeout(timer);
    cancel();
  }
  return joined(chunks);
}

/** Not as a `Blob`: Node reads one behind its own queue, and every failover would wait for that. */
function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
