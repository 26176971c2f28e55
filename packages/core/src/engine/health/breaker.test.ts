import { describe, expect, test } from "vitest";
import type { BreakerState } from "../../model/trace.ts";
import { Breaker, type Permit } from "./breaker.ts";
import { openFor } from "./open-for.ts";

interface Rig {
  readonly breaker: Breaker;
  readonly changes: string[];
  /** One attempt that ends with a verdict at once. */
  readonly attempt: (verdict: "ok" | "bad" | "slow" | "neutral", now: number, retryAfterMs?: number) => void;
}

function rig(random = 0.5): Rig {
  const changes: string[] = [];
  const note = (from: BreakerState, to: BreakerState): number => changes.push(`${from} ${to}`);
  const breaker = new Breaker(0, () => random, note);
  return {
    breaker,
    changes,
    attempt: (verdict, now, retryAfterMs) => breaker.settle(breaker.permit(now), verdict, now, retryAfterMs),
  };
}

/** A breaker that five failures in a row have opened at time 0; with `random` 0.5 for exactly ten seconds. */
function opened(random = 0.5): Rig {
  const made = rig(random);
  times(5, () => made.attempt("bad", 0));
  expect(made.breaker.state).toBe("open");
  return made;
}

function times(count: number, action: () => void): void {
  for (let done = 0; done < count; done++) action();
}

