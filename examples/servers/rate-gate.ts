import { createServer, request as forward, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

const MINUTE_MS = 60_000;

/** Stands before a simulator, lets so many requests a minute through for each key, and says what is left as a vendor does. */
export interface RateGate extends AsyncDisposable {
  /** The base URL of the simulator, by way of the gate. */
  readonly url: string;
  /** Of each key: the requests let through, and those refused with 429. */
  readonly counts: ReadonlyMap<string, { passed: number; refused: number }>;
}

/** The headers of one vendor: what is left, the limit, and the milliseconds until it is full again. */
export type LimitHeaders = (left: number, limit: number, fullInMs: number) => Readonly<Record<string, string>>;

/** As `x-ratelimit-…`, with durations. */
export const durations: LimitHeaders = (left, limit, fullInMs) => ({
  "x-ratelimit-limit-requests": String(limit),
  "x-ratelimit-remaining-requests": String(left),
  "x-ratelimit-reset-requests": `${(fullInMs / 1_000).toFixed(3)}s`,
});

/** As `anthropic-ratelimit-…`, with moments. `wallNow`: milliseconds since 1970. */
export const moments =
  (wallNow: () => number): LimitHeaders =>
  (left, limit, fullInMs) => ({
    "anthropic-ratelimit-requests-limit": String(limit),
    "anthropic-ratelimit-requests-remaining": String(left),
    "anthropic-ratelimit-requests-reset": new Date(wallNow() + fullInMs).toISOString(),
  });

/** `now`: monotonic milliseconds; the windows of a minute begin with the first of them. */
export async function startRateGate(
  upstream: string,
  {
    perMinute,
    now,
    headers,
  }: { readonly perMinute: number; readonly now: () => number; readonly headers: LimitHeaders },
): Promise<RateGate> {
  const { hostname, port: upstreamPort, pathname } = new URL(upstream);
  const counts = new Map<string, { passed: number; refused: number }>();
  const windows = new Map<string, { window: number; taken: number }>();
  const began = now();
  const server = createServer((incoming, outgoing) => {
    const key = keyOf(incoming);
    const count = counts.get(key) ?? { passed: 0, refused: 0 };
    counts.set(key, count);
    const at = now() - began;
    const window = Math.floor(at / MINUTE_MS);
    const before = windows.get(key);
    const taken = before?.window === window ? before.taken : 0;
    const fullInMs = (window + 1) * MINUTE_MS - at;
    if (taken >= perMinute) {
      count.refused++;
      outgoing.writeHead(429, { "content-type": "application/json", ...headers(0, perMinute, fullInMs) });
      outgoing.end(
        JSON.stringify({ type: "error", error: { type: "rate_limit_error", message: "Too many requests." } }),
      );
      return;
    }
    count.passed++;
    windows.set(key, { window, taken: taken + 1 });
    const onward = forward(
      { hostname, port: upstreamPort, path: incoming.url, method: incoming.method, headers: incoming.headers },
      (answer) => {
        const own = headers(perMinute - taken - 1, perMinute, fullInMs);
        outgoing.writeHead(answer.statusCode ?? 599, { ...answer.headers, ...own });
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${pathname === "/" ? "" : pathname}`,
    counts,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function keyOf({ headers }: IncomingMessage): string {
  return String(headers["x-api-key"] ?? headers.authorization);
}
