import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { asObject } from "../src/adapter/foreign.ts";

export interface CloudRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  /** Resolves when its socket is closed, by whichever side. */
  readonly closed: Promise<void>;
}

export interface CloudServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly CloudRequest[];
}

/** Listens on this machine, keeps what it was asked, and answers as it is told. */
export async function startCloud(
  answer: (request: CloudRequest, response: ServerResponse) => void,
): Promise<CloudServer> {
  const requests: CloudRequest[] = [];
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = [];
    const closed = new Promise<void>((resolve) => incoming.socket.once("close", () => resolve()));
    incoming.on("data", (piece: Buffer) => pieces.push(piece));
    incoming.on("end", () => {
      const body = asObject(JSON.parse(Buffer.concat(pieces).toString()));
      const request = { path: incoming.url ?? "", headers: incoming.headers, body, closed };
      requests.push(request);
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
