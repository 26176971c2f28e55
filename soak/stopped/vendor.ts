import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { portOf } from "../../bench/process/port.ts";
import { wires } from "../../bench/wires/index.ts";
import { answerText, deltaText } from "../../bench/wires/text.ts";
import type { Wire } from "../../bench/wires/wire.ts";
import { PIECES } from "./words.ts";

/** When the asking process is stopped, and when it goes on. */
export interface Moments {
  /** It stands still, and will for a while. */
  readonly still: Promise<unknown>;
  readonly goesOn: Promise<unknown>;
}

export interface Vendor {
  readonly url: string;
  /** Requests of a situation that have arrived. */
  readonly arrived: () => number;
  readonly close: () => Promise<void>;
}

/** Long enough for the process to find its limits passed first. */
const LATER_MS = 400;

class Writer {
  readonly #response: ServerResponse;
  readonly #wire: Wire;
  #written = 0;

  constructor(response: ServerResponse, wire: Wire) {
    this.#response = response;
    this.#wire = wire;
  }

  head(): void {
    this.#response.writeHead(200, { "content-type": this.#wire.contentType });
    this.#response.flushHeaders();
  }

  pieces(count: number): void {
    if (this.#written === 0) for (const piece of this.#wire.opening()) this.#response.write(piece);
    for (const end = Math.min(PIECES, this.#written + count); this.#written < end; this.#written++) {
      this.#response.write(this.#wire.delta(this.#written, deltaText(this.#written)));
    }
  }

  rest(): void {
    this.pieces(PIECES);
    for (const piece of this.#wire.closing(answerText(PIECES), PIECES)) this.#response.write(piece);
    this.#response.end();
  }
}

async function play(situation: string, writer: Writer, { still, goesOn }: Moments): Promise<void> {
  if (situation !== "unanswered") writer.head();
  switch (situation) {
    case "flowing":
    case "pausing":
      writer.pieces(5);
      await still;
      // One after the other, all while nobody can read.
      for (let count = 0; count < 10; count++) {
        writer.pieces(2);
        // oxlint-disable-next-line no-await-in-loop
        await sleep(10);
      }
      break;
    case "waiting":
    case "unanswered":
      await still;
      break;
    case "half":
      writer.pieces(5);
      await goesOn;
      await sleep(LATER_MS);
      break;
    case "silent":
      await goesOn;
      await sleep(LATER_MS);
      break;
    default:
  }
  if (situation === "unanswered") writer.head();
  writer.rest();
}

/** Answers of the first tier are played as the prompt says; all others are whole at once. */
export async function startVendor(moments: Moments): Promise<Vendor> {
  let arrived = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const wire = request.url?.startsWith("/anthropic/") === true ? wires.anthropic : wires["openai-chat"];
    const isFirst = request.url?.includes("/first/") === true;
    const situation = /Play (\w+)\./.exec(body)?.[1] ?? "warming";
    if (situation !== "warming") arrived++;
    await play(isFirst ? situation : "warming", new Writer(response, wire), moments);
  };
  const server = createServer((request, response) => void answer(request, response));
  // Clients are told, and let go a second before.
  server.keepAliveTimeout = 2_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    arrived: () => arrived,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
