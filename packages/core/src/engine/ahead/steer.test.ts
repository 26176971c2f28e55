import { describe, expect, test } from "vitest";
import { finish, harness, rejection, type Harness } from "../../../test/harness.ts";
import {
  answer,
  end,
  fail,
  read,
  scripted,
  wait,
  type Script,
  type ScriptedTarget,
} from "../../../test/scripted-target.ts";
import type { RateLimits } from "../../model/trace.ts";
import type { Answer, Chain } from "../../index.ts";

const MINUTE_MS = 60_000;

/** Says what is left, then answers after a while. */
const telling = (rateLimits: RateLimits, text: string, ms = 10): Script => [
  read({ type: "response", rateLimits }),
  wait(ms),
  read({ type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: text }),
  read({ type: "text-end", id: "t", part: { type: "text", text } }, end()),
];

const requestsLeft = (left: number, resetIn = "30s", limit?: number): RateLimits => ({
  "remaining-requests": String(left),
  "reset-requests": resetIn,
  ...(limit === undefined ? {} : { "limit-requests": String(limit) }),
});

const ask = ({ clock }: Harness, chain: Chain, input = "Hi"): Promise<Answer> =>
  finish(clock, chain.generate(input), 5);

describe("R16.4 a target that cannot take the request before its limit is full again", () => {
  test("is passed over, with the reason, until then, and answers again afterwards", async () => {
    const world = harness();
    const a = scripted(world.clock, [telling(requestsLeft(1), "A1"), telling(requestsLeft(0), "A2"), answer("A3")]);
    const b = scripted(world.clock, [answer("B")], { vendor: "b" });
    const chain = world.chain([a, b], { steering: true });

    const answers = [await ask(world, chain), await ask(world, chain), await ask(world, chain)];
    await world.clock.advance(31_000);
    answers.push(await ask(world, chain));

    expect(answers.map(({ text }) => text)).toEqual(["A1", "A2", "B", "A3"]);
    expect(answers[2]?.trace.skipped).toMatchObject([
      { tier: "alpha/one", reason: "quota-low", detail: "requests: 0 left, about 1 needed" },
    ]);
  });

  test("R16.1 is asked all the same where no other one is left: steering is never what a call fails for", async () => {
    const world = harness();
    const a = scripted(world.clock, [telling(requestsLeft(0), "A")]);
    const b = scripted(world.clock, [[fail("server.error")]], { vendor: "b" });
    const chain = world.chain([a, b], { steering: true });
    await ask(world, chain);

    const { text, trace } = await ask(world, chain);

    expect(text).toBe("A");
    expect(trace.attempts.map(({ vendor, outcome }) => `${vendor} ${outcome}`)).toEqual(["b failed", "alpha answered"]);
    expect(trace.skipped).toEqual([]);
  });

  test("is asked at once where it is the only one, and where all others are out", async () => {
    const world = harness();
    const a = scripted(world.clock, [telling(requestsLeft(0), "A")]);
    const b = scripted(world.clock, [answer("B")], { vendor: "b" });
    const alone = world.chain([a], { steering: true });
    const chain = world.chain([a, b], { steering: true });
    chain.isolate({ vendor: "b" });

    for (const one of [alone, alone, chain, chain]) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      expect((await ask(world, one)).text).toBe("A");
    }

    expect(world.events.filter((event) => event.type === "skipped" && event.skip.reason === "quota-low")).toEqual([]);
  });

  test("counts what was asked since: a burst leaves when the limit is used up, not when the vendor says so", async () => {
    const world = harness();
    const a = scripted(world.clock, [telling(requestsLeft(3), "A", 500)]);
    const b = scripted(world.clock, [answer("B")], { vendor: "b" });
    const chain = world.chain([a, b], { steering: true });
    await ask(world, chain);

    const burst = await finish(world.clock, Promise.all(Array.from({ length: 8 }, () => chain.generate("Hi"))));

    expect(
      burst
        .map(({ text }) => text)
        .toSorted()
        .join(""),
    ).toBe("AAABBBBB");
  });

  test("counts a repeat too, and not what was chosen and never asked", async () => {
    const world = harness();
    const a = scripted(world.clock, [
      telling(requestsLeft(3), "A"),
      [fail("network.reset", { beforeResponse: true })],
      [fail("server.error")],
      answer("A"),
    ]);
    const b = scripted(world.clock, [answer("B")], { vendor: "b" });
    const chain = world.chain([a, b], { steering: true });
    await ask(world, chain);
    await ask(world, chain);
    expect(a.calls).toHaveLength(3);

    expect((await ask(world, chain)).text).toBe("A");
    expect((await ask(world, chain)).text).toBe("B");
  });

  test.each([
    ["tokens", { "remaining-tokens": "400", "reset-tokens": "30s" }],
    ["input tokens", { "input-tokens-remaining": "400", "input-tokens-reset": "2030-01-01T00:00:00Z" }],
  ])("is measured in %s by this request's own length", async (_, limits) => {
    const world = harness();
    const usage = { inputTokens: 250, outputTokens: 20 };
    const counted: Script = [
      read({ type: "response", rateLimits: limits }),
      read({ type: "text-start", id: "t" }, { type: "text-delta", id: "t", delta: "A" }),
      read({ type: "text-end", id: "t", part: { type: "text", text: "A" } }, end("stop", usage)),
    ];
    const a = scripted(world.clock, [counted]);
    const b = scripted(world.clock, [answer("B")], { vendor: "b" });
    const chain = world.chain([a, b], { steering: true });
    await ask(world, chain, "four".repeat(250));

    expect((await ask(world, chain, "four".repeat(20))).text).toBe("A");
    expect((await ask(world, chain, "four".repeat(500))).text).toBe("B");
  });

  test("shares its limit with every target of the same quota and model", async () => {
    const world = harness();
    const shared = { quota: "team", model: "one" };
    const a = scripted(world.clock, [telling(requestsLeft(0), "A")], { ...shared, key: "k1" });
    const sibling = scripted(world.clock, [answer("A2")], { ...shared, key: "k2", endpoint: "eu.test" });
    const b = scripted(world.clock, [answer("B")], { vendor: "b" });
    const chain = world.chain([{ targets: [a, sibling] }, b], { steering: true });
    await ask(world, chain);

    const { text, trace } = await ask(world, chain);

    expect(text).toBe("B");
    expect(trace.skipped.map(({ sibling: place, reason }) => `${place} ${reason}`)).toEqual([
      "1 quota-low",
      "2 quota-low",
    ]);
  });

  test("is believed again when its time is over by the chain's clock, whatever the wall clock does meanwhile", async () => {
    const world = harness();
    const inAMinute = String(world.clock.wallNow() + MINUTE_MS);
    const limits = { "requests-remaining": "0", "requests-reset": inAMinute };
    const a = scripted(world.clock, [telling(limits, "A")]);
    const b = scripted(world.clock, [answer("B")], { vendor: "b" });
    const chain = world.chain([a, b], { steering: true });
    await ask(world, chain);
    world.clock.jumpWall(86_400_000);

    expect((await ask(world, chain)).text).toBe("B");
    await world.clock.advance(MINUTE_MS + 1_000);
    expect((await ask(world, chain)).text).toBe("A");
  });

  test("is not looked at by a chain that was not asked to steer", async () => {
    const world = harness();
    const a = scripted(world.clock, [telling(requestsLeft(0), "A")]);
    const chain = world.chain([a, scripted(world.clock, [answer("B")], { vendor: "b" })]);
    await ask(world, chain);

    expect((await ask(world, chain)).text).toBe("A");
  });

  test("does not stand before what the call's own failures and the breaker say", async () => {
    const world = harness();
    const a = scripted(world.clock, [telling(requestsLeft(0), "A")]);
    const b = scripted(world.clock, [[fail("server.error")]], { vendor: "b" });
    const chain = world.chain([a, b], { steering: true });
    await ask(world, chain);
    chain.isolate({ vendor: "alpha" });

    const error = await rejection(world.clock, chain.generate("Hi"));

    expect(error.trace?.skipped.map(({ reason }) => reason)).toEqual(["isolated"]);
  });
});

