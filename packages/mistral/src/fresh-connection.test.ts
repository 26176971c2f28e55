import { nodeTransport } from "@understudy/core/node";
import type { AttemptContext, Target, TargetRequest } from "@understudy/core/adapter";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createChain } from "@understudy/core";
import { startMistral } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { mistral } from "./index.ts";

const request: TargetRequest = {
  messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  stop: [],
  reasoning: { visible: true },
};

const context: AttemptContext = {
  signal: new AbortController().signal,
  clock: { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined },
  newId: () => "p",
  loss: () => undefined,
};

async function ask(target: Target, freshConnection: boolean): Promise<void> {
  let last: string | undefined;
  for await (const parts of target.stream(request, { ...context, freshConnection })) last = parts.at(-1)?.type ?? last;
  expect(last).toBe("end");
}

const targets: readonly (readonly [string, (baseURL: string) => Target])[] = [
  ["over the global fetch", (baseURL) => mistral("mistral-small-latest", { baseURL, apiKey: "k" })],
  [
    "over nodeTransport",
    (baseURL) => mistral("mistral-small-latest", { baseURL, apiKey: "k", fetch: nodeTransport() }),
  ],
];

describe("an attempt on a fresh connection", () => {
  test.each(targets)("has one of its own, which nobody uses afterwards: %s", async (_, makeTarget) => {
    await using vendor = await startMistral();
    const target = makeTarget(vendor.url);

    for (const isFresh of [false, false, true, true, false]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await ask(target, isFresh);
    }

    const connections = vendor.requests.map(({ connection }) => connection);
    const [first, second, third, fourth, last] = connections;
    const usual = new Set([first, second]);
    expect(new Set([...usual, third, fourth]).size).toBe(usual.size + 2);
    expect(usual).toContain(last);
  });
});

describe("a burst of calls when every pooled connection has died", () => {
  test.each(targets)(
    "is answered as a whole on new connections, and says nothing about the vendor: %s",
    async (_, makeTarget) => {
      const dead = new Set<Socket>();
      const open = new Set<Socket>();
      const burst = 12;
      let onDead = 0;
      let answered = 0;
      const waiting: (() => void)[] = [];
      const server = createServer((incoming, response) => {
        if (dead.has(incoming.socket)) {
          onDead += 1;
          incoming.socket.resetAndDestroy();
          return;
        }
        answered += 1;
        const chunk = { choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] };
        response.writeHead(200, { "content-type": "text/event-stream" });
        // All of a burst are open at once.
        const whole = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
        if (answered % burst === 0 || dead.size > 0) {
          response.end(whole);
          for (const end of waiting.splice(0)) end();
        } else waiting.push(() => response.end(whole));
      });
      server.on("connection", (socket) => open.add(socket));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
      const { port } = server.address() as AddressInfo;
      const chain = createChain([makeTarget(`http://127.0.0.1:${port}`)]);
      const askAll = (): Promise<string[]> =>
        Promise.all(Array.from({ length: burst }, async () => (await chain.generate("Hi")).text));
      await askAll();
      // Node's fetch gives connections back a little later.
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const socket of open) dead.add(socket);

      const texts = await askAll();
      server.closeAllConnections();
      server.close();

      expect(texts).toEqual(Array.from({ length: burst }, () => "Hi"));
      // More than open a breaker.
      expect(onDead).toBeGreaterThan(5);
      expect(answered).toBe(2 * burst);
      expect(chain.snapshot()[0]?.breaker).toBe("closed");
    },
  );
});
