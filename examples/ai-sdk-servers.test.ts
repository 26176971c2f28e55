import type { Server } from "node:http";
import { understudyCall } from "@understudy/ai-sdk";
import { retractDiscarded, toUIMessageResponse } from "@understudy/ai-sdk/ui";
import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type Chain } from "@understudy/core";
import { startAnthropic, type Vendor } from "@understudy/testing";
import { createUIMessageStreamResponse, streamText, toUIMessageStream } from "ai";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { close, readUntil, SERVERS, urlOf } from "./servers/servers.ts";

const QUESTION = "Why is the sky blue?";

const ANSWERS: Readonly<Record<string, (chain: Chain, signal: AbortSignal) => Promise<Response>>> = {
  "streamText with a chain": async (chain, abortSignal) => {
    const { stream } = streamText({
      ...understudyCall(chain),
      onError: () => undefined,
      prompt: QUESTION,
      abortSignal,
    });
    return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream }).pipeThrough(retractDiscarded()) });
  },
  "toUIMessageResponse without ai": async (chain, signal) => {
    try {
      return toUIMessageResponse(await chain.stream(QUESTION, { signal }));
    } catch (error) {
      if (!isUnderstudyError(error)) throw error;
      return Response.json({ code: error.code }, { status: 503 });
    }
  },
};

const CASES = Object.entries(SERVERS).flatMap(([server, start]) =>
  Object.entries(ANSWERS).map(([name, answer]) => ({ title: `${server}, ${name}`, start, answer })),
);

let vendor: Vendor;
let server: Server;

describe.each(CASES)("28: $title", ({ start, answer }) => {
  beforeEach(async () => {
    vendor = await startAnthropic();
    const target = anthropic("claude-sonnet-5-5", { apiKey: "any", baseURL: vendor.url, transport: "fetch" });
    const chain = createChain([target], { holdMs: 0 });
    server = await start((signal) => answer(chain, signal));
  });

  afterEach(async () => {
    await Promise.all([close(server), vendor.close()]);
  });

  test("sends each delta as it comes, and the answer to its end", async () => {
    vendor.answer({ text: ["The sky ", "is ", "blue."], deltaDelayMs: 30 });

    const response = await fetch(urlOf(server), { headers: { "accept-encoding": "gzip" } });
    const reader = response.body?.getReader();
    const beginning = await readUntil(reader, "text-delta");
    const wasUnderWay = vendor.requests[0]?.finishedAt === undefined;
    const text = beginning + (await readUntil(reader, "\u0000"));

    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(wasUnderWay).toBe(true);
    expect([...text.matchAll(/"delta":"([^"]*)"/g)].map((match) => match[1])).toEqual(["The sky ", "is ", "blue."]);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect(vendor.requests.map(({ closedByClient }) => closedByClient)).toEqual([false]);
  });

  test("leaves the vendor when its client leaves in mid-answer", async () => {
    vendor.script([{ fault: { type: "silence", at: { deltas: 2 } } }]);
    const client = new AbortController();
    const response = await fetch(urlOf(server), { signal: client.signal });
    await readUntil(response.body?.getReader(), "text-delta");
    client.abort();

    const request = await vendor.arrived(0);
    await request.closed;
    expect(request.closedByClient).toBe(true);
  });

  test("leaves the vendor when its client leaves before there is output", async () => {
    vendor.script([{ fault: { type: "hang" } }]);
    const client = new AbortController();
    const response = fetch(urlOf(server), { signal: client.signal })
      // The AI SDK begins its response before the model has said anything.
      .then(({ body }) => readUntil(body?.getReader(), "text-delta"));
    const request = await vendor.arrived(0);
    client.abort();

    await expect(response).rejects.toThrow("aborted");
    await request.closed;
    expect(request.closedByClient).toBe(true);
    expect(vendor.requests).toHaveLength(1);
  });
});
