// oxlint-disable no-restricted-globals, no-restricted-properties -- real sockets and real time are what is tested here
import { anthropic } from "@understudy/anthropic";
import { createChain, type Chain, type EngineEvent, type HedgeAfter } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI, type Fault, type Vendor } from "@understudy/testing";
import { describe, expect, onTestFinished, test } from "vitest";

const AFTER_MS = 60;

interface Scene {
  readonly chain: Chain;
  readonly first: Vendor;
  readonly second: Vendor;
  readonly events: EngineEvent[];
}

async function scene(hedgeAfterMs: HedgeAfter | undefined = AFTER_MS): Promise<Scene> {
  const [first, second] = await Promise.all([startAnthropic(), startOpenAI()]);
  onTestFinished(async () => {
    await Promise.all([first.close(), second.close()]);
  });
  first.answer({ text: "First." });
  second.answer({ text: "Second." });
  const events: EngineEvent[] = [];
  const chain = createChain(
    [
      { target: anthropic("claude-sonnet-5-5", { apiKey: "key-1", baseURL: first.url }), hedgeAfterMs },
      openai("gpt-6.1-terra", { apiKey: "key-2", baseURL: second.url }),
    ],
    { onEvent: (event) => events.push(event) },
  );
  // SDKs are loaded, and connections are there.
  await Promise.all(chain.tiers.map((tier) => chain.generate("Hi", { tiers: [tier] })));
  events.length = 0;
  return { chain, first, second, events };
}

/** Requests behind those of the beginning. */
function asked({ requests }: Vendor): Vendor["requests"] {
  return requests.slice(1);
}

async function read(chain: Chain): Promise<string> {
  let text = "";
  for await (const piece of (await chain.stream("Hi")).textStream()) text += piece;
  return text;
}

const SILENT: readonly (readonly [name: string, fault: Fault])[] = [
  ["takes the request and is silent", { type: "hang" }],
  ["sends its headers and is silent", { type: "silence", at: "headers" }],
  ["sends its preamble and is silent", { type: "silence", at: "preamble" }],
  ["sends nothing but keep-alives", { type: "keep-alives", at: "preamble", everyMs: 20 }],
];

describe("a vendor that shows nothing", () => {
  test.each(SILENT)("R14.2 %s: the other one answers, and its socket is closed at once", async (_, fault) => {
    const { chain, first, second } = await scene();
    first.script([{ fault }]);

    const answer = await chain.generate("Hi");
    const answeredAt = performance.now();
    await asked(first)[0]?.closed;

    expect(answer.text).toBe("Second.");
    expect(asked(first)[0]).toMatchObject({ closedByClient: true });
    expect((asked(first)[0]?.finishedAt ?? Infinity) - answeredAt).toBeLessThan(100);
    expect([asked(first).length, asked(second).length]).toEqual([1, 1]);
    expect(answer.trace.attempts).toMatchObject([{ outcome: "stopped", stoppedBy: "hedge" }, { hedge: true }]);
    expect(answer.trace.attempts[1]?.startedAtMs).toBeGreaterThanOrEqual(AFTER_MS - 1);
    expect(chain.snapshot()[0]?.counts).toMatchObject({ bad: 0, slow: 0 });
  });

  test("R14.2 the same streamed: one answer, and no seam", async () => {
    const { chain, first, events } = await scene();
    first.script([{ fault: { type: "silence", at: "preamble" } }]);

    expect(await read(chain)).toBe("Second.");

    await asked(first)[0]?.closed;
    expect(asked(first)[0]?.closedByClient).toBe(true);
    expect(events.map(({ type }) => type)).not.toContain("failover");
  });

  test("R14.2 it may still be first: then the socket of the hedge is closed", async () => {
    const { chain, first, second } = await scene();
    first.script([{ fault: { type: "delay", ms: 150 } }]);
    second.script([{ fault: { type: "hang" } }]);

    expect((await chain.generate("Hi")).text).toBe("First.");

    await asked(second)[0]?.closed;
    expect(asked(second)[0]?.closedByClient).toBe(true);
    expect([asked(first).length, asked(second).length]).toEqual([1, 1]);
  });
});

describe("what is not sent twice", () => {
  test("R14.1 a request that is answered in time", async () => {
    const { chain, second, events } = await scene(2_000);

    expect((await chain.generate("Hi")).text).toBe("First.");
    expect(asked(second)).toHaveLength(0);
    expect(events.map(({ type }) => type)).not.toContain("hedge");
  });

  test.each([
    ["a search of the first vendor", { anthropic: { tools: [{ type: "web_search_20260209", name: "web_search" }] } }],
    ["a search of the second vendor", { openai: { tools: [{ type: "web_search" }] } }],
  ] as const)("R14.8 %s", async (_, vendorOptions) => {
    const { chain, first, second } = await scene();
    first.script([{ fault: { type: "delay", ms: 200 } }]);

    const { text } = await chain.generate({ messages: [{ role: "user", content: "Hi" }], vendorOptions });

    expect(text).toBe("First.");
    expect(asked(second)).toHaveLength(0);
  });
});

test("R14.10 an abort closes both sockets", async () => {
  const { chain, first, second } = await scene();
  first.script([{ fault: { type: "hang" } }]);
  second.script([{ fault: { type: "hang" } }]);
  const controller = new AbortController();
  const call = chain.generate("Hi", { signal: controller.signal });
  call.catch(() => undefined);
  await second.arrived(1);

  controller.abort();

  await expect(call).rejects.toMatchObject({ code: "aborted" });
  await Promise.all([asked(first)[0]?.closed, asked(second)[0]?.closed]);
  expect([asked(first)[0]?.closedByClient, asked(second)[0]?.closedByClient]).toEqual([true, true]);
  await chain.close();
});