describe("opening", () => {
  test("HB-01 R6.3 five bad attempts in a row open it, four do not", () => {
    const { breaker, attempt } = rig();

    times(4, () => attempt("bad", 0));
    expect(breaker.state).toBe("closed");
    attempt("bad", 0);

    expect(breaker.state).toBe("open");
  });

  test("an ok in between begins the row again, and so do sixty seconds of silence", () => {
    const { breaker, attempt } = rig();

    times(4, () => attempt("bad", 0));
    attempt("ok", 1);
    times(4, () => attempt("bad", 61_000));
    attempt("bad", 121_000);

    expect(breaker.state).toBe("closed");
  });

  test.each([
    ["bad", "slow", "bad", "slow", "bad"],
    ["slow", "bad", "bad", "bad", "slow"],
  ] as const)("bad and slow ones make one row: %s, %s, %s, %s, %s", (...verdicts) => {
    const { breaker, attempt } = rig();

    for (const verdict of verdicts.slice(0, 4)) attempt(verdict, 0);
    expect(breaker.state).toBe("closed");
    for (const verdict of verdicts.slice(4)) attempt(verdict, 0);

    expect(breaker.state).toBe("open");
  });

  test("failures on both sides of one that still waits are a row as soon as it ends without a word", () => {
    const { breaker, attempt } = rig();
    times(3, () => attempt("bad", 0));
    const waiting = breaker.permit(1);
    times(2, () => attempt("bad", 2));
    expect(breaker.state).toBe("closed");

    breaker.settle(waiting, "neutral", 3);

    expect(breaker.state).toBe("open");
  });

  test("an attempt that began before the row and ends well in it does not end it", () => {
    const { breaker, attempt } = rig();
    const long = [breaker.permit(0), breaker.permit(1)];
    for (const permit of long) breaker.provisionalOk(permit, 5_000);

    times(2, () => attempt("bad", 20_000));
    for (const permit of long) breaker.settle(permit, "ok", 20_001);
    times(2, () => attempt("bad", 20_002));
    expect(breaker.state).toBe("closed");
    attempt("bad", 20_003);

    expect(breaker.state).toBe("open");
  });

  test.each(["still waits", "has produced content"])("an attempt among them that %s keeps them apart", (what) => {
    const { breaker, attempt } = rig();

    times(3, () => attempt("bad", 0));
    const between = breaker.permit(0);
    if (what === "has produced content") breaker.provisionalOk(between, 1);
    times(3, () => attempt("bad", 2));

    expect(breaker.state).toBe("closed");
  });

  test.each(["bad", "slow"] as const)("and joins them when it is %s in the end", (verdict) => {
    const { breaker, attempt } = rig();

    times(2, () => attempt("bad", 0));
    const between = breaker.permit(0);
    breaker.provisionalOk(between, 1);
    times(2, () => attempt("bad", 2));
    breaker.settle(between, verdict, 3);

    expect(breaker.state).toBe("open");
  });

  test("an attempt that says nothing was never among them, unless it had produced content", () => {
    const left = rig();
    times(4, () => {
      left.attempt("bad", 0);
      left.attempt("neutral", 0);
    });
    left.attempt("bad", 0);
    const used = rig();
    times(4, () => {
      used.attempt("bad", 0);
      const permit = used.breaker.permit(0);
      used.breaker.provisionalOk(permit, 0);
      used.breaker.settle(permit, "neutral", 0);
    });
    used.attempt("bad", 0);

    expect(left.breaker.state).toBe("open");
    expect(used.breaker.state).toBe("closed");
  });

  test("one after the other with a long limit is a row: silence is counted from a failure to the next beginning", () => {
    const { breaker } = rig();

    for (let now = 0; now < 5 * 180_000; now += 180_000) {
      expect(breaker.state).toBe("closed");
      breaker.settle(breaker.permit(now), "slow", now + 179_000);
    }

    expect(breaker.state).toBe("open");
  });

  test("HB-09 R6.4 ten verdicts of which half are bad open it, although no two bad ones follow each other", () => {
    const { breaker, attempt } = rig();

    times(4, () => {
      attempt("ok", 0);
      attempt("bad", 0);
    });
    attempt("ok", 0);
    expect(breaker.state).toBe("closed");
    attempt("bad", 0);

    expect(breaker.state).toBe("open");
  });

  test("four bad of ten leave it closed", () => {
    const { breaker, attempt } = rig();

    times(6, () => attempt("ok", 0));
    times(4, () => attempt("bad", 0));

    expect(breaker.state).toBe("closed");
  });

  test("five verdicts of which four are slow open it, however many attempts still wait; four slow ones do not", () => {
    const { breaker, attempt } = rig();

    times(2, () => attempt("slow", 0));
    attempt("ok", 0);
    times(50, () => breaker.permit(0));
    attempt("slow", 0);
    expect(breaker.state).toBe("closed");
    attempt("slow", 0);

    expect(breaker.state).toBe("open");
  });

  test("three slow ones of five leave it closed", () => {
    const { breaker, attempt } = rig();

    times(2, () => attempt("ok", 0));
    times(3, () => attempt("slow", 0));

    expect(breaker.state).toBe("closed");
  });

  test("HB-06 neutral results never open it", () => {
    const { breaker, attempt } = rig();

    times(100, () => attempt("neutral", 0));

    expect(breaker.state).toBe("closed");
    expect(breaker.counts(0)).toEqual({ starts: 100, ok: 0, bad: 0, slow: 0 });
  });

  test("R6.10 a route that shows first words and then breaks opens: the provisional ok is replaced", () => {
    const { breaker } = rig();

    times(5, () => {
      const permit = breaker.permit(0);
      breaker.provisionalOk(permit, 10);
      breaker.settle(permit, "bad", 20);
    });

    expect(breaker.state).toBe("open");
  });

  test("the provisional ok counts at once, and not a second time at the end", () => {
    const { breaker } = rig();
    const permit = breaker.permit(0);

    breaker.provisionalOk(permit, 10);
    expect(breaker.counts(10).ok).toBe(1);
    breaker.settle(permit, "ok", 50_000);

    expect(breaker.counts(50_000).ok).toBe(1);
  });
});

