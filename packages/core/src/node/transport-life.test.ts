import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { nodeTransport } from "./node-transport.ts";

const servers: http.Server[] = [];

async function serve(handler: http.RequestListener): Promise<{ readonly url: string; readonly server: http.Server }> {
  const server = http.createServer(handler).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has an address
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Runs a module in a process of its own; returns what it printed. */
async function run(code: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const module = `import { nodeTransport } from ${JSON.stringify(new URL("node-transport.ts", import.meta.url).href)};\n${code}`;
  const child = spawn(
    process.execPath,
    ["--expose-gc", "-C", "@understudy/source", "--input-type=module", "-e", module],
    {
      env: { ...process.env, NO_PROXY: "", no_proxy: "", http_proxy: "", ...env },
    },
  );
  let printed = "";
  child.stdout.on("data", (text: Buffer) => (printed += text.toString()));
  child.stderr.on("data", (text: Buffer) => (printed += text.toString()));
  await once(child, "close");
  return printed.trim();
}

describe("connections of the transport", () => {
  test("that are idle do not keep a process alive", async () => {
    const { url, server } = await serve((_request, response) => response.end("done"));
    const closed = once(server, "connection").then(([socket]) => once(socket, "close"));

    const printed = await run(`
      const answer = await nodeTransport({ idleMs: 60_000 })("${url}");
      console.log(await answer.text());`);

    // The test would be over before the connection's time.
    expect(printed).toBe("done");
    await closed;
  });

  test("that are idle are closed after their time, and no more of them are kept than there may be", async () => {
    const waiting: http.ServerResponse[] = [];
    const { url, server } = await serve((_request, response) => {
      waiting.push(response);
      if (waiting.length === 3) for (const one of waiting) one.end("done");
    });
    const closings: Promise<unknown>[] = [];
    server.on("connection", (socket) => closings.push(once(socket, "close")));
    let closed = 0;
    const transport = nodeTransport({ idleMs: 300, maxIdleSockets: 1 });

    await Promise.all([1, 2, 3].map(async () => (await transport(url)).text()));
    for (const closing of closings) void closing.then(() => closed++);
    await vi.waitUntil(() => closed === 2, { interval: 5 });

    expect(closings).toHaveLength(3);
    await Promise.all(closings);
  });

  test("are as many as there are requests at once", async () => {
    const waiting: http.ServerResponse[] = [];
    const { url } = await serve((_request, response) => {
      waiting.push(response);
      if (waiting.length === 300) for (const one of waiting) one.end("done");
    });
    const transport = nodeTransport();

    const texts = await Promise.all(Array.from({ length: 300 }, async () => (await transport(url)).text()));

    expect(new Set(texts)).toEqual(new Set(["done"]));
  });
});

test("a request's body is not kept while its answer flows", async () => {
  const { url } = await serve((_request, response) => response.write("one"));

  const printed = await run(`
    const transport = nodeTransport();
    const ask = async (body) => [(await transport("${url}", { method: "POST", body })).body, new WeakRef(body)];
    const [answer, body] = await ask(new Uint8Array(1_000_000));
    const reader = answer.getReader();
    await reader.read();
    const next = reader.read();
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
    gc();
    console.log(body.deref());
    process.exit();`);

  expect(printed).toBe("undefined");
});

/** What this Node does with the environment's proxies: from 24.5 on, and in later versions of 22. */
const TAKES_PROXIES = process.allowedNodeEnvironmentFlags.has("--use-env-proxy");
if (!TAKES_PROXIES) process.stderr.write("\nSkipped on this Node: it takes no proxies from the environment.\n");

describe("proxies of the environment", () => {
  const ask = `
    const transport = nodeTransport();
    const answers = [];
    for (const fresh of [false, true]) {
      const init = { method: "POST", body: "q", [Symbol.for("understudy.fresh-connection")]: fresh };
      answers.push(await (await transport("http://vendor.invalid/v1", init)).text().catch((error) => error.code));
    }
    console.log(answers.join());`;

  test.runIf(TAKES_PROXIES)("are taken where Node was told to take them, on fresh connections too", async () => {
    const asked: unknown[] = [];
    const { url } = await serve((request, response) => {
      asked.push(request.url);
      response.end("by proxy");
    });

    const printed = await run(ask, { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: url });

    expect(printed).toBe("by proxy,by proxy");
    expect(asked).toEqual(["http://vendor.invalid/v1", "http://vendor.invalid/v1"]);
  });

  test("are not taken where it was not told, as by its own fetch", async () => {
    const asked: unknown[] = [];
    const proxy = await serve((request, response) => {
      asked.push(request.url);
      response.end("by proxy");
    });
    const { url } = await serve((_request, response) => response.end("straight"));

    const printed = await run(
      `console.log(await (await nodeTransport()("${url}")).text(), await (await fetch("${url}")).text());`,
      { HTTP_PROXY: proxy.url },
    );

    expect(printed).toBe("straight straight");
    expect(asked).toEqual([]);
  });
});
