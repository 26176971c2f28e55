import http from "node:http";
import type { AddressInfo } from "node:net";
import zlib from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { nodeTransport } from "./node-transport.ts";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

const servers: http.Server[] = [];

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

afterEach(() => {
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
});
