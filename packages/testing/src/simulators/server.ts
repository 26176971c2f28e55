import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { checkShape, oneOf, required, whole } from "@understudy/core/toolkit";
import { play } from "../faults/player.ts";
import type { ScriptedAnswer } from "./answer.ts";
import { checkAnswer, checkSteps } from "../checks/script.ts";
import { checkOptions, refuse, unusedOf } from "../checks/refuse.ts";
import { checkWire, SIMULATOR } from "../checks/simulator-options.ts";
import { Unplayable } from "../faults/unplayable.ts";
import { createIds } from "./ids.ts";
import { LineClosed, openLine } from "./line.ts";
import { openRecord, type LiveRecord } from "./record.ts";
import type { ScriptedAnswerSource, IdleEnd, RequestRecord, Step, Vendor, SimulatorOptions } from "./vendor.ts";
import type { ArrivedRequest, AdmissionRules, Wire } from "./wire.ts";

const greeting: ScriptedAnswer = { text: "Hello from the simulator." };
const IDLE_END = oneOf("closed", "reset", "fin");
let organizations = 0;

/** Starts an HTTP server on the loopback interface that answers as the vendor of the wire does. */
export async function startServer(wire: Wire, options: SimulatorOptions = {}): Promise<Vendor> {
  checkWire(wire);
  checkOptions(options, SIMULATOR, `The simulator of ${wire.name}`);
  organizations += 1;
  const { apiKey, models, latencyMs = 0, port = 0, organization = `org-simulated-${organizations}` } = options;
  const setTimer = options.setTimer ?? timeout;
  const ids = createIds(organization);
  const rules: AdmissionRules = {
    isGoodKey: (key) => (apiKey === undefined ? !/^bad[- ]key/i.test(key) : key === apiKey),
    isKnownModel: (model) => (models === undefined ? !model.startsWith("no-such-") : models.includes(model)),
    ids,
    organization,
  };

  const requests: LiveRecord[] = [];
  const sockets = new Map<Socket, { readonly ordinal: number; readonly closed: Promise<void> }>();
  const busy = new Set<Socket>();
  const dead = new Map<Socket, "reset" | "fin">();
  let accepted = 0;
  let closing = false;
  let fallback: ScriptedAnswerSource = greeting;
  let steps: readonly Step[] = [];
  let nextStep = 0;
  const unplayable: string[] = [];
  let inFlight = 0;
  const whenIdle = new Set<() => void>();
  const whenArrived = new Map<number, Set<(record: LiveRecord) => void>>();

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await read(incoming);
    const admission = wire.admit(request, rules);
    const step = steps[nextStep] ?? {};
    nextStep += 1;
    const line = openLine(response, setTimer);
    const arrival = {
      index: requests.length,
      request,
      path: incoming.url ?? "/",
      connection: sockets.get(incoming.socket)?.ordinal ?? -1,
      status: () => line.status,
      answered: () => line.written,
    };
    const record = openRecord(arrival, admission, step.fault);
    requests.push(record);

    response.once("close", () => {
      record.finish({ closedByClient: !response.writableFinished && !line.endedByServer && !closing });
    });
    for (const arrived of whenArrived.get(record.index) ?? []) arrived(record);
    whenArrived.delete(record.index);

    if (latencyMs > 0) await line.wait(latencyMs);
    const source = step.answer ?? fallback;
    const answer = typeof source === "function" ? answerOf(source, record) : source;
    await play({ wire, admission, answer, ids, line }, step.fault);
  };

  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000, requestTimeout: 0 }, (incoming, response) => {
    const { socket } = incoming;
    const end = dead.get(socket);
    if (end !== undefined) {
      if (end === "reset") socket.resetAndDestroy();
      else socket.destroySoon();
      return;
    }
    inFlight += 1;
    busy.add(socket);
    response.once("close", () => busy.delete(socket));
    const ended = new Promise<void>((resolve) => response.once("close", resolve));
    const socketClosed = sockets.get(socket)?.closed;
    void handle(incoming, response)
      .catch((error: unknown) => {
        // A client that goes away is part of the game; anything else is a bug in a script and is shown to the client.
        if (error instanceof LineClosed || response.socket?.destroyed === true) return;
        const isKnown = error instanceof Unplayable;
        unplayable.push(isKnown ? error.message : `the wire of ${wire.name} threw: ${String(error)}`);
        if (!response.headersSent) response.statusCode = 599;
        response.end(String(isKnown ? (error.cause ?? error) : error));
      })
      .then(() => ended)
      // A connection that will not be used again belongs to its last answer.
      .then(() => (response.writableFinished && response.shouldKeepAlive ? undefined : socketClosed))
      .finally(() => {
        inFlight -= 1;
        if (inFlight > 0) return;
        for (const idle of whenIdle) idle();
        whenIdle.clear();
      });
  });
  server.on("connection", (socket) => {
    const closed = new Promise<void>((resolve) =>
      socket.once("close", () => {
        sockets.delete(socket);
        dead.delete(socket);
        resolve();
      }),
    );
    sockets.set(socket, { ordinal: accepted, closed });
    accepted += 1;
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });

  const dropIdle = (how: IdleEnd): void => {
    refuse("Nothing is dropped", checkShape({ how }, { how: required(IDLE_END) }, "", ""));
    for (const socket of sockets.keys()) {
      if (busy.has(socket)) continue;
      if (how === "closed") socket.destroySoon();
      else dead.set(socket, how);
    }
  };

  const close = async (): Promise<void> => {
    closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets.keys()) socket.destroy();
    await closed;
  };

  return {
    url: `http://127.0.0.1:${portOf(server.address())}${wire.basePath}`,
    requests,
    connections: {
      get open() {
        return sockets.size;
      },
      get accepted() {
        return accepted;
      },
    },
    answer: (answer) => {
      if (typeof answer !== "function") checkAnswer(answer);
      fallback = answer;
    },
    script: (script) => {
      checkSteps(script);
      steps = [...script];
      nextStep = 0;
    },
    get unused() {
      return steps.slice(nextStep);
    },
    unplayable,
    expectDone: () => {
      const left = steps.length - nextStep;
      const unused = left > 0 ? [unusedOf(left, steps.length)] : [];
      refuse(`The simulator of ${wire.name} did not play what was written`, [...unplayable, ...unused]);
    },
    arrived: (index) => {
      refuse("Nothing can be waited for", whole(0).test(index) ? [] : ["the index of a request must be 0 or more"]);
      const record = requests[index];
      if (record !== undefined) return Promise.resolve(record);
      return new Promise((resolve) => {
        const waiting = whenArrived.get(index) ?? new Set();
        whenArrived.set(index, waiting.add(resolve));
      });
    },
    idle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.add(resolve))),
    dropIdle,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function answerOf(source: (request: RequestRecord) => ScriptedAnswer, record: RequestRecord): ScriptedAnswer {
  try {
    const answer = source(record);
    checkAnswer(answer);
    return answer;
  } catch (error) {
    throw new Unplayable(`the answer to request ${record.index} failed: ${String(error)}`, { cause: error });
  }
}

async function read(incoming: IncomingMessage): Promise<ArrivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  }
  const url = new URL(incoming.url ?? "/", "http://simulator");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers,
    text: Buffer.concat(chunks).toString("utf8"),
  };
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("The simulator listens on no TCP port.");
  return address.port;
}

function timeout(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