/** Enforces requests a minute, in fixed windows or as a bucket that fills all the time, and says so as the vendors do. */
class Limiter {
  readonly #now: () => number;
  readonly #isBucket: boolean;
  readonly limit: number;
  refused = 0;
  taken = 0;
  #left: number;
  #at = 0;

  constructor(now: () => number, limit: number, isBucket: boolean) {
    this.#now = now;
    this.limit = limit;
    this.#isBucket = isBucket;
    this.#left = limit;
    this.#at = now();
  }

  take(): { readonly ok: boolean; readonly headers: RateLimits } {
    const now = this.#now();
    if (this.#isBucket) {
      this.#left = Math.min(this.limit, this.#left + ((now - this.#at) * this.limit) / MINUTE_MS);
      this.#at = now;
    } else if (now - this.#at >= MINUTE_MS) {
      this.#left = this.limit;
      this.#at += Math.floor((now - this.#at) / MINUTE_MS) * MINUTE_MS;
    }
    const ok = this.#left >= 1;
    if (ok) this.#left--;
    this.taken += ok ? 1 : 0;
    this.refused += ok ? 0 : 1;
    const fullInMs = this.#isBucket ? ((this.limit - this.#left) * MINUTE_MS) / this.limit : this.#at + MINUTE_MS - now;
    return { ok, headers: requestsLeft(Math.floor(this.#left), `${(fullInMs / 1_000).toFixed(3)}s`, this.limit) };
  }
}

function limited({ clock }: Harness, key: string, limiter: Limiter): ScriptedTarget {
  const script: Script = (call) => {
    const { ok, headers } = limiter.take();
    // Headers before, and answers of 0.3 s to 3 s.
    const ms = 300 + ((limiter.taken * 977) % 2_700);
    const told = telling(headers, key, ms);
    if (ok) return typeof told === "function" ? told(call) : told;
    return [fail("rate.requests", { rateLimits: headers, status: 429 })];
  };
  return scripted(clock, [script], { key, endpoint: `${key}.test` });
}

/** Five minutes of calls at random times: so many a minute. */
async function load(
  perMinute: number,
  options: { readonly steering: boolean; readonly balance: "first" | "spread"; readonly isBucket: boolean },
): Promise<{ readonly refused: number; readonly failed: number; readonly taken: readonly number[] }> {
  const world = harness();
  const { clock } = world;
  const limiters = ["k1", "k2"].map(() => new Limiter(() => clock.now(), 60, options.isBucket));
  const targets = limiters.map((limiter, index) => limited(world, `k${index + 1}`, limiter));
  const chain = world.chain([{ targets, balance: options.balance, timeoutMs: 60_000 }], { steering: options.steering });
  let state = 7;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const calls: Promise<"failed" | "answered">[] = [];
  for (let minute = 0; minute < 5; minute++) {
    const times = Array.from({ length: perMinute }, () => random() * MINUTE_MS).toSorted((one, other) => one - other);
    let at = 0;
    for (const time of times) {
      // oxlint-disable-next-line no-await-in-loop -- time goes on
      await clock.advance(time - at);
      at = time;
      calls.push(
        chain.generate("Hi").then(
          () => "answered",
          () => "failed",
        ),
      );
    }
    // oxlint-disable-next-line no-await-in-loop -- time goes on
    await clock.advance(MINUTE_MS - at);
  }
  const results = await finish(clock, Promise.all(calls));
  return {
    refused: limiters.reduce((sum, { refused }) => sum + refused, 0),
    failed: results.filter((result) => result === "failed").length,
    taken: limiters.map(({ taken }) => taken),
  };
}

describe("R16.4 two siblings of 60 requests a minute each, with 115 calls a minute at random times", () => {
  test.each([
    ["fixed windows, the first preferred", "first", false],
    ["fixed windows, calls spread", "spread", false],
    ["buckets that fill all the time, the first preferred", "first", true],
    ["buckets that fill all the time, calls spread", "spread", true],
  ] as const)("are never asked too often: %s", async (_, balance, isBucket) => {
    const steered = await load(115, { steering: true, balance, isBucket });
    const plain = await load(115, { steering: false, balance, isBucket });

    expect([steered.refused, steered.failed]).toEqual([0, 0]);
    expect(steered.taken[0]).toBeLessThanOrEqual(5 * 60 + (isBucket ? 60 : 0));
    // Without steering it is a refusal that says so, where the first sibling is preferred.
    expect(plain.refused).toBeGreaterThan(balance === "first" ? 10 : -1);
  });
});

/** 100 calls in 50 seconds at two keys of 30 and 90 a minute: of each, what it took and what it refused. */
const sharesOf = async (steering: boolean): Promise<readonly number[]> => {
  const world = harness();
  const limiters = [30, 90].map((limit) => new Limiter(() => world.clock.now(), limit, false));
  const targets = limiters.map((limiter, index) => limited(world, `k${index + 1}`, limiter));
  const chain = world.chain([{ targets, balance: "spread" }], { steering });
  const calls: Promise<unknown>[] = [];
  for (let call = 0; call < 100; call++) {
    calls.push(chain.generate("Hi"));
    // oxlint-disable-next-line no-await-in-loop -- 100 calls in 50 seconds: one window
    await world.clock.advance(500);
  }
  await finish(world.clock, Promise.all(calls));
  return limiters.flatMap(({ taken, refused }) => [taken, refused]);
};

test("R16.5 spread siblings are weighed by what is left: of 30 and 90 a minute, the second gets three of four calls", async () => {
  const [weighed, plain] = [await sharesOf(true), await sharesOf(false)];

  expect(weighed[1]).toBe(0);
  expect(weighed[0]).toBeLessThan(30);
  expect(weighed[0]).toBeGreaterThan(20);
  expect(plain[1]).toBeGreaterThan(0);
});

test("R16.5 the calls that are under way count too: of half and all that is left, the first has one call of three", async () => {
  const world = harness();
  const targets = [500, 1_000].map((left) =>
    scripted(world.clock, [telling(requestsLeft(left, "30s", 1_000), `${left}`, 10), telling({}, `${left}`, 9_000)], {
      key: `k${left}`,
      endpoint: `${left}.test`,
    }),
  );
  const chain = world.chain([{ targets, balance: "spread" }], { steering: true });
  for (const _ of targets) await ask(world, chain);

  const calls = await finish(world.clock, Promise.all(Array.from({ length: 12 }, () => chain.generate("Hi"))));

  expect(calls.filter(({ text }) => text === "500").length).toBeOneOf([3, 4, 5]);
});
