import { anthropic } from "@understudy/anthropic";
import { createChain, type Clock, type Target } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";
import { expect, test } from "vitest";
import { durations, moments, startRateGate, type LimitHeaders } from "./servers/rate-gate.ts";

/** Time that passes when it is told to: the sockets are real, the minutes are not. */
class Minutes implements Clock {
  #now = 1_000;
  readonly now = (): number => this.#now;
  readonly wallNow = (): number => 1_788_000_000_000 + this.#now;
  readonly setTimeout = (): undefined => undefined;
  readonly clearTimeout = (): undefined => undefined;

  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

interface Subject {
  readonly start: () => Promise<AsyncDisposable & { readonly url: string }>;
  readonly target: (apiKey: string, baseURL: string) => Target;
  readonly headers: (clock: Clock) => LimitHeaders;
}

const subjects: readonly (readonly [name: string, subject: Subject])[] = [
  [
    "durations, with openai()",
    {
      start: () => startOpenAI(),
      target: (apiKey, baseURL) => openai("gpt-5.4-mini", { apiKey, baseURL }),
      headers: () => durations,
    },
  ],
  [
    "moments, with anthropic()",
    {
      start: () => startAnthropic(),
      target: (apiKey, baseURL) => anthropic("claude-sonnet-5", { apiKey, baseURL }),
      headers: (clock) => moments(() => clock.wallNow()),
    },
  ],
];

/** Three minutes with 110 calls each, five at a time, over two keys with 60 requests a minute each. */
async function refusals(
  subject: Subject,
  steering: boolean,
): Promise<{ refused: number; passed: number; failed: number }> {
  const clock = new Minutes();
  await using vendor = await subject.start();
  const headers = subject.headers(clock);
  await using gate = await startRateGate(vendor.url, { perMinute: 60, now: clock.now, headers });
  const targets = ["key-1", "key-2"].map((key) => subject.target(key, gate.url));
  await using chain = createChain([{ targets }], { steering, clock, random: () => 0 });
  let failed = 0;
  for (let round = 0; round < 3 * 22; round++) {
    // oxlint-disable-next-line no-await-in-loop -- five at a time
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => chain.generate("Hi")));
    failed += results.filter(({ status }) => status === "rejected").length;
    clock.pass(60_000 / 22);
  }
  const counts = [...gate.counts.values()];
  return {
    refused: counts.reduce((sum, one) => sum + one.refused, 0),
    passed: counts.reduce((sum, one) => sum + one.passed, 0),
    failed,
  };
}

test.each(subjects)(
  "R16.4 two keys of 60 requests a minute take 110 a minute over real sockets without one refusal: %s",
  async (_, subject) => {
    expect(await refusals(subject, true)).toEqual({ refused: 0, passed: 330, failed: 0 });
    const plain = await refusals(subject, false);
    expect(plain.refused).toBeGreaterThanOrEqual(3);
  },
);
