import type { Server } from "node:http";
import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type Chain } from "@understudy/core";
import { toResponse } from "@understudy/core/web";
import { startAnthropic, type Vendor } from "@understudy/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { close, readUntil, SERVERS, urlOf } from "./servers/servers.ts";

const QUESTION = "Why is the sky blue?";

/** What every handler does; a client that has left gets whatever is made for it. */
async function answer(chain: Chain, signal: AbortSignal): Promise<Response> {
  try {
    return toResponse(await chain.stream(QUESTION, { signal }));
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    return Response.json({ code: error.code }, { status: 503 });
  }
}

let vendor: Vendor;
let chain: Chain;

beforeEach(async () => {
  vendor = await startAnthropic();
  chain = createChain([anthropic("claude-sonnet-5-5", { apiKey: "any", baseURL: vendor.url, transport: "fetch" })], {
    holdMs: 0,
  });
});

afterEach(() => vendor.close());

describe.each(Object.entries(SERVERS))("%s", (_name, start) => {
  let server: Server;
  let url: string;

  beforeEach(async () => {
    server = await start((signal) => answer(chain, signal));
    url = urlOf(server);
  });

  afterEach(() => close(server));

  test("sends each event as it comes, and the answer to its end", async () => {
    vendor.answer({ text: ["The sky ", "is ", "blue."], deltaDelayMs: 30 });

    const response = await fetch(url, { headers: { "accept-encoding": "gzip" } });
    const reader = response.body?.getReader();
    const beginning = await readUntil(reader, "text-delta");
    const wasUnderWay = vendor.requests[0]?.finishedAt === undefined;
    const text = beginning + (await readUntil(reader, "\u0000"));

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("content-encoding")).toBe(null);
    expect(wasUnderWay).toBe(true);
    expect([...text.matchAll(/"delta":"([^"]*)"/g)].map((match) => match[1])).toEqual(["The sky ", "is ", "blue."]);
    expect(text).toMatch(/data: {"type":"done"}\n\n$/);
    expect(vendor.requests.map(({ closedByClient }) => closedByClient)).toEqual([false]);
  });

  test("answers with a status when every tier fails at once", async () => {
    vendor.script([{ fault: { type: "error", error: "bad-key" } }]);

    const response = await fetch(url);

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ code: "auth" });
  });

  test("28: leaves the vendor when its client leaves in mid-answer", async () => {
    vendor.script([{ fault: { type: "silence", at: { deltas: 2 } } }]);
    const client = new AbortController();
    const response = await fetch(url, { signal: client.signal });
    await readUntil(response.body?.getReader(), "text-delta");
    client.abort();

    const request = await vendor.arrived(0);
    await request.closed;
    expect(request.closedByClient).toBe(true);
  });

  test("28: leaves the vendor when its client leaves before there is output", async () => {
    vendor.script([{ fault: { type: "hang" } }]);
    const client = new AbortController();
    const response = fetch(url, { signal: client.signal });
    const request = await vendor.arrived(0);
    client.abort();

    await expect(response).rejects.toThrow("aborted");
    await request.closed;
    expect(request.closedByClient).toBe(true);
    expect(vendor.requests).toHaveLength(1);
  });
});
