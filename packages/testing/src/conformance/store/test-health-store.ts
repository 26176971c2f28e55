import { checkStore } from "../../checks/subject.ts";
import { equal, ok } from "node:assert/strict";
import type { HealthReport } from "@understudy/core/store";
import type { TestRunner } from "../adapter-under-test.ts";
import { FleetMember } from "./fleet-member.ts";
import type { StoreUnderTest, StoreWorld } from "./store-under-test.ts";

const ROUTE = "vendor/model@endpoint";
const SCOPE = "quota 0123456789abcdef";
const OPEN_MS = 20_000;
/** Between a time that was told and the moment at which it is looked at. */
const SLACK_MS = 1_500;

const bad = (weight = 1, isOpen = false): HealthReport => ({
  type: "bad",
  key: ROUTE,
  weight,
  isOpen,
  openMs: OPEN_MS,
});
const well: HealthReport = { type: "ok", key: ROUTE };
const cooldown = (forMs: number, isHard = false, by?: string): HealthReport => ({
  type: "cooldown",
  scope: SCOPE,
  forMs,
  isHard,
  because: isHard ? "auth.invalid" : "rate.requests",
  by,
});

type Run = (one: FleetMember, other: FleetMember, world: StoreWorld) => Promise<void>;

/** Holds a health store to the rules that all stores share: rows, openings, leases, cooldowns and what is told of them. */
export function testHealthStore(runner: TestRunner, store: StoreUnderTest): void {
  checkStore(runner, store);
  const { describe, test } = runner;
  const check = (title: string, run: Run): void => {
    test(title, async () => {
      const world = await store.open();
      try {
        const [one, other] = [await world.join(), await world.join()];
        await run(new FleetMember(one, world), new FleetMember(other, world), world);
      } finally {
        await world.close();
      }
    });
  };

  describe(`${store.name}: a row`, () => {
    check("begins with the first failure, of which all hear once", async (one, other) => {
      await one.say(bad(), bad());

      await Promise.all([one.hears("suspected", ROUTE), other.hears("suspected", ROUTE)]);
      await other.hearsNothingAbout(ROUTE);
    });

    check(
      "of 4 opens nothing, and one of 5 opens the route for all, for the time of the last report",
      async (one, other) => {
        await one.say(bad(3), bad());
        await one.hears("suspected", ROUTE);
        await one.hearsNothingAbout(ROUTE);
        equal((await one.ask(ROUTE)).granted, true);

        await other.say({ type: "bad", key: ROUTE, weight: 1, isOpen: false, openMs: 7_000 });

        isNear(timeOf(await one.hears("opened", ROUTE)), 7_000);
        isNear(timeOf(await other.hears("opened", ROUTE)), 7_000);
        isNear(await one.denied(ROUTE), 7_000);
      },
    );

    check("is emptied by an answer, of which all hear", async (one, other) => {
      await one.say(bad(3), bad());
      await Promise.all([one.hears("suspected", ROUTE), other.hears("suspected", ROUTE)]);
      await other.say(well);
      await Promise.all([one.hears("cleared", ROUTE), other.hears("cleared", ROUTE)]);

      await one.say(bad(3), bad());

      await other.hears("suspected", ROUTE);
      await other.hearsNothingAbout(ROUTE);
    });

    check("is forgotten after a minute without a failure", async (one, other, world) => {
      await one.say(bad(3), bad());
      await world.advance(61_000);

      await one.say(bad());

      await other.hearsNothingAbout("nothing");
      equal((await other.ask(ROUTE)).granted, true);
    });

    check(
      store.isOneProcess
        ? "is full when one chain has opened its own breaker"
        : "is not full when one process has opened its own breaker",
      async (one, other) => {
        await one.say(bad(1), bad(3, true));

        await (store.isOneProcess ? other.hears("opened", ROUTE) : other.hears("suspected", ROUTE));
        await other.hearsNothingAbout(ROUTE);
      },
    );

    check("is none where nothing has failed: an answer is no news", async (one, other) => {
      await one.say(well);

      await other.hearsNothingAbout(ROUTE);
    });
  });

  describe(`${store.name}: an open route`, () => {
    check("stays open whatever others fail or answer: only a probe decides", async (one, other) => {
      await open(one, other);

      await one.say(bad(3), bad(3), well);

      await other.hearsNothingAbout(ROUTE);
      isNear(await other.denied(ROUTE), OPEN_MS);
    });

    check("gives no lease before it is due, then one, however many ask at once", async (one, other, world) => {
      await open(one, other);
      await world.advance(OPEN_MS);

      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).ask(ROUTE)));

      equal(answers.filter(({ granted }) => granted).length, 1);
      isNear(await other.denied(ROUTE), 10_000);
    });

    check(
      "gives the next lease when the first has run out, and hears its late owner no more",
      async (one, other, world) => {
        await open(one, other);
        await world.advance(OPEN_MS);
        const late = await one.lease(ROUTE, 2_000);
        await world.advance(2_100);
        const lease = await other.lease(ROUTE);

        await late.report(true, 0);
        await late.release();

        await one.hearsNothingAbout(ROUTE);
        isNear(await one.denied(ROUTE), 10_000);
        await lease.report(true, 0);
        await one.hears("closed", ROUTE);
      },
    );

    check("does not hear a lease that has run out, although nobody else took it", async (one, other, world) => {
      await open(one, other);
      await world.advance(OPEN_MS);
      const late = await one.lease(ROUTE, 2_000);
      await world.advance(2_100);

      await late.report(true, 0);

      await other.hearsNothingAbout(ROUTE);
      await other.lease(ROUTE);
    });

    check("is closed for all by a probe that went well, with an empty row", async (one, other, world) => {
      await open(one, other);
      await world.advance(OPEN_MS);

      await (await one.lease(ROUTE)).report(true, 0);

      await Promise.all([one.hears("closed", ROUTE), other.hears("closed", ROUTE)]);
      equal((await other.ask(ROUTE)).granted, true);
      await one.say(bad(3), bad());
      await other.hears("suspected", ROUTE);
      await other.hearsNothingAbout(ROUTE);
    });

    check("is open again for as long as a failed probe says", async (one, other, world) => {
      await open(one, other);
      await world.advance(OPEN_MS);

      await (await one.lease(ROUTE)).report(false, 40_000);

      isNear(timeOf(await other.hears("opened", ROUTE)), 40_000);
      isNear(await other.denied(ROUTE), 40_000);
      await world.advance(40_000);
      await other.lease(ROUTE);
    });

    check("gives a lease that came back to the next who asks", async (one, other, world) => {
      await open(one, other);
      await world.advance(OPEN_MS);
      const unused = await one.lease(ROUTE);

      await unused.release();
      const lease = await other.lease(ROUTE);
      await unused.report(true, 0);

      await one.hearsNothingAbout(ROUTE);
      await lease.report(true, 0);
      await one.hears("closed", ROUTE);
    });
  });

  describe(`${store.name}: a cooldown`, () => {
    check("is told to all, and only grows", async (one, other) => {
      await one.say(cooldown(30_000));
      isNear(timeOf(await other.hears("cooldown", SCOPE)), 30_000);

      await other.say(cooldown(10_000));
      await one.hears("cooldown", SCOPE);
      await one.hearsNothingAbout(SCOPE);
      await other.say(cooldown(60_000));

      isNear(timeOf(await one.hears("cooldown", SCOPE)), 60_000);
    });

    check("that a person has to end stays one, whatever is found on top of it", async (one, _other, world) => {
      await one.say(cooldown(30_000, true), cooldown(60_000));

      const late = await joined(world);

      const news = await late.hears("cooldown", SCOPE);
      ok(news.type === "cooldown" && news.isHard, "it is hard");
      isNear(news.forMs, 60_000);
    });

    check("says how long ago a hard block was last found to hold", async (one, _other, world) => {
      await one.say(cooldown(600_000, true));
      await world.advance(70_000);
      const [first] = [await (await joined(world)).hears("cooldown", SCOPE)];
      isNear("ageMs" in first ? (first.ageMs ?? 0) : 0, 70_000);

      await one.say(cooldown(300_000, true));

      const second = await (await joined(world)).hears("cooldown", SCOPE);
      isNear("ageMs" in second ? (second.ageMs ?? 0) : 0, 0);
      isNear(timeOf(second), 530_000);
    });

    check("of a hard block is told each time that it is reported, also where it has not grown", async (one, other) => {
      await one.say(cooldown(600_000, true, "one"));
      isNear(timeOf(await other.hears("cooldown", SCOPE)), 600_000);
      await other.say(cooldown(300_000, true, "other"));

      const news = await other.hears("cooldown", SCOPE);

      equal(byOf(news), "other");
      isNear(timeOf(news), 600_000);
    });

    check("says who reported a hard block last, and not who found something else", async (one, other, world) => {
      await one.say(cooldown(300_000, true, "one"));
      await world.advance(10_000);
      await other.say(cooldown(600_000, false, "other"));

      const late = await (await joined(world)).hears("cooldown", SCOPE);

      equal(byOf(late), "one");
      isNear("ageMs" in late ? (late.ageMs ?? 0) : 0, 10_000);
    });
  });

  describe(`${store.name}: news`, () => {
    check(
      "of what still holds is told to those who come later, with the time that is left",
      async (one, other, world) => {
        await open(one, other);
        await one.say(cooldown(30_000), { type: "isolated", scope: "target x", forMs: 60_000 });
        await one.say({ type: "bad", key: "another", weight: 1, isOpen: false, openMs: 1_000 });
        await world.advance(10_000);

        const late = await joined(world);

        isNear(timeOf(await late.hears("cooldown", SCOPE)), 20_000);
        const later = await joined(world);
        isNear(timeOf(await later.hears("opened", ROUTE)), OPEN_MS - 10_000);
        const third = await joined(world);
        isNear(timeOf(await third.hears("isolated", "target x")), 50_000);
        await (await joined(world)).hears("suspected", "another");
      },
    );

    check("of a route whose probe is due says so", async (one, other, world) => {
      await open(one, other);
      await world.advance(3 * OPEN_MS);

      const late = await joined(world);

      equal(timeOf(await late.hears("opened", ROUTE)), 0);
    });

    check("of what is over is told to nobody", async (one, _other, world) => {
      await one.say(cooldown(30_000), { type: "isolated", scope: SCOPE, forMs: 30_000 });
      await world.advance(31_000);

      await (await joined(world)).hearsNothingAbout(SCOPE);
    });

    check("of a reset ends cooldowns, isolation, openings and leases for all", async (one, other, world) => {
      await open(one, other);
      await one.say(cooldown(60_000), { type: "isolated", scope: SCOPE, forMs: 60_000 });
      await world.advance(OPEN_MS);
      const lease = await one.lease(ROUTE);

      await other.say({ type: "reset", scopes: [SCOPE], keys: [ROUTE] });
      await one.hears("reset", ROUTE);
      await lease.report(false, 40_000);

      await one.hearsNothingAbout(ROUTE);
      equal((await one.ask(ROUTE)).granted, true);
      const late = await joined(world);
      await late.hearsNothingAbout(ROUTE);
      await late.hearsNothingAbout(SCOPE);
    });

    check("reaches nobody who has left", async (one, other) => {
      const before = other.heard.length;
      other.leave();

      await one.say(bad());
      await one.hears("suspected", ROUTE);

      equal(other.heard.length, before);
    });
  });
}

/** A row of five, from two processes. */
async function open(one: FleetMember, other: FleetMember): Promise<void> {
  await one.say(bad(3));
  await other.say(bad(), bad());
  await Promise.all([one.hears("opened", ROUTE), other.hears("opened", ROUTE)]);
}

async function joined(world: StoreWorld): Promise<FleetMember> {
  return new FleetMember(await world.join(), world);
}

function byOf(news: object): unknown {
  return "by" in news ? news.by : undefined;
}

function timeOf(news: object): number {
  return "forMs" in news && typeof news.forMs === "number" ? news.forMs : Number.NaN;
}

function isNear(actual: number, expected: number): void {
  ok(Math.abs(actual - expected) <= SLACK_MS, `${actual} ms instead of about ${expected}`);
}
