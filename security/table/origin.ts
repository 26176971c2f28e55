import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Form } from "../../hostile/src/wires/wire.ts";

/** One request, and how to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly form: Form;
  readonly response: ServerResponse;
  /** A server that nobody has a reason to ask. */
  readonly elsewhere: string;
}

/** What came in at one path. */
export interface Arrived {
  readonly texts: string[];
  answer: (exchange: Exchange) => unknown;
}

/** A vendor of a hundred faces: below each path it does something else. */
export interface Origin {
  readonly url: string;
  readonly elsewhere: string;
  /** What is asked below a path is answered so. */
  readonly at: (path: string, answer: Arrived["answer"]) => Arrived;
  /** Requests at the other server that a path has led to. */
  readonly strayed: (path: string) => number;
  readonly close: () => void;
}

export async function startOrigin(): Promise<Origin> {
  const places = new Map<string, Arrived>();
  const strayed = new Map<string, number>();
  const other = createServer((request, response) => {
    const from = request.url?.split("/")[1] ?? "";
    strayed.set(from, (strayed.get(from) ?? 0) + 1);
    request.resume();
    response.end("{}");
  });
  const elsewhere = await listen(other);
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void (async () => {
      const body = await text(request);
      const path = request.url?.split("/")[1] ?? "";
      const place = places.get(path);
      place?.texts.push(`${request.url}\n${request.rawHeaders.join("\n")}\n${body}`);
      const isStream = /"stream":\s*true/.test(body) || /stream/i.test(request.url ?? "");
      response.on("error", () => undefined);
      place?.answer({
        request,
        body,
        form: isStream ? "streamed" : "whole",
        response,
        elsewhere: `${elsewhere}/${path}`,
      });
    })().catch(() => response.destroy());
  });
  const url = await listen(server);
  return {
    url,
    elsewhere,
    at: (path, answer) => {
      const arrived: Arrived = { texts: [], answer };
      places.set(path, arrived);
      return arrived;
    },
    strayed: (path) => strayed.get(path) ?? 0,
    close: () => {
      for (const one of [server, other]) {
        one.close();
        one.closeAllConnections();
      }
    },
  };
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
