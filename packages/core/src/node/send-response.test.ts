import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import http2 from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { isUnderstudyError } from "../model/error.ts";
import { leaving } from "./leaving.ts";
import { sendResponse } from "./send-response.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Served {
  readonly url: string;
  /** What the handler of the first request did: nothing, or what it rejected with. */
  readonly handled: Promise<unknown>;
}

const servers: http.Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handle: Handler): Promise<Served> {
  const handled = Promise.withResolvers<unknown>();
  const server = http.createServer((request, response) => {
    handle(request, response).then(handled.resolve, handled.resolve);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has an address
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, handled: handled.promise };
}

/** A request whose answer is taken from the socket by hand. */
async function ask(url: string): Promise<IncomingMessage> {
  const request = http.request(url, { agent: false }).end();
  const [message] = await once(request, "response");
  // A connection that is cut says so to whoever reads.
  message.on("error", () => undefined);
  return message;
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message.setEncoding("utf8")) text += String(chunk);
  return text;
}

/** A body that is written by hand and knows whether it was cancelled. */
function bodyByHand() {
  const cancelled = Promise.withResolvers<unknown>();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: (reason) => cancelled.resolve(reason),
  });
  return {
    body,
    cancelled: cancelled.promise,
    write: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    fail: (error: Error) => controller?.error(error),
    end: () => controller?.close(),
  };
}

function listenersOf(response: ServerResponse | undefined): number | undefined {
  return response && response.listenerCount("close") + response.listenerCount("drain");
}

/** Waits until a value has not changed for many turns of the event loop. */
async function standstill(value: () => unknown): Promise<void> {
  for (let [turns, before] = [0, value()]; turns < 200; turns++) {
    // oxlint-disable-next-line no-await-in-loop -- turn by turn
    await new Promise((resolve) => setImmediate(resolve));
    if (value() !== before) [turns, before] = [0, value()];
  }
}