describe("R6.5 the time it stays open", () => {
  test.each([
    [0, 7_500],
    [0.5, 10_000],
    [1, 12_500],
  ])("with the random number %d the first opening lasts %d ms", (random, openMs) => {
    const { breaker } = opened(random);

    expect(breaker.dueAt()).toBeGreaterThan(openMs - 1);
    expect([breaker.state === "closed", breaker.dueAt() <= openMs]).toEqual([false, true]);
  });

  test("doubles with each opening, up to 300 s", () => {
    const { breaker } = opened();
    let now = 0;
    const lengths: number[] = [];

    times(7, () => {
      lengths.push(breaker.dueAt() - now);
      now = breaker.dueAt();
      breaker.settle(breaker.probe(now, 1_000), "bad", now);
    });

    expect(lengths).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  test("one opening is forgotten per healthy minute", () => {
    const { breaker, attempt } = opened();
    breaker.settle(breaker.probe(10_000, 1_000), "bad", 10_000);
    breaker.settle(breaker.probe(30_000, 1_000), "ok", 30_000);

    times(5, () => attempt("bad", 30_000 + 59_999));
    expect(breaker.dueAt() - 89_999).toBe(40_000);
    breaker.settle(breaker.probe(129_999, 1_000), "ok", 129_999);
    times(5, () => attempt("bad", 129_999 + 120_000));

    expect(breaker.dueAt() - 249_999).toBe(20_000);
  });

  test("a time stated by the vendor overrides upward, never downward, and for a day at most", () => {
    const later = rig();
    times(4, () => later.attempt("bad", 0));
    later.attempt("bad", 0, 60_000);
    const sooner = rig();
    times(4, () => sooner.attempt("bad", 0));
    sooner.attempt("bad", 0, 1_000);
    const never = rig();
    times(4, () => never.attempt("bad", 0));
    never.attempt("bad", 0, 10 * 86_400_000);

    expect(later.breaker.dueAt()).toBe(60_000);
    expect(sooner.breaker.dueAt()).toBe(10_000);
    expect(never.breaker.dueAt()).toBe(86_400_000);
  });
});

describe("the probe", () => {
  const LEASE_MS = 20_000;

  test("HB-03 R6.6 while one is on its way everybody else is denied at once", () => {
    const { breaker } = opened();

    breaker.probe(10_000, LEASE_MS);

    expect(breaker.state).toBe("half-open");
    expect(breaker.dueAt()).toBeGreaterThan(10_001);
    expect(breaker.dueAt()).toBeGreaterThan(10_000 + LEASE_MS - 1);
  });

  test("R6.8 first content closes it, and the permit goes on in the new generation", () => {
    const { breaker, changes } = opened();
    const permit = breaker.probe(10_000, LEASE_MS);

    breaker.provisionalOk(permit, 11_000);
    expect(breaker.state).toBe("closed");
    expect(breaker.counts(11_000)).toEqual({ starts: 1, ok: 1, bad: 0, slow: 0 });
    breaker.settle(permit, "ok", 72_000);

    expect(breaker.state).toBe("closed");
    expect(changes).toEqual(["closed open", "open half-open", "half-open closed"]);
  });

  test.each(["bad", "slow"] as const)(
    "that closed it by its first content and is %s then opens it again",
    (verdict) => {
      const { breaker, changes } = opened();
      const permit = breaker.probe(10_000, LEASE_MS);
      breaker.provisionalOk(permit, 11_000);

      breaker.settle(permit, verdict, 200_000);

      expect(breaker.dueAt()).toBe(220_000);
      expect(changes).toEqual(["closed open", "open half-open", "half-open closed", "closed open"]);
    },
  );

  test("that breaks after another attempt has ended well is one failure like any other", () => {
    const { breaker, attempt } = opened();
    const permit = breaker.probe(10_000, LEASE_MS);
    breaker.provisionalOk(permit, 11_000);
    attempt("ok", 12_000);

    breaker.settle(permit, "bad", 13_000);

    expect(breaker.counts(13_000)).toEqual({ starts: 2, ok: 1, bad: 1, slow: 0 });
  });

  test.each(["bad", "slow"] as const)("R6.8 a %s one opens it again, for longer", (verdict) => {
    const { breaker } = opened();

    breaker.settle(breaker.probe(10_000, LEASE_MS), verdict, 11_000);

    expect(breaker.state).toBe("open");
    expect(breaker.dueAt()).toBe(31_000);
  });

  test("R6.8 a neutral one lets others wait as long as a bad one would, but is no opening more", () => {
    const { breaker } = opened();

    breaker.settle(breaker.probe(10_000, LEASE_MS), "neutral", 10_500);
    expect(breaker.dueAt()).toBe(30_500);
    breaker.settle(breaker.probe(30_500, LEASE_MS), "bad", 31_000);

    expect(breaker.dueAt()).toBe(51_000);
  });

  test("when its lease has run out the slot is free, and what comes late says nothing", () => {
    const { breaker } = opened();
    const lost = breaker.probe(10_000, LEASE_MS);

    expect([breaker.state === "closed", breaker.dueAt() <= 10_000 + LEASE_MS]).toEqual([false, true]);
    breaker.settle(lost, "ok", 10_000 + LEASE_MS);
    expect(breaker.state).toBe("half-open");
    const second = breaker.probe(31_000, LEASE_MS);
    breaker.provisionalOk(lost, 31_500);
    expect(breaker.state).toBe("half-open");
    breaker.settle(second, "ok", 32_000);

    expect(breaker.state).toBe("closed");
  });
});

describe("R6.11 permits", () => {
  test("each is settled once: a second verdict changes nothing", () => {
    const { breaker } = rig();
    const permit = breaker.permit(0);

    breaker.settle(permit, "ok", 0);
    breaker.settle(permit, "bad", 0);

    expect(breaker.counts(0)).toEqual({ starts: 1, ok: 1, bad: 0, slow: 0 });
  });

  test("results from before the opening change nothing, neither while it is open nor after it has closed", () => {
    const { breaker } = rig();
    const old: Permit[] = Array.from({ length: 12 }, () => breaker.permit(0));
    times(5, () => breaker.settle(breaker.permit(0), "bad", 0));

    for (const permit of old.slice(0, 6)) breaker.settle(permit, "ok", 1);
    expect(breaker.state).toBe("open");
    breaker.settle(breaker.probe(10_000, 1_000), "ok", 10_000);
    for (const permit of old.slice(6)) breaker.settle(permit, "bad", 10_001);

    expect(breaker.state).toBe("closed");
    expect(breaker.counts(10_001)).toEqual({ starts: 1, ok: 1, bad: 0, slow: 0 });
  });

  test.each(["bad", "slow", "neutral"] as const)(
    "an attempt made although it is open and %s changes nothing",
    (verdict) => {
      const { breaker } = opened();
      const permit = breaker.permit(1);

      breaker.provisionalOk(permit, 2);
      breaker.settle(permit, verdict, 3);

      expect(breaker.dueAt()).toBe(10_000);
    },
  );

  test("an attempt made although it is open closes it when it ends well, not at its first content", () => {
    const { breaker, changes } = opened();
    const permit = breaker.permit(1);

    breaker.provisionalOk(permit, 2);
    expect(breaker.state).toBe("open");
    breaker.settle(permit, "ok", 3);

    expect(changes).toEqual(["closed open", "open closed"]);
    expect(breaker.counts(3)).toEqual({ starts: 1, ok: 1, bad: 0, slow: 0 });
  });

  test("of an attempt made although it is open a probe that has begun since makes nothing", () => {
    const { breaker } = opened();
    const permit = breaker.permit(1);
    breaker.probe(10_000, 1_000);

    breaker.settle(permit, "ok", 10_001);

    expect(breaker.state).toBe("half-open");
  });

  test("an attempt made beside a probe counts for nothing", () => {
    const { breaker } = opened();
    breaker.probe(10_000, 1_000);
    const permit = breaker.permit(10_001);

    breaker.settle(permit, "ok", 10_002);

    expect(breaker.state).toBe("half-open");
  });
});

describe("from outside", () => {
  test("news of an opening opens it for as long as stated, and never shortens", () => {
    const { breaker } = rig();

    openFor(breaker, 30_000, 0);
    openFor(breaker, 5_000, 0);

    expect(breaker.dueAt()).toBe(30_000);
  });

  test("news of its own opening that come back a moment later change nothing", () => {
    const { breaker } = opened();
    const permit = breaker.permit(1);

    openFor(breaker, 10_000, 40);
    expect(breaker.dueAt()).toBe(10_000);
    breaker.settle(permit, "ok", 50);

    expect(breaker.state).toBe("closed");
  });

  test("closing by hand begins with an empty window", () => {
    const { breaker } = opened();

    breaker.closeNow(1);

    expect(breaker.state).toBe("closed");
    expect(breaker.counts(1)).toEqual({ starts: 0, ok: 0, bad: 0, slow: 0 });
  });
});
