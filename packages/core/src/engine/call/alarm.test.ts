import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { Alarm, type DueTime } from "./alarm.ts";

/** An alarm for a deadline that can be moved, with what it decided. */
function alarmAt(due: DueTime) {
  const clock = new VirtualClock();
  const state = { due, decided: [] as { readonly now: number; readonly late: boolean }[] };
  const alarm = new Alarm(
    clock,
    () => state.due,
    (now, late) => {
      state.decided.push({ now, late });
      state.due = { at: Infinity, background: false, isLimit: true };
    },
  );
  alarm.update();
  return { clock, alarm, state };
}

const nothing = (): void => undefined;

describe("Alarm", () => {
  test("fires when its deadline is due, with one timer", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: true });

    expect(clock.pending).toBe(1);
    await clock.advance(999);
    expect(state.decided).toEqual([]);
    await clock.advance(1);

    expect(state.decided).toEqual([{ now: 1_000, late: false }]);
    expect(clock.pending).toBe(0);
  });

  test("a deadline that moves later costs nothing until the old one is due", async () => {
    const { clock, alarm, state } = alarmAt({ at: 1_000, background: false, isLimit: true });

    for (let now = 0; now < 900; now += 100) {
      state.due = { at: now + 2_000, background: false, isLimit: true };
      alarm.update();
    }
    await clock.advance(1_000);

    expect(state.decided).toEqual([]);
    expect(clock.pending).toBe(1);
    await clock.advance(1_800);
    expect(state.decided).toEqual([{ now: 2_800, late: false }]);
  });

  test("a deadline that moves earlier is kept", async () => {
    const { clock, alarm, state } = alarmAt({ at: 10_000, background: false, isLimit: true });

    state.due = { at: 500, background: false, isLimit: true };
    alarm.update();
    await clock.advance(500);

    expect(state.decided).toEqual([{ now: 500, late: false }]);
  });

  test("a foreground deadline takes over from a background one of the same time", () => {
    const { clock, alarm, state } = alarmAt({ at: 1_000, background: true, isLimit: true });
    const before = clock.pendingForeground;

    state.due = { at: 1_000, background: false, isLimit: true };
    alarm.update();

    expect([before, clock.pendingForeground, clock.pending]).toEqual([0, 1, 1]);
  });

  test("R3.9 more than 250 ms late it lets two turns pass and asks again before it decides", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: true });
    const turns: number[] = [];
    clock.setTimeout(() => turns.push(state.decided.length), 1_251, false);

    await clock.suspend(1_251);

    expect(turns).toEqual([0]);
    expect(state.decided).toEqual([{ now: 1_251, late: true }]);
  });

  test("R3.9 the two turns are two: what a callback of the first one sets going is seen", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: true });
    const turns: number[] = [];
    const look = (then: () => void) => () => {
      turns.push(state.decided.length);
      clock.setTimeout(then, 0, false);
    };
    clock.setTimeout(() => void clock.setTimeout(look(look(nothing)), 0, false), 1_251, false);

    await clock.suspend(1_251);

    expect(turns).toEqual([0, 1]);
    expect(state.decided).toEqual([{ now: 1_251, late: true }]);
  });

  test("before a limit is decided, what has arrived by then is read, however little the timer is late", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: true });
    clock.setTimeout(
      () => {
        state.due = { at: 90_000, background: false, isLimit: true };
      },
      1_070,
      false,
    );

    await clock.suspend(1_075);

    expect(state.decided).toEqual([]);
  });

  test("what only opens a gate or ends a wait is decided at once", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: false });
    const turns: number[] = [];
    clock.setTimeout(() => turns.push(state.decided.length), 1_001, false);

    await clock.suspend(1_075);

    expect(turns).toEqual([1]);
    expect(state.decided).toEqual([{ now: 1_075, late: false }]);
  });

  test("R3.9 after a standstill a limit that passed behind it is not decided at once either", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: false });
    const turns: number[] = [];
    clock.setTimeout(() => turns.push(state.decided.length), 1_251, false);

    await clock.suspend(1_251);

    expect(turns).toEqual([0]);
    expect(state.decided).toEqual([{ now: 1_251, late: true }]);
  });

  test("R3.9 a standstill within the turns themselves makes it late too", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: true });
    // Right behind the alarm's own timer, so between it and the turns.
    clock.setTimeout(() => void clock.suspend(20_000), 1_000, false);

    await clock.advance(30_000);

    expect(state.decided).toMatchObject([{ late: true }]);
  });

  test("R3.9 a standstill within the turns makes it late where a gate is due before the limit too", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: true });
    clock.setTimeout(
      () => {
        // What arrived in the turns holds output back: its gate is due first, the limit passed behind it.
        state.due = { at: 1_050, background: false, isLimit: false };
        void clock.suspend(20_000);
      },
      1_000,
      false,
    );

    await clock.advance(30_000);

    expect(state.decided).toMatchObject([{ late: true }]);
  });

  test("R3.9 a deadline that moved meanwhile is not decided", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: true });
    clock.setTimeout(
      () => {
        state.due = { at: 90_000, background: false, isLimit: true };
      },
      1_100,
      false,
    );

    await clock.suspend(60_000);

    expect(state.decided).toEqual([]);
    await clock.advance(30_000);
    expect(state.decided).toEqual([{ now: 90_000, late: false }]);
  });

  test("up to 250 ms late is not late", async () => {
    const { clock, state } = alarmAt({ at: 1_000, background: false, isLimit: true });

    await clock.suspend(1_249.9);

    expect(state.decided).toEqual([{ now: 1_249.9, late: false }]);
  });

  test("a deadline further away than a timer can hold is waited for in steps", async () => {
    const month = 30 * 86_400_000;
    const { clock, state } = alarmAt({ at: month, background: false, isLimit: true });

    await clock.advance(month - 1);
    expect(state.decided).toEqual([]);
    await clock.advance(1.01);

    expect(state.decided).toEqual([{ now: month, late: false }]);
  });

  test("no deadline means no timer, and after stop there is none either", async () => {
    const { clock, alarm, state } = alarmAt({ at: Infinity, background: false, isLimit: true });
    expect(clock.pending).toBe(0);

    state.due = { at: 10, background: false, isLimit: true };
    alarm.update();
    alarm.stop();
    alarm.update();

    expect(clock.pending).toBe(0);
    await clock.advance(100);
    expect(state.decided).toEqual([]);
  });

  test("stopped within the grace turns it decides nothing more", async () => {
    const { clock, alarm, state } = alarmAt({ at: 1_000, background: false, isLimit: true });
    clock.setTimeout(() => alarm.stop(), 1_100, false);

    await clock.suspend(5_000);
    await clock.advance(5_000);

    expect(state.decided).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
