/**
 * The vendors' stand-in: a process of its own, so that the CPU time of a client is the client's alone. It answers from
 * frames that were serialised beforehand. Started by `startServer`; reports its port to the parent process.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { portOf } from "./process/port.ts";
import { answerFirstDeltaAtOnce, answerShortly, answerSlowly } from "./server/answer.ts";
import { failInStream, failWithStatus } from "./server/failures.ts";
import { streamAtFullSpeed } from "./server/full-speed.ts";
import { noteRequest, takeJournal } from "./server/journal.ts";
import { streamOneDeltaPerRead } from "./server/per-read.ts";
import { parseScenario, type Scenario } from "./server/scenario.ts";
import { wires } from "./wires/index.ts";

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** Gemini and Bedrock ask for a stream in the path, the others in the body. */
function asksForStream(path: string, body: string): boolean {
  return path.includes(":streamGenerateContent") || path.endsWith("/converse-stream") || /"stream":\s*true/.test(body);
}

async function play(scenario: Scenario, streamed: boolean, response: ServerResponse): Promise<void> {
  const { wire, kind, key } = scenario;
  const [first = 0, second = 0, third = 0] = scenario.numbers;
  if (kind === "unavailable") {
    failWithStatus(response, wire);
    return;
  }
  response.writeHead(200, {
    "content-type": streamed ? wires[wire].contentType : "application/json",
    "request-id": "req_bench",
    "x-request-id": "req_bench",
  });
  switch (kind) {
    case "full":
      return streamAtFullSpeed(response, wire, first);
    case "per-read":
      return streamOneDeltaPerRead(response, key, wire, { deltas: first, streams: second, paceMs: third });
    case "answer":
      return answerShortly(response, wire, first, streamed);
    case "first":
      return answerFirstDeltaAtOnce(response, wire, first, second);
    case "slow":
      return answerSlowly(response, wire, first);
    case "error-event":
    case "cut":
      return failInStream(response, wire, { kind, deltas: first, delayMs: second });
    default:
      throw new Error(`No such scenario: ${String(kind satisfies never)}`);
  }
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "/";
  const body = await readBody(request);
  if (path === "/journal") {
    response.end(JSON.stringify(takeJournal()));
    return;
  }
  const scenario = parseScenario(path);
  if (scenario === undefined) {
    response.writeHead(404).end(`No scenario in ${path}`);
    return;
  }
  noteRequest();
  await play(scenario, asksForStream(path, body), response);
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    // Only a client that went away in the middle of an answer can bring us here; the next request must still be served.
    response.destroy(error instanceof Error ? error : undefined);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", 4_096, () => {
  process.send?.({ port: portOf(server) });
});
process.on("disconnect", () => process.exit(0));
