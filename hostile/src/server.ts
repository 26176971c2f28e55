import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CASES } from "./cases.ts";
import { deepseekWire } from "./wires/chat.ts";
import { encodingOf } from "./wires/wire.ts";

export interface HostileServer {
  /** Below it, a case is answered at the path of its number. */
  readonly url: string;
  /** How often a path was asked. */
  requests(path: string): number;
  close(): Promise<void>;
}

/** Path of the good answer that the next tier gives. */
export const BACKUP = "backup";
/** Path at which every request is refused. */
export const REFUSED = "refused";
/** What the next tier says: a text, and JSON too. */
export const BACKUP_TEXT = '"backup"';

export async function startHostileServer(): Promise<HostileServer> {
  const requests = new Map<string, number>();
  // While a process reads one answer its connection looks idle, and on a busy machine that takes longer than the usual
  // five seconds: closed then, the connection would fail the next request in this one's place.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const path = request.url?.split("/")[1] ?? "";
    requests.set(path, (requests.get(path) ?? 0) + 1);
    request.resume();
    request.on("end", () => {
      const hostile = CASES[Number(path)];
      const type = hostile?.form === "whole" ? "application/json" : "text/event-stream";
      response.writeHead(path === REFUSED ? 400 : (hostile?.status ?? 200), { "content-type": type });
      if (hostile === undefined) response.end(deepseekWire.says("streamed", BACKUP_TEXT));
      else response.end(hostile.body(), encodingOf(hostile.wire, hostile.form));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: (path) => requests.get(path) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
