import { memoryStore, type HealthStore, type ProbeAnswer } from "@understudy/core/store";
import { describe, expect, test } from "vitest";
import { testHealthStore } from "./test-health-store.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** Time that is moved by hand. */
function handClock() {
  let now = 0;
  return {
    now: () => (now += 1e-3),
    wallNow: () => now,
    setTimeout: () => undefined,
    clearTimeout: () => undefined,
    advance: async (milliseconds: number) => void (now += milliseconds),
  };
}

function under(spoil: (store: HealthStore) => Partial<HealthStore> = () => ({})): StoreUnderTest {
  return {
    name: "memoryStore",
    isOneProcess: true,
    open: async () => {
      const clock = handClock();
      const whole = memoryStore(clock);
      const store = { ...whole, ...spoil(whole) };
      return {
        join: () => store,
        advance: clock.advance,
        settle: async () => undefined,
        close: async () => undefined,
      };
    },
  };
}

testHealthStore({ describe, test }, under());

/** The titles of the rules that a store breaks. */
async function broken(store: StoreUnderTest): Promise<readonly string[]> {
  const tests: [title: string, run: () => Promise<void>][] = [];
  testHealthStore({ describe: (_name, define) => define(), test: (title, run) => tests.push([title, run]) }, store);
  const outcomes = await Promise.allSettled(tests.map(async ([, run]) => run()));
  return tests.flatMap(([title], index) => (outcomes[index]?.status === "rejected" ? [title] : []));
}

const sync = (answer: ProbeAnswer | Promise<ProbeAnswer>): ProbeAnswer => {
  if (answer instanceof Promise) throw new Error("This store answers at once.");
  return answer;
};

describe("the kit finds a store that", () => {
  test.each<readonly [string, (store: HealthStore) => Partial<HealthStore>, string]>([
    [
      "gives every asker a lease",
      () => ({
        acquireProbe: () => ({ granted: true, lease: { report: () => undefined, release: () => undefined } }),
      }),
      "gives no lease before it is due, then one, however many ask at once",
    ],
    [
      "never gives a lease",
      () => ({ acquireProbe: () => ({ granted: true }) }),
      "is closed for all by a probe that went well, with an empty row",
    ],
    [
      "has leases that never end",
      (store) => ({ acquireProbe: (key) => store.acquireProbe(key, 1e9) }),
      "gives the next lease when the first has run out, and hears its late owner no more",
    ],
    [
      "believes whoever reports a probe",
      (store) => {
        let present: ProbeAnswer | undefined;
        return {
          acquireProbe: (key, leaseMs) => {
            const answer = sync(store.acquireProbe(key, leaseMs));
            if (!answer.granted || answer.lease === undefined) return answer;
            present = answer;
            const latest = () => (present?.granted === true ? present.lease : undefined);
            return {
              granted: true,
              lease: {
                report: (isWell, openMs) => latest()?.report(isWell, openMs),
                release: () => latest()?.release(),
              },
            };
          },
        };
      },
      "gives the next lease when the first has run out, and hears its late owner no more",
    ],
    [
      "does not take a lease back",
      (store) => ({
        acquireProbe: (key, leaseMs) => {
          const answer = sync(store.acquireProbe(key, leaseMs));
          if (!answer.granted || answer.lease === undefined) return answer;
          const { lease } = answer;
          const report = (isWell: boolean, openMs: number) => lease.report(isWell, openMs);
          return { granted: true, lease: { report, release: () => undefined } };
        },
      }),
      "gives a lease that came back to the next who asks",
    ],
    [
      "forgets answers",
      (store) => ({ publish: (report) => (report.type === "ok" ? undefined : store.publish(report)) }),
      "is emptied by an answer, of which all hear",
    ],
    [
      "counts a failure twice",
      (store) => ({
        publish: (report) => store.publish(report.type === "bad" ? { ...report, weight: report.weight * 2 } : report),
      }),
      "of 4 opens nothing, and one of 5 opens the route for all, for the time of the last report",
    ],
    [
      "keeps a failure for itself until the row is full",
      (store) => ({
        subscribe: (listener) =>
          store.subscribe((news) => {
            if (news.type !== "suspected") listener(news);
          }),
      }),
      "begins with the first failure, of which all hear once",
    ],
    [
      "keeps the last cooldown instead of the longest",
      (store) => ({
        publish: (report) => {
          if (report.type === "cooldown") void store.publish({ type: "reset", scopes: [report.scope], keys: [] });
          return store.publish(report);
        },
      }),
      "is told to all, and only grows",
    ],
    [
      "makes a hard block a soft one",
      (store) => ({
        subscribe: (listener) =>
          store.subscribe((news) => listener(news.type === "cooldown" ? { ...news, isHard: false } : news)),
      }),
      "that a person has to end stays one, whatever is found on top of it",
    ],
    [
      "tells of a hard block only when it has grown",
      (store) => {
        let until = 0;
        return {
          subscribe: (listener) =>
            store.subscribe((news) => {
              if (news.type === "cooldown" && news.isHard && news.forMs <= until) return;
              if (news.type === "cooldown") until = news.forMs;
              listener(news);
            }),
        };
      },
      "of a hard block is told each time that it is reported, also where it has not grown",
    ],
    [
      "forgets who reported",
      (store) => ({
        publish: (report) => store.publish(report.type === "cooldown" ? { ...report, by: undefined } : report),
      }),
      "says who reported a hard block last, and not who found something else",
    ],
    [
      "tells nothing to those who come later",
      (store) => ({
        subscribe: (listener) => {
          let isLate = false;
          const stop = store.subscribe((news) => {
            if (isLate) listener(news);
          });
          isLate = true;
          return stop;
        },
      }),
      "of what still holds is told to those who come later, with the time that is left",
    ],
    [
      "resets scopes and not routes",
      (store) => ({
        publish: (report) => store.publish(report.type === "reset" ? { ...report, keys: [] } : report),
      }),
      "of a reset ends cooldowns, isolation, openings and leases for all",
    ],
    [
      "tells who has left",
      (store) => ({
        subscribe: (listener) => {
          store.subscribe(listener);
          return () => undefined;
        },
      }),
      "reaches nobody who has left",
    ],
  ])("%s", async (_what, spoil, title) => {
    expect(await broken(under(spoil))).toContain(title);
  });
});
