/** What a web server written for Node has, also where the types of the browser are there. */
import { createServer, type Server } from "node:http";
import { isUnderstudyError, type Chain } from "@understudy/core";
import { leaving, sendResponse } from "@understudy/core/node";
import { fromUntrusted, toResponse } from "@understudy/core/web";

export const serve = (chain: Chain): Server =>
  createServer(async (_request, response) => {
    try {
      const stream = await chain.stream(
        { messages: fromUntrusted([{ role: "user", content: "Hello" }]) },
        { signal: leaving(response) },
      );
      await sendResponse(toResponse(stream, { headers: { "x-own": "1" } }), response);
    } catch (error) {
      if (!isUnderstudyError(error)) throw error;
      await sendResponse(Response.json({ code: error.code }, { status: 503 }), response);
    }
  });