describe("sendResponse", () => {
  test("sends status, reason, headers and each cookie in a line of its own, beside those that were set before", async () => {
    const { url, handled } = await serve((_request, response) => {
      response.setHeader("set-cookie", "session=1");
      response.setHeader("x-before", "kept");
      response.setHeader("content-type", "text/html");
      const headers = new Headers({ "content-type": "text/plain" });
      headers.append("set-cookie", "a=1; Path=/");
      headers.append("set-cookie", "b=2, c=3");
      return sendResponse(new Response("Short.", { status: 418, statusText: "Teapot", headers }), response);
    });

    const message = await ask(url);

    expect(message.statusCode).toBe(418);
    expect(message.statusMessage).toBe("Teapot");
    expect(message.headers["set-cookie"]).toEqual(["session=1", "a=1; Path=/", "b=2, c=3"]);
    expect(message.headers["x-before"]).toBe("kept");
    expect(message.headers["content-type"]).toBe("text/plain");
    expect(await textOf(message)).toBe("Short.");
    expect(await handled).toBe(undefined);
  });

  test("sends the head before the first piece, and each piece as it comes", async () => {
    const answer = bodyByHand();
    const { url, handled } = await serve((_request, response) => sendResponse(new Response(answer.body), response));

    const message = await ask(url);
    for (const piece of ["one", "two"]) {
      answer.write(piece);
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      expect(String((await once(message, "data"))[0])).toBe(piece);
    }
    answer.end();

    await once(message, "end");
    expect(await handled).toBe(undefined);
  });

  test("reads no faster than the client, and loses nothing", async () => {
    const piece = new Uint8Array(65_536).fill(120);
    const pieces = 1_000;
    let made = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (made++ < pieces) controller.enqueue(piece);
        else controller.close();
      },
    });
    const { url, handled } = await serve((_request, response) => sendResponse(new Response(body), response));

    const message = await ask(url);
    await standstill(() => made);
    expect(made).toBeGreaterThan(1);
    expect(made).toBeLessThan(pieces / 2);

    let bytes = 0;
    for await (const chunk of message) bytes += Buffer.byteLength(chunk);
    expect(bytes).toBe(pieces * piece.length);
    expect(await handled).toBe(undefined);
  });

  test.each(["before the first piece", "in mid-body", "while it does not read"])(
    "cancels the body and resolves when the client leaves %s",
    async (when) => {
      const answer = bodyByHand();
      let served: ServerResponse | undefined;
      const { url, handled } = await serve((_request, response) => {
        served = response;
        return sendResponse(new Response(answer.body), response);
      });
      const message = await ask(url);
      if (when !== "before the first piece") {
        answer.write("one");
        await once(message, "data");
      }
      if (when === "while it does not read") {
        message.pause();
        answer.write("x".repeat(20_000_000));
        await standstill(() => served?.writableLength);
      }
      message.destroy();

      expect(await handled).toBe(undefined);
      await answer.cancelled;
      expect(listenersOf(served)).toBe(0);
    },
  );

  test("cancels the body when the client has left already", async () => {
    const answer = bodyByHand();
    const arrived = Promise.withResolvers<void>();
    const { url, handled } = await serve(async (_request, response) => {
      arrived.resolve();
      await once(response, "close");
      await sendResponse(new Response(answer.body), response);
    });
    const request = http.request(url, { agent: false }).on("error", () => undefined);
    request.end();
    await arrived.promise;
    request.destroy();

    expect(await handled).toBe(undefined);
    await answer.cancelled;
  });

  test("cancels the body when the response was ended by somebody else", async () => {
    const [early, late] = [bodyByHand(), bodyByHand()];
    const { url, handled } = await serve(async (_request, response) => {
      const sending = sendResponse(new Response(early.body), response);
      response.end("closing time");
      early.write("too late");
      await sending;
      await sendResponse(new Response(late.body), response);
    });

    expect(await textOf(await ask(url))).toBe("closing time");
    expect(await handled).toBe(undefined);
    await Promise.all([early.cancelled, late.cancelled]);
  });

  test.each(["before its first piece", "in its middle"])(
    "closes the connection and rejects when the body fails %s",
    async (when) => {
      const answer = bodyByHand();
      const { url, handled } = await serve((_request, response) => sendResponse(new Response(answer.body), response));
      const message = await ask(url);
      if (when === "in its middle") {
        answer.write("half");
        await once(message, "data");
      }
      const failure = new Error("The source is gone.");
      answer.fail(failure);

      await expect(textOf(message)).rejects.toThrow("aborted");
      expect(await handled).toBe(failure);
    },
  );

  test("closes the connection, cancels and rejects when the body holds something other than bytes", async () => {
    const cancelled = Promise.withResolvers<void>();
    const { url, handled } = await serve((_request, response) => {
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue({ not: "bytes" }),
        cancel: () => cancelled.resolve(),
      });
      return sendResponse(new Response(body), response);
    });

    await expect(textOf(await ask(url))).rejects.toThrow("aborted");
    expect(await handled).toBeInstanceOf(TypeError);
    await cancelled.promise;
  });

  test("answers HEAD with the head alone and cancels the body", async () => {
    const answer = bodyByHand();
    const { url, handled } = await serve((_request, response) =>
      sendResponse(new Response(answer.body, { headers: { "x-kind": "stream" } }), response),
    );

    // By hand: the client of Node closes the connection itself, and that too would end the call.
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write("HEAD / HTTP/1.1\r\nhost: x\r\n\r\n");
    let received = "";
    socket.on("data", (chunk) => (received += String(chunk)));

    expect(await handled).toBe(undefined);
    await answer.cancelled;
    await standstill(() => received);
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\nx-kind: stream\r\n[^]*\r\n\r\n$/);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  test("sends over HTTP/2 through the compatible response, and notices there that the client leaves", async () => {
    const [whole, left] = [bodyByHand(), bodyByHand()];
    const handled: Promise<void>[] = [];
    const server = http2.createServer((request, response) => {
      const { body } = request.url === "/whole" ? whole : left;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node makes it compatible, its types do not say so
      handled.push(sendResponse(new Response(body), response as unknown as ServerResponse));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has an address
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

    const first = client.request({ ":path": "/whole" }).setEncoding("utf8");
    whole.write("one");
    expect(await once(first, "data")).toEqual(["one"]);
    whole.end();
    await once(first, "end");
    const second = client.request({ ":path": "/left" });
    left.write("one");
    await once(second, "data");
    second.close(http2.constants.NGHTTP2_CANCEL);

    expect(await Promise.all(handled)).toEqual([undefined, undefined]);
    await left.cancelled;
    client.close();
    server.close();
  });

  test.each([204, 205, 304])("ends a response of status %i, which has no body", async (status) => {
    const { url, handled } = await serve((_request, response) =>
      sendResponse(new Response(null, { status }), response),
    );

    const message = await ask(url);

    expect(message.statusCode).toBe(status);
    expect(await textOf(message)).toBe("");
    expect(await handled).toBe(undefined);
  });

  test("sends the body alone when the head was sent already", async () => {
    const { url, handled } = await serve((_request, response) => {
      response.writeHead(202, { "x-early": "yes" }).flushHeaders();
      return sendResponse(new Response("late", { status: 200, headers: { "x-late": "no" } }), response);
    });

    const message = await ask(url);

    expect(message.statusCode).toBe(202);
    expect(message.headers["x-late"]).toBe(undefined);
    expect(await textOf(message)).toBe("late");
    expect(await handled).toBe(undefined);
  });

  test.each<readonly [string, () => Response]>([
    ["a body that was read", () => readAlready()],
    ["a status that does not exist", () => Response.error()],
    ["a header that HTTP does not allow", () => new Response("x", { headers: { "x-bad": "\u0001" } })],
  ])("rejects %s before anything is sent, so that another answer can be", async (_name, make) => {
    let refusal: unknown;
    const { url } = await serve(async (_request, response) => {
      await sendResponse(make(), response).catch((error: unknown) => (refusal = error));
      response.writeHead(500).end("an own answer");
    });

    const message = await ask(url);

    expect(message.statusCode).toBe(500);
    expect(await textOf(message)).toBe("an own answer");
    expect(refusal).toBeInstanceOf(Error);
  });
});

function readAlready(): Response {
  const response = new Response("once");
  void response.text();
  return response;
}

describe("leaving", () => {
  test("aborts when the client leaves before anything was sent", async () => {
    const arrived = Promise.withResolvers<AbortSignal>();
    const { url } = await serve((_request, response) => {
      arrived.resolve(leaving(response));
      return Promise.resolve();
    });
    const request = http.request(url, { agent: false }).on("error", () => undefined);
    request.end();
    const signal = await arrived.promise;
    expect(signal.aborted).toBe(false);
    const aborted = once(signal, "abort");
    request.destroy();

    await aborted;
    expect(signal.reason).toMatchObject({ name: "AbortError", message: "The client left." });
  });

  test("aborts when the client leaves in the middle, and when it had left before", async () => {
    const signals = Promise.withResolvers<readonly AbortSignal[]>();
    const { url } = await serve(async (_request, response) => {
      const during = leaving(response);
      response.write("half");
      await once(response, "close");
      signals.resolve([during, leaving(response)]);
    });
    const message = await ask(url);
    await once(message, "data");
    message.destroy();

    expect((await signals.promise).map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test.each(["keeps the connection", "closes the connection"])(
    "never aborts after the end, and leaves no listener behind, when the client %s",
    async (how) => {
      const closed = Promise.withResolvers<readonly [AbortSignal, ServerResponse]>();
      const { url } = await serve(async (_request, response) => {
        const signal = leaving(response);
        response.end("whole");
        await once(response, "close");
        closed.resolve([signal, response]);
      });
      const agent = new http.Agent({ keepAlive: how === "keeps the connection" });
      const request = http.get(url, { agent });
      const [message] = await once(request, "response");
      expect(await textOf(message)).toBe("whole");
      const [signal, response] = await closed.promise;
      agent.destroy();

      expect(signal.aborted).toBe(false);
      expect(leaving(response).aborted).toBe(false);
      expect(listenersOf(response)).toBe(0);
    },
  );
});

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types are set aside on purpose
const wrong = (value: unknown): never => value as never;
const misused = (message: string): object => expect.objectContaining({ code: "invalid-request", message });

describe("what is no response", () => {
  const NODE = "must be the response of node:http, such as `reply.raw` or `ctx.res`.";

  test.each([undefined, null, "Hi", [], {}, Promise.resolve(new Response("Hi"))])(
    "is refused, and nothing is written: %s",
    async (value) => {
      const { url } = await serve(async (_request, response) => {
        const refusal: unknown = await sendResponse(wrong(value), response).catch((error: unknown) => error);
        expect(response.headersSent).toBe(false);
        response.end(isUnderstudyError(refusal) ? `${refusal.code}: ${refusal.message}` : "raw");
      });

      expect(await (await fetch(url)).text()).toBe(
        "invalid-request: sendResponse(from, to) sends a web `Response`, awaited.",
      );
    },
  );

  test.each([undefined, null, "Hi", {}, new Response("Hi")])("of node:http is refused: %s", async (to) => {
    const isCancelled = Promise.withResolvers<boolean>();
    const body = new ReadableStream({ cancel: () => isCancelled.resolve(true) });

    await expect(sendResponse(new Response(body), wrong(to))).rejects.toThrow(
      misused(`What sendResponse() is given ${NODE}`),
    );
    expect(await isCancelled.promise).toBe(true);
    expect(() => leaving(wrong(to))).toThrow(misused(`What leaving() is given ${NODE}`));
  });
});
