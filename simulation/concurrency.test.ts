import { anthropic } from "@understudy/anthropic";
import { createChain, type Answer, type Chain, type Clock, type EngineEvent } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { startAnthropic, startDeepSeek, type RequestRecord, type Step, type Vendor } from "@understudy/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const CALLS = 1_000;
/** The engine's time runs forty times as fast, so that an open breaker is due within a second. */
const SPEED = 40;
const OUTAGE: Step[] = Array.from({ length: 20_000 }, () => ({ fault: { type: "status", status: 500 } }));

const fastClock: Clock = {
  now: () => performance.now() * SPEED,
  wallNow: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs / SPEED),
  clearTimeout: (handle) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only handles from above come back
    clearTimeout(handle as ReturnType<typeof setTimeout>);
  },
};

const callOf = (record: RequestRecord): string => /call \d+!/.exec(record.text)?.[0] ?? "";

interface Played {
  readonly question: string;
  readonly answer: Answer;
  readonly startedAt: number;
}

describe("a thousand calls over sockets, during an outage with recovery", () => {
  let primary: Vendor;
  let backup: Vendor;
  let chain: Chain;
  const events: EngineEvent[] = [];
  const played: Played[] = [];
  const starts: number[] = [];
  let asked = 0;

  async function ask(): Promise<void> {
    const question = `call ${++asked}!`;
    const index = asked;
    const answer = await chain.generate(question);
    played.push({ question, answer, startedAt: starts[index] ?? 0 });
  }

  beforeAll(async () => {
    [primary, backup] = await Promise.all([startAnthropic({ latencyMs: 5 }), startDeepSeek({ latencyMs: 5 })]);
    for (const vendor of [primary, backup]) vendor.answer((request) => ({ text: callOf(request) }));
    const siblings = ["key-one", "key-two"].map((apiKey) =>
      anthropic("claude-sonnet-5-5", { apiKey, baseURL: primary.url, allowInsecureHttp: true }),
    );
    const last = deepseek("deepseek-flash", { apiKey: "key", baseURL: backup.url, allowInsecureHttp: true });
    chain = createChain(
      [
        { name: "primary", targets: siblings, timeoutMs: 600_000 },
        { name: "backup", target: last, timeoutMs: 600_000 },
      ],
      {
        clock: fastClock,
        onEvent: (event) => {
          events.push(event);
          if (event.type === "call-start") starts[event.callId] = fastClock.now();
        },
      },
    );
    primary.script(OUTAGE);
    // All at once into the outage, then call after call until the primary is back.
    await Promise.all(Array.from({ length: CALLS - 200 }, ask));
    await trickle(40);
    primary.script([]);
    await trickle(160);
    // A busy machine takes its time.
  }, 60_000);

  async function trickle(calls: number): Promise<void> {
    for (let made = 0; made < calls; made += 10) {
      // oxlint-disable-next-line no-await-in-loop -- ten at a time
      await Promise.all([...Array.from({ length: 10 }, ask), new Promise((resolve) => setTimeout(resolve, 120))]);
    }
  }

  afterAll(async () => {
    await Promise.all([primary.close(), backup.close()]);
  });

  test("no call fails while a healthy tier exists, and each gets its own answer", () => {
    expect(played).toHaveLength(CALLS);
    expect(played.filter(({ question, answer }) => answer.text !== question)).toEqual([]);
  });

  test("each trace names only its own attempts: as many as the servers saw of that call", () => {
    const seen = new Map<string, number>();
    for (const record of [...primary.requests, ...backup.requests]) {
      seen.set(callOf(record), (seen.get(callOf(record)) ?? 0) + 1);
    }

    const wrong = played.filter(({ question, answer }) => answer.trace.attempts.length !== seen.get(question));
    expect(wrong.map(({ question }) => question)).toEqual([]);
    expect(
      played.every(({ answer }) => answer.trace.attempts.every(({ attempt }, index) => attempt === index + 1)),
    ).toBe(true);
  });

  test("repeats to the dead tier stay within its bucket", () => {
    const repeats = played.reduce(
      (sum, { answer }) => sum + Math.max(0, answer.trace.attempts.filter(({ tier }) => tier === "primary").length - 1),
      0,
    );
    const lasted = Math.max(...starts.filter(Boolean)) - Math.min(...starts.filter(Boolean));

    expect(repeats).toBeGreaterThan(0);
    expect(repeats).toBeLessThanOrEqual(10 + Math.ceil(lasted / 10_000));
  });

  test("exactly one probe at a time, and the last of them brings the primary back", () => {
    const probes = played
      .flatMap(({ answer, startedAt }) => answer.trace.attempts.map((attempt) => ({ attempt, startedAt })))
      .filter(({ attempt }) => attempt.venture === "probe")
      .map(({ attempt, startedAt }) => ({
        from: startedAt + attempt.startedAtMs,
        to: startedAt + attempt.startedAtMs + attempt.endedMs,
      }))
      .toSorted((a, b) => a.from - b.from);

    expect(probes.length).toBeGreaterThan(0);
    for (const [index, probe] of probes.entries()) {
      expect(probe.from).toBeGreaterThanOrEqual(probes[index - 1]?.to ?? 0);
    }
    const changes = events.flatMap((event) => (event.type === "breaker" ? [`${event.from} ${event.to}`] : []));
    expect(changes[0]).toBe("closed open");
    expect(changes.at(-1)).toBe("half-open closed");
    expect(played.at(-1)?.answer.tier).toBe("primary");
    expect(chain.snapshot().every(({ breaker }) => breaker === "closed")).toBe(true);
  });
});
