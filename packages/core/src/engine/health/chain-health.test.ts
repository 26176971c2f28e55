import { describe, expect, test } from "vitest";
import { scripted } from "../../../test/scripted-target.ts";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import type { FailureClass } from "../../model/failure.ts";
import { TargetFailure, type TargetFailureDetails } from "../../model/target-failure.ts";
import type { EngineEvent } from "../engine-events.ts";
import { EventQueue } from "../event-queue.ts";
import type { Permit } from "./breaker.ts";
import { ChainHealth } from "./chain-health.ts";
import { memoryStore } from "../../store/memory-store.ts";
import type { SharedStore } from "./health-store.ts";

/** As a real clock: two readings are never equal. */
class CreepingClock extends VirtualClock {
  #readings = 0;

  override now(): number {
    return super.now() + ++this.#readings * 1e-6;
  }
}

const LEASE_MS = 20_000;
const PLAIN = { isShort: false, isLate: false, isFresh: false };

function onInternalError(error: unknown): never {
  throw error;
}

function rig(make: { readonly clock?: VirtualClock; readonly store?: (clock: VirtualClock) => SharedStore } = {}) {
  const { clock = new CreepingClock() } = make;
  const target = scripted(clock, []);
  const told: EngineEvent[] = [];
  const events = new EventQueue(onInternalError);
  events.join(() => ({ onEvent: (event) => void told.push(event) }));
  const setup = { clock, random: () => 0.5, store: make.store?.(clock), events, onInternalError };
  const health = new ChainHealth(setup, [target]);
  const fail = (
    permit: Permit | undefined | Promise<Permit | undefined>,
    name: FailureClass,
    details?: TargetFailureDetails,
    context = PLAIN,
  ) => {
    if (permit === undefined || permit instanceof Promise) throw new Error("The attempt was not let through.");
    return health.failed(target, permit, new TargetFailure(name, details), context);
  };
  return {
    clock,
    target,
    health,
    told: () => {
      events.tell();
      return told;
    },
    fail,
    another: () => new ChainHealth(setup, [target]),
    break: () => {
      for (let count = 0; count < 5; count++) fail(health.admit(target), "server.error");
      expect(health.breakerState(target)).toBe("open");
    },
  };
}

describe("R6.14 a last resort before the open time is over", () => {
  test("changes nothing when it fails: one failing call a second does not put the probe off", async () => {
    const { clock, health, target, fail, break: breakRoute } = rig();
    breakRoute();

    for (let seconds = 0; seconds < 9; seconds++) {
      fail(health.admit(target), "server.error");
      // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
      await clock.advance(1_000);
    }
    expect(health.standing(target)).toMatchObject({ type: "blocked", reason: "breaker" });
    await clock.advance(1_001);

    expect(health.standing(target)).toEqual({ type: "probe" });
  });

  test("closes the breaker when it is answered", () => {
    const { health, target, break: breakRoute } = rig();
    breakRoute();

    const permit = health.admit(target);
    health.firstContent(target, permit);
    expect(health.breakerState(target)).toBe("open");
    health.answered(target, permit);

    expect(health.standing(target)).toEqual({ type: "ready" });
  });

  test("is an ordinary attempt where the breaker is closed, and counts for nothing beside a probe", async () => {
    const { clock, health, target, fail } = rig();
    for (let count = 0; count < 4; count++) fail(health.admit(target), "server.error");
    expect(health.inspect(target).counts.bad).toBe(4);
    fail(health.admit(target), "server.error");
    await clock.advance(10_001);
    expect(health.ask(target, LEASE_MS)).toMatchObject({ venture: "probe" });

    health.answered(target, health.admit(target));

    expect(health.breakerState(target)).toBe("half-open");
  });
});

