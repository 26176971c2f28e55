import { createServer } from "node:http";

export interface PlayedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export interface PlaybackServer {
  /** Base URL of one answer: whatever is asked below it gets it. */
  urlOf(name: string): string;
  /** Bodies of the requests for one answer, in order, as they came. */
  requestsOf(name: string): readonly string[];
  close(): Promise<void>;
}

/** Where a recorder kept a body decoded and whole, the headers of its transport no longer fit. */
const transport = /^(?:content-length|content-encoding|transfer-encoding|connection)$/;

/** Serves recorded answers over HTTP, each under a path of its own. */
export async function startPlayback(answerOf: (name: string) => PlayedAnswer): Promise<PlaybackServer> {
  const requests = new Map<string, string[]>();
  // No connection is closed in between: on a busy machine that would fail the next request.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const name = decodeURIComponent(request.url?.split("/")[1] ?? "");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.set(name, [...(requests.get(name) ?? []), Buffer.concat(chunks).toString("utf8")]);
      const { status, headers, body } = answerOf(name);
      const kept = Object.entries(headers).filter(([header]) => !transport.test(header));
      response.writeHead(status, Object.fromEntries(kept)).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    urlOf: (name) => `http://127.0.0.1:${port}/${encodeURIComponent(name)}`,
    requestsOf: (name) => requests.get(name) ?? [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
