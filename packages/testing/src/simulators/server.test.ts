import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rawExchange } from "../faults/raw-client.ts";
import { startAnthropic } from "./anthropic/wire.ts";
import type { Vendor } from "./vendor.ts";

let vendor: Vendor;

beforeEach(async () => {
  vendor = await startAnthropic();
});

afterEach(() => vendor.close());

function ask(
  url: string,
  options: { readonly key?: string; readonly model?: string; readonly signal?: AbortSignal } = {},
) {
  const { key = "key", model = "claude-sonnet-5-5", signal } = options;
  return fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": key, "anthropic-version": "2026-10-21" },
    body: JSON.stringify({ model, max_tokens: 64, messages: [{ role: "user", content: "Hello" }], stream: true }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** A connection of our own that is kept after its first answer. */
function heldOpen({ url }: Vendor) {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port), noDelay: true });
  const messages = [{ role: "user", content: "Hello" }];
  const body = JSON.stringify({ model: "claude-sonnet-5-5", max_tokens: 64, messages });
  const head = `POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: key\r\nanthropic-version: 2026-10-21\r\n`;
  const send = (): boolean => socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
  const answered = new Promise((resolve) => socket.once("data", resolve));
  const end = new Promise<"fin" | "reset">((resolve) => {
    socket.once("end", () => resolve("fin"));
    socket.once("error", () => resolve("reset"));
  });
  send();
  return { answered, end, ask: send, leave: () => socket.destroy() };
}

test("two lines give a vendor that answers", async () => {
  const response = await ask(vendor.url);

  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("request-id")).toMatch(/^req_/);
  expect(await response.text()).toContain('"text":"Hello"');
});

test("the script gives one step for each request, then the default answer comes back", async () => {
  vendor.answer({ text: "default" });
  vendor.script([{ fault: { type: "status", status: 500 } }, { answer: { text: "scripted" } }]);

  const first = await ask(vendor.url);
  const second = await (await ask(vendor.url)).text();
  const third = await (await ask(vendor.url)).text();

  expect(first.status).toBe(500);
  expect(second).toContain("scripted");
  expect(third).toContain("default");
  expect(vendor.requests.map((request) => request.fault?.type)).toStrictEqual(["status", undefined, undefined]);
});

test("an answer can be made for the request", async () => {
  vendor.answer((request) => ({ text: [`You sent ${request.text.length} characters`] }));

  const text = await (await ask(vendor.url)).text();

  expect(text).toContain(`You sent ${vendor.requests[0]?.text.length} characters`);
});

test("a function that throws is shown to the client as status 599", async () => {
  vendor.answer(() => {
    throw new Error("broken script");
  });

  const response = await ask(vendor.url);

  expect(response.status).toBe(599);
  expect(await response.text()).toContain("broken script");
});

test("requests are recorded with body, headers, status and connection", async () => {
  await (await ask(vendor.url)).text();
  await (await ask(vendor.url, { key: "bad-key" })).text();
  await vendor.idle();

  expect(vendor.requests[0]).toMatchObject({
    method: "POST",
    path: "/v1/messages",
    streamed: true,
    model: "claude-sonnet-5-5",
    status: 200,
    refusal: undefined,
    closedByClient: false,
    body: { max_tokens: 64 },
  });
  expect(vendor.requests[1]).toMatchObject({ status: 401, streamed: false, refusal: { status: 401 } });
  expect(vendor.requests[0]?.finishedAt).toBeGreaterThan(vendor.requests[0]?.startedAt ?? Infinity);
});

test("a connection is used again after a whole answer", async () => {
  await (await ask(vendor.url)).text();
  // The client waits for a turn of the event loop before it uses a connection again.
  await new Promise((resolve) => setImmediate(resolve));
  await (await ask(vendor.url)).text();

  expect(vendor.connections.accepted).toBe(1);
});

test.each(["closed", "fin", "reset"] as const)(
  "idle connections that are dropped (%s) reach nobody any more",
  async (how) => {
    const [first, second] = [heldOpen(vendor), heldOpen(vendor)];
    await Promise.all([first.answered, second.answered]);
    await vendor.idle();

    vendor.dropIdle(how);
    first.ask();

    expect(await first.end).toBe(how === "reset" ? "reset" : "fin");
    expect(vendor.requests).toHaveLength(2);
    second.leave();
    expect((await ask(vendor.url)).status).toBe(200);
    expect(vendor.requests).toHaveLength(3);
  },
);

test("a connection that is busy is not dropped", async () => {
  vendor.script([{ fault: { type: "silence", at: "preamble", ms: 20 } }]);
  const pending = ask(vendor.url);
  await vendor.arrived(0);

  vendor.dropIdle("closed");

  expect(await (await pending).text()).toContain("message_stop");
});

test("a client that leaves is noticed, and idle waits until its socket is closed", async () => {
  vendor.script([{ fault: { type: "silence", at: "preamble" } }]);

  const answer = await rawExchange({
    url: vendor.url,
    path: "/v1/messages",
    headers: { "x-api-key": "key", "anthropic-version": "2026-10-21" },
    body: JSON.stringify({
      model: "claude-sonnet-5-5",
      max_tokens: 64,
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
    }),
    until: "message_start",
  });
  await vendor.idle();

  expect(answer.end).toBe("open");
  expect(vendor.requests[0]?.closedByClient).toBe(true);
  expect(vendor.connections).toStrictEqual({ open: 0, accepted: 1 });
});

test("an aborted request that got no answer is closed by the client", async () => {
  vendor.script([{ fault: { type: "hang" } }]);
  const controller = new AbortController();
  const pending = ask(vendor.url, { signal: controller.signal });
  const record = await vendor.arrived(0);

  controller.abort();
  await expect(pending).rejects.toThrow("aborted");
  await record.closed;

  expect(record).toMatchObject({ closedByClient: true, status: undefined });
});

test("close ends hanging requests and every connection", async () => {
  vendor.script([{ fault: { type: "silence", at: "preamble" } }]);
  const response = await ask(vendor.url);

  await vendor.close();

  await expect(response.text()).rejects.toThrow("terminated");
  expect(vendor.connections.open).toBe(0);
});

test("only the good key and the known models are served", async () => {
  await using strict = await startAnthropic({ apiKey: "good", models: ["claude-one"] });

  expect((await ask(strict.url, { key: "other", model: "claude-one" })).status).toBe(401);
  expect((await ask(strict.url, { key: "good", model: "claude-two" })).status).toBe(404);
  expect((await ask(strict.url, { key: "good", model: "claude-one" })).status).toBe(200);
});

test("pauses run on the timer that is handed in", async () => {
  const pauses: number[] = [];
  const setTimer = (callback: () => void, ms: number) => {
    pauses.push(ms);
    const turn = setImmediate(callback);
    return () => clearImmediate(turn);
  };
  await using slow = await startAnthropic({ latencyMs: 60_000, setTimer });
  slow.answer({ text: ["a", "b"], deltaDelayMs: 30_000 });

  await (await ask(slow.url)).text();

  expect(pauses).toStrictEqual([60_000, 30_000, 30_000]);
});

test("a refused request uses its step up and is refused all the same", async () => {
  vendor.script([{ answer: { text: "lost" } }, { answer: { text: "second" } }]);

  const refused = await ask(vendor.url, { model: "no-such-model" });
  const second = await (await ask(vendor.url)).text();

  expect(refused.status).toBe(404);
  expect(second).toContain("second");
});
