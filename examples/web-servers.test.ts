import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type Chain } from "@understudy/core";
import { leaving, sendResponse } from "@understudy/core/node";
import { toResponse } from "@understudy/core/web";
import { startAnthropic, type Vendor } from "@understudy/testing";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { compress } from "hono/compress";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** Makes a server that streams the answer to every request. */
type Start = (chain: Chain) => Promise<Server>;

const QUESTION = "Why is the sky blue?";

/** What every handler does; a client that has left gets whatever is made for it. */
async function answer(chain: Chain, signal: AbortSignal): Promise<Response> {
  try {
    return toResponse(await chain.stream(QUESTION, { signal }));
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    return Response.json({ code: error.code }, { status: 503 });
  }
}

const SERVERS: Readonly<Record<string, Start>> = {
  "node:http": (chain) =>
    listening(
      createServer(async (_request, response) => {
        await sendResponse(await answer(chain, leaving(response)), response);
      }),
    ),
  "Express 5": (chain) => {
    const app = express();
    app.get("/", async (_request, response) => {
      await sendResponse(await answer(chain, leaving(response)), response);
    });
    return listening(createServer(app));
  },
  "Fastify 5": async (chain) => {
    const app = Fastify();
    app.get("/", async (_request, reply) => reply.send(await answer(chain, leaving(reply.raw))));
    await app.listen({ host: "127.0.0.1", port: 0 });
    return app.server;
  },
  "Hono 4": (chain) => {
    const app = new Hono();
    app.get("/", (context) => answer(chain, context.req.raw.signal));
    return listening(createServer(getRequestListener(app.fetch)));
  },
  "Hono 4 with compress()": (chain) => {
    const app = new Hono();
    app.use(compress());
    app.get("/", (context) => answer(chain, context.req.raw.signal));
    return listening(createServer(getRequestListener(app.fetch)));
  },
};

async function listening(server: Server): Promise<Server> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

let vendor: Vendor;
let chain: Chain;

beforeEach(async () => {
  vendor = await startAnthropic();
  chain = createChain([anthropic("claude-sonnet-5-5", { apiKey: "any", baseURL: vendor.url, transport: "fetch" })], {
    holdMs: 0,
  });
});

afterEach(() => vendor.close());

/** The text of a response until a part of it has come. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array> | undefined, part: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes(part)) {
    // oxlint-disable-next-line no-await-in-loop -- a body is read in order
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

describe.each(Object.entries(SERVERS))("%s", (_name, start) => {
  let server: Server;
  let url: string;

  beforeEach(async () => {
    server = await start(chain);
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test("sends each event as it comes, and the answer to its end", async () => {
    vendor.answer({ text: ["The sky ", "is ", "blue."], deltaDelayMs: 30 });

    const response = await fetch(url, { headers: { "accept-encoding": "gzip" } });
    const reader = response.body?.getReader();
    const beginning = await readUntil(reader, "text-delta");
    const wasUnderWay = vendor.requests[0]?.finishedAt === undefined;
    const text = beginning + (await readUntil(reader, "\u0000"));

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("content-encoding")).toBe(null);
    expect(wasUnderWay).toBe(true);
    expect([...text.matchAll(/"delta":"([^"]*)"/g)].map((match) => match[1])).toEqual(["The sky ", "is ", "blue."]);
    expect(text).toMatch(/data: {"type":"done"}\n\n$/);
    expect(vendor.requests.map(({ closedByClient }) => closedByClient)).toEqual([false]);
  });

  test("answers with a status when every tier fails at once", async () => {
    vendor.script([{ fault: { type: "error", error: "bad-key" } }]);

    const response = await fetch(url);

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ code: "auth" });
  });

  test("leaves the vendor when its client leaves in mid-answer", async () => {
    vendor.script([{ fault: { type: "silence", at: { deltas: 2 } } }]);
    const client = new AbortController();
    const response = await fetch(url, { signal: client.signal });
    await readUntil(response.body?.getReader(), "text-delta");
    client.abort();

    const request = await vendor.arrived(0);
    await request.closed;
    expect(request.closedByClient).toBe(true);
  });

  test("leaves the vendor when its client leaves before there is output", async () => {
    vendor.script([{ fault: { type: "hang" } }]);
    const client = new AbortController();
    const response = fetch(url, { signal: client.signal });
    const request = await vendor.arrived(0);
    client.abort();

    await expect(response).rejects.toThrow("aborted");
    await request.closed;
    expect(request.closedByClient).toBe(true);
    expect(vendor.requests).toHaveLength(1);
  });
});
