import { createChain, type Chain } from "@understudy/core";
import { scriptedTarget, type ScriptedStep } from "@understudy/testing";
import { VirtualClock } from "@understudy/testing/rehearse";
import { describe, expect, test } from "vitest";
import { livePage, type LivePage, type LivePageOptions, type LiveState } from "../src/index.ts";

const get = (path: string, method = "GET"): Request => new Request(`http://localhost/understudy${path}`, { method });

function world(steps: readonly ScriptedStep[], options: LivePageOptions = {}) {
  const clock = new VirtualClock();
  const page = livePage({ clock, ...options });
  const primary = scriptedTarget(steps, { vendor: "alpha", model: "one", key: "canary-key" });
  const backup = scriptedTarget([], { vendor: "beta", model: "two", otherwise: { text: "canary-answer" } });
  const chain = createChain([primary, backup], { observers: [page.observe("chat")] });
  return { clock, page, chain };
}

async function stateOf(page: LivePage): Promise<LiveState> {
  const state: LiveState = JSON.parse(await page.handler(get("/state")).text());
  return state;
}

async function failTimes(chain: Chain, times: number): Promise<void> {
  for (let calls = 0; calls < times; calls++) await chain.generate("canary-prompt");
}

const fails: ScriptedStep = { fails: "server.error" };

describe("the state", () => {
  test("tells of each target how it is, and of each call what was asked", async () => {
    const { page, chain } = world([fails, fails, fails, fails, fails]);

    await failTimes(chain, 6);
    const { chains } = await stateOf(page);

    expect(chains).toMatchObject([
      {
        name: "chat",
        store: "none",
        problems: [],
        targets: [
          { place: "alpha/one", vendor: "alpha", model: "one", breaker: "open", blocked: "breaker" },
          { place: "beta/two", breaker: "closed", counts: { ok: 6, bad: 0, slow: 0 } },
        ],
      },
    ]);
    expect(chains[0]?.targets[0]?.blockedForMs).toBeGreaterThan(1_000);
    expect(chains[0]?.calls).toHaveLength(6);
    expect(chains[0]?.calls[0]).toMatchObject({
      callId: 6,
      outcome: "answered",
      by: "beta/two",
      skipped: 1,
      attempts: [{ tier: "beta/two", outcome: "answered" }],
    });
    expect(chains[0]?.calls[5]).toMatchObject({
      callId: 1,
      skipped: 0,
      attempts: [{ tier: "alpha/one", outcome: "failed", failed: "server.error" }, { tier: "beta/two" }],
    });
  });

  test("keeps the last fifty calls", async () => {
    const { page, chain } = world([{ text: "Hi" }, ...Array.from({ length: 60 }, () => ({ text: "Hi" }))]);

    await failTimes(chain, 60);
    const { calls } = (await stateOf(page)).chains[0] ?? {};

    expect(calls?.map(({ callId }) => callId)).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
  });

  test("says what a person has to act on, until the target has answered again", async () => {
    const { page, chain } = world([{ fails: "auth.invalid" }, { text: "Hi" }]);

    await chain.generate("Hi");
    const during = await stateOf(page);
    chain.enable("all");
    await chain.generate("Hi");
    const after = await stateOf(page);

    expect(during.chains[0]?.problems).toMatchObject([{ tier: "alpha/one", reason: "auth.invalid" }]);
    expect(during.chains[0]?.targets[0]).toMatchObject({ blocked: "cooldown", cause: "auth.invalid" });
    expect(after.chains[0]?.problems).toEqual([]);
  });

  test("says what was taken out by hand, and what has no end has no time", async () => {
    const { page, chain } = world([]);
    chain.isolate({ vendor: "alpha" });

    const [target] = (await stateOf(page)).chains[0]?.targets ?? [];
    expect(target).toMatchObject({ blocked: "isolated" });
    expect(target).not.toHaveProperty("blockedForMs");
  });

  test("holds no prompt, answer or key, and neither do the page and the events", async () => {
    const { page, chain } = world([fails]);
    await failTimes(chain, 2);

    const reader = page.handler(get("/events")).body?.getReader();
    const decoder = new TextDecoder();
    const first = decoder.decode((await reader?.read())?.value) + decoder.decode((await reader?.read())?.value);
    await reader?.cancel();
    const all = first + JSON.stringify(await stateOf(page)) + (await page.handler(get("/")).text());
    expect(all).toContain("alpha/one");
    expect(all).not.toMatch(/canary/);
  });
});

