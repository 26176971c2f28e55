import { TargetFailure, type Clock } from "@understudy/core/adapter";
import { cappedFetch, freshInit, type Fetch } from "@understudy/core/toolkit";

/** Attempts whose request must travel on a new connection. Providers pass nothing on to a fetch but the signal. */
const fresh = new WeakSet<AbortSignal>();

export function markFresh(signal: AbortSignal): void {
  fresh.add(signal);
}

/**
 * A fetch for the AI SDK's providers: `createMistral({ fetch: guardedFetch() })`. Redirects are not followed, as they would
 * carry key and prompt elsewhere. Bodies of failed responses are read up to 64 KiB and 2 s. A web page in place of an
 * answer is told from one. A request that is repeated after its connection died travels on a new one, where the fetch is
 * the global one. `fetch`: the one that it asks. Default: the global `fetch`, as it is at each request.
 */
export function guardedFetch(fetch?: typeof globalThis.fetch): typeof globalThis.fetch {
  const capped: Fetch = cappedFetch(fetch, () => clock);
  return async (input, init) => {
    const { signal } = init ?? {};
    const isFresh = signal !== undefined && signal !== null && fresh.has(signal);
    const response = await capped(input, isFresh ? { ...init, ...freshInit(true) } : init);
    if (!response.ok || !/^text\/html\b/i.test(response.headers.get("content-type") ?? "")) return response;
    // Its connection is of no use any more.
    void response.body?.cancel().catch(() => undefined);
    throw new TargetFailure("gateway.html", { status: response.status });
  };
}

const clock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  // A timer of Node's has a number, too.
  clearTimeout: (timer) => clearTimeout(Number(timer)),
};
