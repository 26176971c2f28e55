/** The vendors of the program, in this process: what runs the program only speaks HTTP to them. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import {
  startAnthropic,
  startBedrock,
  startDeepSeek,
  startGemini,
  startMistral,
  startOpenAI,
  startOpenAIChat,
  startXAI,
  type Fault,
  type ScriptedAnswer,
  type Vendor,
} from "@understudy/testing";
import type { Part, Seen, StageAddress } from "./program.ts";

export interface Stage {
  readonly address: StageAddress;
  close(): Promise<void>;
}

/** What a vendor says when nothing else is asked for. */
const USUAL: ScriptedAnswer = { text: ["Hello ", "from ", "the ", "simulator."] };
/** A client that is to leave has left long before. */
const PATIENCE_MS = 3_000;

export async function openStage(): Promise<Stage> {
  const anthropic = await startAnthropic();
  const vendors: Readonly<Record<string, Vendor>> = {
    anthropic,
    openai: await startOpenAI(),
    chat: await startOpenAIChat(),
    gemini: await startGemini(),
    deepseek: await startDeepSeek(),
    mistral: await startMistral(),
    xai: await startXAI(),
    bedrock: await startBedrock(),
  };
  const counts = new Map<string, number>();

  /** Sets what each vendor plays from now on; what was seen before is forgotten. */
  function play(parts: Readonly<Record<string, Part>>): void {
    for (const [name, vendor] of Object.entries(vendors)) {
      const { answer, fault, times = 9 } = parts[name] ?? {};
      counts.set(name, vendor.requests.length);
      vendor.answer({ ...USUAL, ...answer });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written in the program, which knows no simulator
      vendor.script(fault === undefined ? [] : Array.from({ length: times }, () => ({ fault: fault as Fault })));
    }
  }

  async function seen(): Promise<Readonly<Record<string, readonly Seen[]>>> {
    const entries = Object.entries(vendors).map(async ([name, vendor]) => {
      const requests = vendor.requests.slice(counts.get(name));
      const over = Promise.all(requests.map(({ closed }) => closed)).then(() => true);
      const inTime = new Promise<false>((resolve) => setTimeout(resolve, PATIENCE_MS, false).unref());
      const isOver = await Promise.race([over, inTime]);
      return [
        name,
        requests.map(({ body, closedByClient }) => ({ body, end: isOver ? endOf(closedByClient) : "still open" })),
      ] as const;
    });
    const all = await Promise.all(entries);
    return Object.fromEntries(all.filter(([, requests]) => requests.length > 0));
  }

  async function handle(request: IncomingMessage): Promise<unknown> {
    if (request.method === "POST") return play(await bodyOf(request));
    if (request.url === "/arrived") return (await anthropic.arrived(counts.get("anthropic") ?? 0)).path;
    return seen();
  }

  const control = createServer((request, response) => {
    handle(request).then(
      (value) => response.end(JSON.stringify(value ?? null)),
      () => response.writeHead(500).end(),
    );
  });
  const closed = createServer();
  await Promise.all([listen(control), listen(closed)]);
  const refused = urlOf(closed);
  await close(closed);
  return {
    address: {
      control: urlOf(control),
      refused,
      vendors: Object.fromEntries(Object.entries(vendors).map(([name, { url }]) => [name, url])),
    },
    close: async () => {
      await Promise.all([close(control), ...Object.values(vendors).map((vendor) => vendor.close())]);
    },
  };
}

function endOf(closedByClient: boolean): Seen["end"] {
  return closedByClient ? "left by the client" : "sent whole";
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, Part>>> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  const parts: Readonly<Record<string, Part>> = JSON.parse(text);
  return parts;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
