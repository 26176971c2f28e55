import { getEventListeners } from "node:events";
import http from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import zlib from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { VirtualClock } from "../../test/virtual-clock.ts";
import { cappedFetch } from "../adapter/transport/capped-fetch.ts";
import { nodeTransport } from "./node-transport.ts";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

const servers: http.Server[] = [];
const rawServers: Server[] = [];

async function serve(handler: Handler): Promise<{ readonly url: string; readonly sockets: () => number }> {
  const server = http.createServer(handler);
  let sockets = 0;
  server.on("connection", () => sockets++);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has an address
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, sockets: () => sockets };
}

/** Answers the first bytes of every connection with a text, and says when the client has closed it. */
async function serveText(text: string): Promise<{ readonly url: string; readonly closed: Promise<void> }> {
  const closed = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("close", () => closed.resolve());
    socket.once("data", () => socket.write(text, "latin1"));
  });
  rawServers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has an address
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, closed: closed.promise };
}

afterEach(() => {
  vi.restoreAllMocks();
  for (const server of rawServers.splice(0)) server.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function readAll(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- a body is read in order
    const read = await reader?.read();
    if (read?.value === undefined) return text;
    text += decoder.decode(read.value, { stream: true });
  }
}

describe("nodeTransport", () => {
  test("sends method, headers and body, and reads status, headers and body", async () => {
    const { url } = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        response.setHeader("x-request-id", "r1");
        response.end(JSON.stringify({ method: request.method, type: request.headers["content-type"], body }));
      });
    });

    const response = await nodeTransport()(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}✓",
    });

    expect(response.ok).toBe(true);
    expect(response.headers.get("x-request-id")).toBe("r1");
    expect(await response.json()).toEqual({ method: "POST", type: "application/json", body: "{}✓" });
  });

  test("hands over each piece as it arrives", async () => {
    const { url } = await serve((_request, response) => {
      response.write("one");
      setImmediate(() => response.end("two"));
    });

    const response = await nodeTransport()(url);
    const reader = response.body?.getReader();
    const first = await reader?.read();

    expect(Buffer.from(first?.value ?? []).toString()).toBe("one");
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("two");
    expect((await reader?.read())?.done).toBe(true);
  });

  test("uses one connection for calls in a row, also after an error status", async () => {
    const { url, sockets } = await serve((request, response) => {
      response.statusCode = request.url === "/bad" ? 503 : 200;
      response.end("done");
    });
    const fetch = nodeTransport();

    for (const path of ["", "bad", ""]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await readAll(await fetch(url + path));
    }

    expect(sockets()).toBe(1);
  });

  test("rejects with the signal's reason and closes the connection on an abort while reading", async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((request, response) => {
      request.on("close", () => closed.resolve());
      response.write("one");
    });
    const controller = new AbortController();
    const response = await nodeTransport()(url, { signal: controller.signal });
    const reader = response.body?.getReader();
    await reader?.read();

    const pending = reader?.read();
    controller.abort(new Error("no longer wanted"));

    await expect(pending).rejects.toThrow("no longer wanted");
    await closed.promise;
  });

  test("rejects with the signal's reason on an abort before the headers, and at once when it is aborted already", async () => {
    const arrived = Promise.withResolvers<void>();
    const { url } = await serve(() => arrived.resolve());
    const controller = new AbortController();
    const fetch = nodeTransport();

    const call = fetch(url, { signal: controller.signal });
    await arrived.promise;
    controller.abort(new Error("no longer wanted"));

    await expect(call).rejects.toThrow("no longer wanted");
    await expect(fetch(url, { signal: AbortSignal.abort(new Error("never wanted")) })).rejects.toThrow("never wanted");
  });

  test("rejects with a code when the connection is reset in mid-body and when it is refused", async () => {
    const { url } = await serve((_request, response) => {
      response.write("one");
      setImmediate(() => response.socket?.resetAndDestroy());
    });
    const fetch = nodeTransport();
    const response = await fetch(url);

    await expect(readAll(response)).rejects.toMatchObject({ code: "ECONNRESET" });
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    await expect(fetch(url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("reads a compressed body, and fails when it is cut", async () => {
    const whole = zlib.gzipSync("squeezed ".repeat(1_000));
    const { url } = await serve((request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(request.url === "/cut" ? whole.subarray(0, 20) : whole);
    });
    const fetch = nodeTransport();

    expect(await readAll(await fetch(url))).toBe("squeezed ".repeat(1_000));
    await expect(readAll(await fetch(`${url}cut`))).rejects.toThrow(/unexpected end/);
  });

  test("stops the server while nobody reads", async () => {
    let written = 0;
    const { url } = await serve((_request, response) => {
      const piece = Buffer.alloc(65_536);
      const write = (): void => {
        while (written < 64 * 1024 * 1024 && response.write(piece)) written += piece.length;
      };
      response.on("drain", write);
      write();
    });

    const response = await nodeTransport()(url);
    for (let turn = 0; turn < 200; turn++) {
      // oxlint-disable-next-line no-await-in-loop -- lets the sockets do what they can
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(written).toBeLessThan(32 * 1024 * 1024);
    await response.body?.getReader().cancel();
  });

  const text = "squeezed ".repeat(20_000);
  const gzip = zlib.gzipSync(text);
  const bodies: readonly (readonly [string, Buffer])[] = [
    ["gzip", gzip],
    ["X-GZIP", gzip],
    ["br", zlib.brotliCompressSync(text)],
    ["deflate", zlib.deflateSync(text)],
    ["deflate", zlib.deflateRawSync(text)],
    // From Node 22.15 on.
    ...("zstdCompressSync" in zlib ? [["zstd", zlib.zstdCompressSync(text)] as const] : []),
    ["gzip, br", zlib.brotliCompressSync(gzip)],
    ["deflate,gzip", zlib.gzipSync(zlib.deflateRawSync(text))],
    ["identity", Buffer.from(text)],
    ["unknown", Buffer.from(text)],
    ["deflate", Buffer.alloc(0)],
  ];
  test.each(bodies)(
    "reads what is coded as %s as the built-in fetch does, and keeps the connection",
    async (coding, body) => {
      const { url, sockets } = await serve((_request, response) => {
        response.setHeader("content-encoding", coding);
        for (let at = 0; at < body.length; at += 1_000) response.write(body.subarray(at, at + 1_000));
        response.end();
      });
      const transport = nodeTransport();

      const read = [await readAll(await transport(url)), await readAll(await transport(url))];

      const expected = await (await fetch(url)).text();
      expect(expected.length).toBe(body.length === 0 ? 0 : text.length);
      expect(read).toEqual([expected, expected]);
      // One of them is the built-in fetch's.
      expect(sockets()).toBe(2);
    },
  );

  test("fails where more codings are named than the built-in fetch takes", async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader("content-encoding", "gzip,gzip,gzip,gzip,gzip,gzip").end(gzip);
    });

    await expect(nodeTransport()(url)).rejects.toThrow("too many");
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  const bombs = ["br", "gzip", "deflate"] as const;
  test.each(bombs)(
    "stops unpacking %s with its reader: cancelled, aborted, or cut as an error body",
    async (coding) => {
      const zeros = Buffer.alloc(4 * 1024 * 1024);
      const pack = { br: zlib.brotliCompressSync, gzip: zlib.gzipSync, deflate: zlib.deflateRawSync }[coding];
      const name = ({ br: "createBrotliDecompress", gzip: "createGunzip", deflate: "createInflateRaw" } as const)[
        coding
      ];
      const made = vi.spyOn(zlib, name);
      const bomb = pack(zeros);
      const { url } = await serve((request, response) => {
        response.statusCode = request.url === "/error" ? 500 : 200;
        response.setHeader("content-encoding", coding);
        response.end(bomb);
      });
      const transport = nodeTransport();

      const cancelled = (await transport(url)).body?.getReader();
      await cancelled?.read();
      await cancelled?.cancel();
      const controller = new AbortController();
      await (await transport(url, { signal: controller.signal })).body?.getReader().read();
      controller.abort();
      const capped = cappedFetch(transport, () => new VirtualClock());
      expect(await (await capped(`${url}error`)).text()).toHaveLength(65_536);

      const decoders = made.mock.results.map(({ value }) => value);
      expect(decoders.map((decoder) => decoder.destroyed)).toEqual([true, true, true]);
    },
  );

  test("answers every read that is under way, in order, also at the end", async () => {
    const asked = Promise.withResolvers<void>();
    const { url } = await serve((_request, response) => {
      response.flushHeaders();
      void asked.promise.then(() => response.end("one"));
    });
    const { body } = await nodeTransport()(url);
    if (body === null) throw new Error("A body was sent.");
    const reader = body.getReader();

    const reads = [reader.read(), reader.read(), reader.read()];
    asked.resolve();

    expect((await Promise.all(reads)).map(({ done }) => done)).toEqual([false, true, true]);
  });

  test.each([
    ["101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", /closed/],
    ["101 Switching Protocols\r\n\r\n", /status/],
    ["000 None\r\ncontent-length: 2\r\n\r\nhi", /status/],
    ["000 None\r\n\r\nhi", /status/],
    ["099 Low\r\n\r\n", /status/],
  ])("fails at once, and closes the connection, on the status %j", async (status, message) => {
    const { url, closed } = await serveText(`HTTP/1.1 ${status}`);

    await expect(nodeTransport()(url, { method: "POST", body: "q" })).rejects.toThrow(message);

    await closed;
  });

  test("waits through responses that are not final", async () => {
    const { url } = await serveText("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi");

    expect(await readAll(await nodeTransport()(url))).toBe("hi");
  });

  test("leaves no listener on a signal that outlives the request, however it ends", async () => {
    const { signal } = new AbortController();
    const { url } = await serve((request, response) => {
      if (request.url === "/reset") request.socket.resetAndDestroy();
      else response.end("done");
    });
    const odd = await serveText("HTTP/1.1 000 None\r\n\r\n");
    const transport = nodeTransport();

    await readAll(await transport(url, { signal }));
    await expect(transport(`${url}reset`, { signal })).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(transport(odd.url, { signal })).rejects.toThrow("status");

    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

test.each([
  [null, "its options must be an object"],
  [{ maxIdleSocket: 3 }, "unknown option `maxIdleSocket` (did you mean `maxIdleSockets`?)"],
  [{ maxIdleSockets: -1 }, "maxIdleSockets must be a whole number of at least 0"],
  [{ idleMs: "4s" }, "idleMs must be a number of milliseconds, at least 1"],
])("options that there are not are refused: %j", (options, problem) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what callers without types pass
  expect(() => nodeTransport(options as never)).toThrow(
    expect.objectContaining({ code: "config", message: `nodeTransport() cannot be made: ${problem}.` }),
  );
});
