/** The vendors' stand-ins, in a process of their own. Tells its parent their ports, and with every message how it stands. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { portOf } from "../../bench/process/port.ts";
import { answerText, deltaText } from "../../bench/wires/text.ts";
import type { Wire } from "../../bench/wires/wire.ts";
import { Random } from "../random.ts";
import { ILL, WELL } from "./faults.ts";
import { LENGTH, VENDORS, type ServerReport, type SoakVendor } from "./vendors.ts";

const LONGEST_SPOKEN = 100;

const random = new Random(Number(process.argv[2] ?? 1));
const begunAt = performance.now();
const faults: Record<string, number> = {};
let [sockets, answers, requests, left] = [0, 0, 0, 0];

function drawFault({ illMs, periodMs }: SoakVendor) {
  const isIll = (performance.now() - begunAt) % periodMs > periodMs - illMs;
  if (!random.chance(isIll ? 0.85 : 0.04)) return undefined;
  return random.draw(isIll ? ILL : WELL);
}

/** A short one as a model writes it; a long one as fast as the client takes it. */
async function answer(response: ServerResponse, wire: Wire, deltas: number): Promise<void> {
  const pauseMs = deltas > LONGEST_SPOKEN ? 0 : random.between(300, 1_500) / deltas;
  response.writeHead(200, { "content-type": wire.contentType, "request-id": `req_${requests}` });
  for (const piece of wire.opening()) response.write(piece);
  for (let index = 0; index < deltas; index++) {
    // oxlint-disable no-await-in-loop -- one after the other
    if (pauseMs > 0) await sleep(pauseMs);
    if (!response.write(wire.delta(index, deltaText(index)))) await drained(response);
    // oxlint-enable no-await-in-loop
    if (response.destroyed) return;
  }
  for (const piece of wire.closing(answerText(deltas), deltas)) response.write(piece);
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

async function handle(vendor: SoakVendor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests++;
  answers++;
  response.once("close", () => {
    answers--;
    if (!response.writableFinished) left++;
  });
  // What the client does to the connection is no concern of the server.
  response.on("error", () => undefined);
  const body = await text(request);
  const fault = drawFault(vendor);
  if (fault === undefined) return answer(response, vendor.wire, Number(LENGTH.exec(body)?.[1] ?? 1));
  faults[fault.name] = (faults[fault.name] ?? 0) + 1;
  await fault.play(response, vendor.wire);
}

/** Each has a port of its own: what befalls an endpoint befalls all who share it. */
async function listen(vendor: SoakVendor): Promise<number> {
  const server = createServer((request, response) => {
    handle(vendor, request, response).catch(() => response.destroy());
  });
  server.on("connection", (socket) => {
    sockets++;
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets--);
  });
  // Clients are told, and let go a second before.
  server.keepAliveTimeout = 2_000;
  server.listen(0, "127.0.0.1", 4_096);
  await once(server, "listening");
  return portOf(server);
}

process.send?.({ ports: await Promise.all(VENDORS.map(listen)) });
process.on("message", () => {
  process.send?.({ sockets, answers, requests, left, faults } satisfies ServerReport);
});
process.on("disconnect", () => process.exit(0));
