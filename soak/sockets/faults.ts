import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Wire } from "../../bench/wires/wire.ts";

export interface SocketFault {
  readonly name: string;
  readonly weight: number;
  readonly play: (response: ServerResponse, wire: Wire) => void | Promise<void>;
}

/** As long as nobody has gone away. */
const LONG_MS = 60_000;

function refuse(response: ServerResponse, wire: Wire, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(wire.unavailable()));
}

/** The beginning of an answer, on its way before anything else happens. */
async function begin(response: ServerResponse, wire: Wire, deltas: number): Promise<void> {
  response.writeHead(200, { "content-type": wire.contentType });
  for (const piece of wire.opening()) response.write(piece);
  for (let index = 0; index < deltas; index++) response.write(wire.delta(index, "Half an answer "));
  await sleep(5);
}

/** Until the client gives up. */
async function hang(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  await sleep(LONG_MS, undefined, { signal: gone.signal }).catch(() => undefined);
}

export const WELL: readonly [SocketFault, ...SocketFault[]] = [
  { name: "503", weight: 10, play: (response, wire) => refuse(response, wire, 503) },
  { name: "reset before the headers", weight: 5, play: (response) => void response.socket?.resetAndDestroy() },
  { name: "closed before the headers", weight: 5, play: (response) => void response.socket?.destroy() },
  { name: "no headers", weight: 2, play: hang },
  {
    name: "silence",
    weight: 2,
    play: async (response, wire) => {
      await begin(response, wire, 0);
      await hang(response);
    },
  },
  {
    name: "stall",
    weight: 2,
    play: async (response, wire) => {
      await begin(response, wire, 3);
      await hang(response);
    },
  },
  {
    name: "reset",
    weight: 8,
    play: async (response, wire) => {
      await begin(response, wire, 3);
      response.socket?.resetAndDestroy();
    },
  },
  {
    name: "cut",
    weight: 8,
    play: async (response, wire) => {
      await begin(response, wire, 3);
      response.socket?.end();
    },
  },
  {
    name: "an end without evidence",
    weight: 8,
    play: async (response, wire) => {
      await begin(response, wire, 3);
      response.end();
    },
  },
  {
    name: "an error in the stream",
    weight: 8,
    play: async (response, wire) => {
      await begin(response, wire, 2);
      response.end(wire.failure());
    },
  },
  {
    name: "a page of a proxy",
    weight: 4,
    play: (response) => void response.end("<html><body>Bad gateway</body></html>"),
  },
];

/** It also says when to come back. */
export const ILL: readonly [SocketFault, ...SocketFault[]] = [
  ...WELL,
  { name: "429", weight: 2, play: (response, wire) => refuse(response, wire, 429, { "retry-after": "1" }) },
];