describe("a reset before any byte", () => {
  const dead = { beforeResponse: true } as const;

  test("on kept-alive connections opens nothing, however many died", () => {
    const { health, target, fail } = rig();

    for (let count = 0; count < 20; count++) fail(health.admit(target), "network.reset", dead);

    expect(health.inspect(target)).toMatchObject({ breaker: "closed", counts: { bad: 0 } });
  });

  test("on new connections opens by its fifth, with neutral ones in between", () => {
    const { health, target, fail } = rig();

    for (let count = 0; count < 5; count++) {
      expect(health.breakerState(target)).toBe("closed");
      fail(health.admit(target), "network.reset", dead);
      fail(health.admit(target), "network.reset", dead, { ...PLAIN, isFresh: true });
    }

    expect(health.breakerState(target)).toBe("open");
  });

  test("that ends a probe does not make the next one due earlier than a failure would", async () => {
    const { clock, health, target, fail, break: breakRoute } = rig();
    breakRoute();
    await clock.advance(10_001);

    fail(health.ask(target, LEASE_MS), "network.reset", dead);
    await clock.advance(19_990);
    expect(health.standing(target)).toMatchObject({ type: "blocked", reason: "breaker" });
    await clock.advance(20);

    expect(health.standing(target)).toEqual({ type: "probe" });
  });
});

test("a probe that hangs is slow and opens for longer; under a third of its limit it is no opening more", async () => {
  const { clock, health, target, fail, break: breakRoute } = rig();
  breakRoute();
  await clock.advance(10_001);

  fail(health.ask(target, LEASE_MS), "timeout.first-content", {}, { ...PLAIN, isShort: true });
  expect(Math.round(health.inspect(target).blockedForMs)).toBe(20_000);
  await clock.advance(20_001);
  fail(health.ask(target, LEASE_MS), "timeout.first-content");
  expect(Math.round(health.inspect(target).blockedForMs)).toBe(20_000);
  await clock.advance(20_001);
  fail(health.ask(target, LEASE_MS), "timeout.first-content");

  expect(Math.round(health.inspect(target).blockedForMs)).toBe(40_000);
});

describe("on a clock that never reads the same twice", () => {
  test("a hard block is lifted by the trial that found it mended", async () => {
    const { clock, health, target, fail } = rig();
    fail(health.admit(target), "auth.invalid", { status: 401 });
    await clock.advance(60_001);
    const standing = health.standing(target);
    expect(standing.type).toBe("trial");

    const trial = health.ask(target, LEASE_MS);
    expect(trial).toMatchObject({ venture: "trial" });
    expect(health.standing(target)).toMatchObject({ type: "blocked", isHard: true });
    if (trial !== undefined && "venture" in trial) health.answered(target, trial);

    expect(health.standing(target)).toEqual({ type: "ready" });
  });

  test("a failure from after a reset by hand cools, one from before it does not", () => {
    const { health, target, fail } = rig();
    const before = health.admit(target);
    health.enable(target);
    const after = health.admit(target);

    expect(fail(before, "rate.requests", { retryAfterMs: 10_000 })).toBeUndefined();
    expect(fail(after, "rate.requests", { retryAfterMs: 10_000 })).toBe(12_500);
  });

  test("R11.3 a probe gives its lease back to the store, and its own news open nothing a second time", async () => {
    const { clock, health, target, fail, told, break: breakRoute } = rig({ store: memoryStore });
    breakRoute();
    await clock.advance(10_001);

    fail(health.ask(target, LEASE_MS), "server.error");
    await clock.advance(20_001);

    expect(health.ask(target, LEASE_MS)).toMatchObject({ venture: "probe" });
    const changes = told().flatMap((event) => (event.type === "breaker" ? [`${event.from} ${event.to}`] : []));
    expect(changes).toEqual(["closed open", "open half-open", "half-open open", "open half-open"]);
  });
});

test("R11.3 a chain made later learns what still holds, and its reset closes the breakers of the others", () => {
  const made = rig({ store: memoryStore });
  const witness = made.another();
  made.break();
  const operator = made.another();
  expect([witness, operator].map((health) => health.breakerState(made.target))).toEqual(["open", "open"]);

  operator.enable(made.target);

  expect(made.health.standing(made.target)).toEqual({ type: "ready" });
  expect(witness.standing(made.target)).toEqual({ type: "ready" });
});
