import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { isTargetFailure } from "../../model/target-failure.ts";
import { nodeTransport } from "../../node/index.ts";
import { cappedFetch, type Fetch } from "./capped-fetch.ts";
import { FRESH_CONNECTION, freshInit } from "./fresh-connection.ts";
import { CarriedFailure } from "../failures/network-failure.ts";

const WARM = 12;
const transports = ["the global fetch", "nodeTransport"] as const;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Peer {
  readonly url: string;
  /** Ordinals of the connections on which requests came, oldest first. */
  readonly used: number[];
  readonly open: () => number;
  /** From now on the connections that are open answer nothing: what comes on them ends them so. */
  readonly drop: (how: (socket: Socket) => void) => void;
}

async function startPeer(): Promise<Peer> {
  const ordinals = new Map<Socket, number>();
  const used: number[] = [];
  const dead = new Map<Socket, (socket: Socket) => void>();
  let count = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const end = dead.get(request.socket);
    if (end !== undefined) {
      end(request.socket);
      return;
    }
    used.push(ordinals.get(request.socket) ?? -1);
    request.resume().on("end", () => response.end("answered"));
  });
  server.on("connection", (socket) => {
    ordinals.set(socket, count++);
    socket.on("close", () => ordinals.delete(socket));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    used,
    open: () => ordinals.size,
    drop: (how) => {
      for (const socket of ordinals.keys()) dead.set(socket, how);
    },
  };
}

function start(name: (typeof transports)[number]): Fetch {
  return cappedFetch(name === "nodeTransport" ? nodeTransport() : undefined, () => new VirtualClock());
}

async function ask(fetch: Fetch, url: string, isFresh = false, init: object = {}): Promise<string> {
  const response = await fetch(url, { method: "POST", body: "q", ...init, ...freshInit(isFresh) });
  return response.text();
}

async function warm(fetch: Fetch, { url, used }: Peer): Promise<void> {
  await Promise.all(Array.from({ length: WARM }, () => ask(fetch, url)));
  expect(new Set(used).size).toBe(WARM);
  used.length = 0;
}

async function failureOf(pending: Promise<unknown>): Promise<{ class: string; connection: unknown }> {
  const error: unknown = await pending.catch((thrown: unknown) => thrown);
  const failure = error instanceof CarriedFailure ? error.failure : error;
  if (!isTargetFailure(failure)) throw failure;
  return { class: failure.class, connection: failure.details.connection };
}

describe.each(transports)("a fresh connection over %s", (name) => {
  test("answers call after call while every pooled connection is dead", async () => {
    const peer = await startPeer();
    const fetch = start(name);
    await warm(fetch, peer);
    peer.drop((socket) => socket.resetAndDestroy());

    expect((await failureOf(ask(fetch, peer.url))).class).toBe("network.reset");
    for (let call = 0; call < 3; call++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      expect(await ask(fetch, peer.url, true)).toBe("answered");
    }

    expect(peer.used).toEqual([WARM, WARM + 1, WARM + 2]);
  });

  test("is opened for each of many requests at once, and closed after its response", async () => {
    const peer = await startPeer();
    const fetch = start(name);
    await warm(fetch, peer);

    await Promise.all(Array.from({ length: 5 }, () => ask(fetch, peer.url, true)));
    await expect.poll(peer.open).toBe(WARM);
    await ask(fetch, peer.url);

    expect(new Set(peer.used.slice(0, 5))).toEqual(new Set([12, 13, 14, 15, 16]));
    expect(peer.used[5]).toBeLessThan(WARM);
  });

  test("says that it was new when it dies", async () => {
    const server = createServer((request) => request.socket.resetAndDestroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const fetch = start(name);

    // The global fetch makes its pools with its first request.
    await failureOf(ask(fetch, url));

    expect(await failureOf(ask(fetch, url, true))).toEqual({ class: "network.reset", connection: "new" });
  });

  test.each(["closed", "reset"] as const)(
    "says that a pooled one had been used when it is %s, where it can know",
    async (how) => {
      const peer = await startPeer();
      const fetch = start(name);
      await warm(fetch, peer);
      peer.drop((socket) => (how === "closed" ? socket.end() : socket.resetAndDestroy()));

      const failure = await failureOf(ask(fetch, peer.url));

      // Of a reset, undici hands on the operating system's error, which says nothing about the socket.
      const isKnown = name === "nodeTransport" || how === "closed";
      expect(failure).toEqual({ class: "network.reset", connection: isKnown ? "reused" : undefined });
    },
  );
});

describe("a fresh connection", () => {
  const GLOBAL = Symbol.for("undici.globalDispatcher.1");

  /** As far as it is used here. */
  interface Agent {
    compose(interceptor: (dispatch: Dispatch) => Dispatch): object;
  }
  type Dispatch = (options: object, handler: object) => boolean;

  test("leaves an agent with interceptors as it is: the request goes through them on a connection of their choice", async () => {
    const peer = await startPeer();
    const fetch = start("the global fetch");
    await warm(fetch, peer);
    let intercepted = 0;
    const agent: Agent = Reflect.get(globalThis, GLOBAL);
    const dispatcher = agent.compose((dispatch) => (options, handler) => {
      intercepted += 1;
      return dispatch(options, handler);
    });

    expect(await ask(fetch, peer.url, true, { dispatcher })).toBe("answered");

    expect(intercepted).toBe(1);
    expect(peer.used[0]).toBeLessThan(WARM);
  });

  test("has the settings of the agent that the request would have had", async () => {
    const peer = await startPeer();
    const fetch = start("the global fetch");
    await warm(fetch, peer);
    const agent: object = Reflect.get(globalThis, GLOBAL);
    let connects = 0;
    // The usual way to other addresses, certificates and clients' certificates.
    const connect = (_options: object, callback: (error: Error) => void): void => {
      connects += 1;
      callback(Object.assign(new Error("no way"), { code: "EHOSTUNREACH" }));
    };
    const dispatcher: unknown = Reflect.construct(Object(agent.constructor), [{ connect }]);

    const failure = await failureOf(ask(fetch, peer.url, true, { dispatcher }));

    expect([failure, connects]).toEqual([{ class: "network.refused", connection: "new" }, 1]);
  });

  test("is only asked for where the fetch is the user's own: nothing else of its request changes", async () => {
    const seen: unknown[] = [];
    const fetch = cappedFetch(
      (_, init) => {
        seen.push(init);
        return Promise.resolve(new Response("answered"));
      },
      () => new VirtualClock(),
    );

    await ask(fetch, "https://x.test", true);
    await ask(fetch, "https://x.test");

    const usual = { method: "POST", body: "q", redirect: "manual" };
    expect(seen).toEqual([{ ...usual, [FRESH_CONNECTION]: true }, usual]);
    expect(Object.keys(Object(seen[0]))).toEqual(Object.keys(usual));
  });

  test("is kept by a fetch that passes its `init` on to nodeTransport", async () => {
    const peer = await startPeer();
    const transport = nodeTransport();
    const fetch = cappedFetch(
      (input, init) => transport(input, { ...init }),
      () => new VirtualClock(),
    );
    await warm(fetch, peer);

    await ask(fetch, peer.url, true);

    expect(peer.used).toEqual([WARM]);
  });
});