/** Messages of one viewer, as they come. */
function look(page: LivePage) {
  const response = page.handler(get("/events"));
  const reader = response.body?.getReader();
  const messages: string[] = [];
  const decoder = new TextDecoder();
  const over = (async () => {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return "closed";
      messages.push(decoder.decode(value));
    }
  })().catch(() => "dropped");
  return { response, messages, over, leave: () => reader?.cancel() };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("viewers", () => {
  test("get the state at once, every second, and soon after something happened", async () => {
    const { clock, page, chain } = world([]);
    const viewer = look(page);
    await settle();
    expect(viewer.messages[0]).toBe("retry: 2000\n\n");
    expect(viewer.messages[1]).toMatch(/^event: state\ndata: \{"chains":\[\{"name":"chat"/);

    await clock.advance(999);
    await settle();
    expect(viewer.messages).toHaveLength(2);
    await clock.advance(1);
    await settle();
    expect(viewer.messages).toHaveLength(3);

    for (let calls = 0; calls < 20; calls++) await chain.generate("Hi");
    await clock.advance(100);
    await settle();
    expect(viewer.messages).toHaveLength(4);
    expect(viewer.messages[3]).toContain('"callId":20');
    await viewer.leave();
  });

  test("cost nothing once they have gone, and what happens before they come costs no timer", async () => {
    const { clock, page, chain } = world([]);
    await chain.generate("Hi");
    expect(clock.pending).toBe(0);
    const viewers = [look(page), look(page)];
    await settle();

    await viewers[0]?.leave();
    expect(clock.pending).toBe(1);
    await viewers[1]?.leave();
    expect(clock.pending).toBe(0);
  });

  test("are eight at most; when one leaves another may come", async () => {
    const { page } = world([]);
    const viewers = Array.from({ length: 8 }, () => look(page));

    const refused = page.handler(get("/events"));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
    await viewers[3]?.leave();
    expect(page.handler(get("/events")).status).toBe(200);
  });

  test("who do not read are dropped before 256 KiB wait for them, and take nobody with them", async () => {
    const { clock, page, chain } = world([]);
    for (let calls = 0; calls < 50; calls++) await chain.generate("Hi");
    const lazy = page.handler(get("/events")).body;
    const viewer = look(page);
    await settle();

    let sent = 0;
    for (let seconds = 0; seconds < 100; seconds++) {
      await clock.advance(1_000);
      await settle();
      sent = viewer.messages.length;
    }
    const reader = lazy?.getReader();
    const received: unknown = await reader?.read().catch((error: unknown) => error);

    expect(sent).toBe(102);
    expect(received).toEqual(new Error("The viewer does not read."));
    await viewer.leave();
    expect(clock.pending).toBe(0);
  });
});

test("of chains that are made for a request each only the last 32 are kept", async () => {
  const page = livePage();
  for (let made = 0; made < 50; made++) {
    createChain([scriptedTarget([])], { observers: [page.observe(`chain ${made}`)] });
  }

  const { chains } = await stateOf(page);
  expect(chains.map(({ name }) => name)).toEqual(Array.from({ length: 32 }, (_, index) => `chain ${18 + index}`));
});

test("where it is not enabled a chain is not watched at all", () => {
  const page = livePage({ enabled: false });
  expect(page.observe("chat")({ tiers: [], snapshot: () => [] })).toEqual({});
});

describe("requests", () => {
  test.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])("with %s are refused", (method) => {
    const { page } = world([]);
    const response = page.handler(get("/", method));
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET"]);
  });

  test("find nothing where it is not enabled: in production, unless it is asked for", () => {
    const before = process.env["NODE_ENV"];
    process.env["NODE_ENV"] = "production";
    const [closed, open] = [livePage(), livePage({ enabled: true })];
    process.env["NODE_ENV"] = before;

    for (const path of ["/", "/state", "/events"]) expect(closed.handler(get(path)).status).toBe(404);
    expect(open.handler(get("/")).status).toBe(200);
    expect(livePage({ enabled: false }).handler(get("/state")).status).toBe(404);
  });

  test("get a page that may ask nobody but its own place", () => {
    const headers = world([]).page.handler(get("/")).headers;
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; script-src 'nonce-[\w-]{36}'; style-src 'nonce-[\w-]{36}'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

test.each([
  [null, "livePage() needs an object of options."],
  [{ enable: true }, 'there is no option "enable"'],
  [{ enabled: "yes" }, "`enabled` must be true or false"],
  [{ clock: {} }, "`clock` must be a clock"],
])("livePage(%j) is refused with what is wrong", (options, message) => {
  expect(() => Reflect.apply(livePage, undefined, [options])).toThrow(message);
});

test.each(["", undefined, {}])("observe(%j) is refused", (name) => {
  expect(() => Reflect.apply(livePage().observe, undefined, [name])).toThrow("needs the name of a chain");
});
