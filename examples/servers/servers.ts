import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { leaving, sendResponse } from "@understudy/core/node";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { compress } from "hono/compress";

/** Makes a server that gives this answer to every request; a client that has left gets whatever is made for it. */
type Start = (answer: (signal: AbortSignal) => Promise<Response>) => Promise<Server>;

export const SERVERS: Readonly<Record<string, Start>> = {
  "node:http": (answer) =>
    listening(
      createServer(async (_request, response) => {
        await sendResponse(await answer(leaving(response)), response);
      }),
    ),
  "Express 5": (answer) => {
    const app = express();
    app.get("/", async (_request, response) => {
      await sendResponse(await answer(leaving(response)), response);
    });
    return listening(createServer(app));
  },
  "Fastify 5": async (answer) => {
    const app = Fastify();
    app.get("/", async (_request, reply) => reply.send(await answer(leaving(reply.raw))));
    await app.listen({ host: "127.0.0.1", port: 0 });
    return app.server;
  },
  "Hono 4": (answer) => {
    const app = new Hono();
    app.get("/", (context) => answer(context.req.raw.signal));
    return listening(createServer(getRequestListener(app.fetch)));
  },
  "Hono 4 with compress()": (answer) => {
    const app = new Hono();
    app.use(compress());
    app.get("/", (context) => answer(context.req.raw.signal));
    return listening(createServer(getRequestListener(app.fetch)));
  },
};

async function listening(server: Server): Promise<Server> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

export function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** The text of a response until a part of it has come. */
export async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  part: string,
): Promise<string> {
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
