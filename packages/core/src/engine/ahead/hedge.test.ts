import { describe, expect, test, vi } from "vitest";
import {
  collect,
  countedController,
  finish,
  harness,
  rejection,
  shownText,
  types,
  type Harness,
} from "../../../test/harness.ts";
import {
  answer,
  begin,
  end,
  fail,
  hang,
  read,
  scripted,
  stop,
  wait,
  type Script,
  type ScriptedOptions,
  type ScriptedTarget,
} from "../../../test/scripted-target.ts";
import type { Chain, ChainOptions, EngineEvent, Target } from "../../index.ts";
import { formatTrace } from "../../trace/index.ts";
import { UsualTime } from "./usual-time.ts";

/** The first answer begins after so many milliseconds. */
const after = (ms: number, script: Script): Script => {
  return (call) => [wait(ms), ...(typeof script === "function" ? script(call) : script)];
};

/** Begins after so many milliseconds, and breaks. */
const breaks = (ms: number): Script => after(ms, begin(["Hel"], wait(100), fail("stream.reset")));

const HI = [{ role: "user", content: "Hi" }] as const;

/** Bytes, and nothing to show. */
const pings: Script = (call) => {
  const id = call.context.newId();
  return [read({ type: "text-start", id }), wait(400), read(), wait(400), hang];
};

interface Stage extends Harness {
  readonly chain: (tiers: Parameters<Harness["chain"]>[0], options?: ChainOptions) => Chain;
  readonly target: (scripts: readonly Script[], options?: ScriptedOptions) => ScriptedTarget;
}

function stage(): Stage {
  const { clock, events, chain } = harness();
  return { clock, events, chain, target: (scripts, options) => scripted(clock, scripts, options) };
}

/** What loads the hedges is real time. */
async function loaded(chain: Chain): Promise<Chain> {
  await vi.dynamicImportSettled();
  return chain;
}

function hedges(events: readonly EngineEvent[]): Extract<EngineEvent, { type: "hedge" }>[] {
  return events.filter((event) => event.type === "hedge");
}

/** Two targets that hang, the first of them hedged. */
async function bothHang(
  options?: ChainOptions,
): Promise<Stage & { readonly made: Chain; readonly targets: readonly [ScriptedTarget, ScriptedTarget] }> {
  const staged = stage();
  const targets = [staged.target([[hang]]), staged.target([[hang]], { vendor: "beta" })] as const;
  const made = await loaded(staged.chain([{ target: targets[0], hedgeAfterMs: 500 }, targets[1]], options));
  return { ...staged, made, targets };
}

/** Ten calls are begun, so that two may be hedged. */
async function fill(chain: Chain, clock: Harness["clock"], calls: number): Promise<void> {
  for (let call = 0; call < calls; call++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await finish(clock, chain.generate("Hi"), 1);
  }
}

describe("an attempt that shows nothing", () => {
  test("R14.1 R14.2 is hedged after its time, and the first with content answers; the other one is stopped", async () => {
    const { clock, events, chain, target } = stage();
    const slow = target([after(9_000, answer("Slow"))]);
    const backup = target([after(600, answer("Backup"))], { vendor: "beta" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 2_000 }, backup]));

    const { text, tier, trace, usageTotal } = await finish(clock, asked.generate("Hi"));

    expect({ text, tier }).toEqual({ text: "Backup", tier: "beta/one" });
    expect(trace.attempts).toMatchObject([
      { attempt: 1, outcome: "stopped", stoppedBy: "hedge", endedMs: 2_600, usageSource: "unknown", startedAtMs: 0 },
      { attempt: 2, outcome: "answered", hedge: true, startedAtMs: 2_000, firstContentMs: 600 },
    ]);
    expect(trace.attempts[0]).toMatchObject({ class: undefined, hedge: undefined });
    expect(usageTotal.exact).toBe(false);
    expect(slow.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(backup.calls).toHaveLength(1);
    expect(clock.pending).toBe(0);
    expect(types(events)).toEqual([
      "call-start",
      "attempt-start",
      "hedge",
      "attempt-start",
      "attempt-end",
      "released",
      "attempt-end",
      "end",
    ]);
  });

  test("R14.11 says why in an event, and that the second attempt is a hedge", async () => {
    const { clock, events, chain, target } = stage();
    const asked = await loaded(
      chain([{ target: target([[hang]]), hedgeAfterMs: 300 }, target([answer("Backup")], { vendor: "beta" })]),
    );

    await finish(clock, asked.generate("Hi"));

    expect(hedges(events)).toMatchObject([
      { attempt: 1, tier: "alpha/one", vendor: "alpha", afterMs: 300, by: "hedgeAfterMs", skipped: undefined },
    ]);
    expect(events.filter(({ type }) => type === "attempt-start")).toMatchObject([
      { attempt: 1, hedge: undefined },
      { attempt: 2, hedge: true, vendor: "beta" },
    ]);
  });

  test("R14.11 is shown as what it was where a trace is printed", async () => {
    const { clock, chain, target } = stage();
    const asked = await loaded(
      chain([{ target: target([[hang]]), hedgeAfterMs: 300 }, target([answer("Backup")], { vendor: "beta" })]),
    );

    const { trace } = await finish(clock, asked.generate("Hi"));

    expect(formatTrace(trace).split("\n").slice(0, 2)).toEqual([
      "1  alpha/one  stopped by hedge, after 300 ms",
      "2  beta/one  answered, hedge, first output 0 ms, after 0 ms",
    ]);
  });

  test("R14.1 is not hedged when it shows something in time, also a tool call, and is when pings are all it shows", async () => {
    const { clock, chain, target } = stage();
    const tool: Script = [
      wait(400),
      read({ type: "tool-call-start", id: "t", toolCallId: "c", toolName: "look" }),
      wait(5_000),
      read(
        { type: "tool-call", id: "t", part: { type: "tool-call", toolCallId: "c", toolName: "look", input: {} } },
        end("tool-calls"),
      ),
    ];
    const first = target([tool, pings]);
    const second = target([answer("Backup")], { vendor: "beta" });
    const asked = await loaded(chain([{ target: first, hedgeAfterMs: 500 }, second]));

    const calls = await finish(clock, asked.generate("Hi"));
    expect(second.calls).toHaveLength(0);
    expect(calls.trace.attempts).toHaveLength(1);
    const { text } = await finish(clock, asked.generate("Hi"));
    expect(text).toBe("Backup");
    expect(second.calls).toHaveLength(1);
  });

  test("R14.2 may still win: then the hedge is stopped, and a stream shows one answer without a seam", async () => {
    const { clock, events, chain, target } = stage();
    const slow = target([after(2_500, answer("Slow", " words"))]);
    const backup = target([after(4_000, answer("Backup"))], { vendor: "beta" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 2_000 }, backup]));

    const stream = await finish(clock, asked.stream("Hi"));
    const { events: seen } = await collect(clock, stream);

    expect(types(seen)).not.toContain("failover");
    expect(seen[0]).toMatchObject({ type: "start", attempt: 1 });
    expect(shownText(seen)).toBe("Slow words");
    expect((await stream.result).trace.attempts).toMatchObject([
      { attempt: 1, outcome: "answered" },
      { attempt: 2, outcome: "stopped", stoppedBy: "hedge", hedge: true },
    ]);
    expect(backup.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(events.filter(({ type }) => type === "attempt-end")).toHaveLength(2);
  });

  test("R14.2 content decides, not the release: JSON and whole answers race by their first word", async () => {
    const { clock, chain, target } = stage();
    const slow = target([[hang]]);
    // Begins early and ends late.
    const backup = target([begin(["{}"], wait(8_000), read(end()))], { vendor: "beta" });
    const third = target([answer("{}")], { vendor: "gamma" });
    const asked = await loaded(
      chain([{ target: slow, hedgeAfterMs: 500 }, { target: backup, hedgeAfterMs: 500 }, third]),
    );

    const call = asked.generate({ messages: HI, output: { type: "json" } });
    await clock.advance(700);

    expect(slow.calls).toMatchObject([{ aborted: true }]);
    expect((await finish(clock, call)).output).toEqual({});
    expect(third.calls).toHaveLength(0);
  });

  test("R14.2 a whole answer with nothing in it, behind a tool result, decides as well", async () => {
    const { clock, chain, target } = stage();
    const slow = target([[hang]]);
    const backup = target([[wait(100), read(end())]], { vendor: "beta" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 500 }, backup]));

    const { trace, text } = await finish(
      clock,
      asked.generate({
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: [{ type: "tool-call", toolCallId: "c1", toolName: "look", input: {} }] },
          { role: "tool", content: [{ type: "tool-result", toolCallId: "c1", toolName: "look", content: "seen" }] },
        ],
      }),
    );

    expect(text).toBe("");
    expect(trace.attempts).toMatchObject([{ outcome: "stopped", stoppedBy: "hedge" }, { outcome: "answered" }]);
  });
});

describe("when one of two fails", () => {
  test("R14.4 the other one goes on, and no third is asked", async () => {
    const { clock, events, chain, target } = stage();
    const slow = target([[wait(3_000), fail("server.error")]]);
    const backup = target([after(2_500, answer("Backup"))], { vendor: "beta" });
    const third = target([answer("Third")], { vendor: "gamma" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 1_000 }, backup, third]));

    const { text, trace } = await finish(clock, asked.generate("Hi"));

    expect(text).toBe("Backup");
    expect(trace.attempts).toMatchObject([
      { outcome: "failed", class: "server.error", endedMs: 3_000 },
      { outcome: "answered", hedge: true },
    ]);
    expect(third.calls).toHaveLength(0);
    expect(asked.snapshot()[0]?.counts).toMatchObject({ bad: 1 });
    expect(types(events)).not.toContain("repeat");
  });

  test("R14.4 a hedge that fails changes nothing for the one that it began beside", async () => {
    const { clock, chain, target } = stage();
    const slow = target([after(3_000, answer("Slow"))]);
    const backup = target([[fail("rate.requests", { retryAfterMs: 60_000 })]], { vendor: "beta" });
    const third = target([answer("Third")], { vendor: "gamma" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 1_000 }, backup, third]));

    const { text, trace } = await finish(clock, asked.generate("Hi"));

    expect(text).toBe("Slow");
    expect(trace.attempts).toMatchObject([
      { attempt: 1, outcome: "answered" },
      { attempt: 2, outcome: "failed", class: "rate.requests" },
    ]);
    expect(third.calls).toHaveLength(0);
    expect(asked.snapshot()[1]?.cooldownClass).toBe("rate.requests");
  });

  test("R14.4 when both have failed, recovery goes on from there, and the cause is the first attempt's", async () => {
    const { clock, chain, target } = stage();
    const slow = target([[wait(3_000), fail("server.error")]]);
    const backup = target([[fail("server.overloaded")]], { vendor: "beta" });
    const third = target([answer("Third"), [fail("auth.invalid")]], { vendor: "gamma" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 1_000 }, backup, third]));

    const { text, trace } = await finish(clock, asked.generate("Hi"));
    expect(text).toBe("Third");
    expect(trace.attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, "failed"],
      [2, "failed"],
      [3, "answered"],
    ]);
    asked.enable("all");
    await clock.advance(61_000);
    const error = await rejection(clock, asked.generate("Hi"));
    expect(error.cause).toMatchObject({ message: expect.stringContaining("Attempt 1 at alpha/one") });
  });

  test("R14.4 a failure that ends the call stops the other one", async () => {
    const { clock, chain, target } = stage();
    const slow = target([[hang]]);
    const backup = target([[wait(50), fail("request.invalid")]], { vendor: "beta" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 1_000 }, backup]));

    const error = await rejection(clock, asked.generate("Hi"));

    expect(error.code).toBe("invalid-request");
    expect(error.attempts).toMatchObject([
      { outcome: "stopped", stoppedBy: "hedge" },
      { outcome: "failed", class: "request.invalid" },
    ]);
    expect(slow.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(clock.pending).toBe(0);
  });

  test("R14.6 the answer that won breaks: whoever was stopped is asked again, and the call is answered", async () => {
    const { clock, chain, target } = stage();
    const slow = target([after(9_000, answer("Slow")), answer("Again")]);
    const backup = target([begin(["Half"], wait(10), fail("stream.reset"))], { vendor: "beta" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 1_000 }, backup]));

    const { text, trace } = await finish(clock, asked.generate("Hi"));

    expect(text).toBe("Again");
    expect(trace.attempts).toMatchObject([
      { tier: "alpha/one", outcome: "stopped" },
      { tier: "beta/one", outcome: "failed", class: "stream.reset" },
      { tier: "alpha/one", outcome: "answered", repeat: undefined },
    ]);
  });

  test("R14.6 is asked again once: not when another one was preferred a second time", async () => {
    const { clock, chain, target } = stage();
    // Of so many calls two may be hedged.
    const well = Array.from({ length: 20 }, () => answer("A"));
    const primary = target([...well, breaks(800)]);
    const slow = target([[hang]], { vendor: "beta" });
    const tiers = [primary, slow, target([breaks(10)], { vendor: "gamma" })];
    const made = await loaded(
      chain(
        tiers.map((one) => ({ target: one, hedgeAfterMs: 500 })),
        { maxAttempts: 9 },
      ),
    );
    await finish(clock, Promise.all(well.map(() => made.generate("Hi"))));

    const error = await rejection(clock, made.generate("Hi"));

    expect(error.attempts.filter(({ vendor }) => vendor === "beta")).toMatchObject([
      { stoppedBy: "hedge", hedge: true },
      { stoppedBy: "hedge", hedge: undefined },
    ]);
    expect(slow.calls).toHaveLength(2);
  });

  test("R14.6 R2.3 is not asked again where it was a repair, which is made once", async () => {
    const { clock, chain, target } = stage();
    const repair = { description: "without a field", apply: <Request>(request: Request) => request };
    const primary = target([[fail("request.rejected", { status: 400, repair })], [hang]]);
    const second = target([begin(["Hel"], wait(100), fail("stream.reset"))], { vendor: "beta" });
    const made = await loaded(chain([{ target: primary, hedgeAfterMs: 500 }, second], { maxAttempts: 9 }));

    const error = await rejection(clock, made.generate("Hi"));

    expect(error.attempts.slice(0, 2)).toMatchObject([
      { outcome: "failed" },
      { repair: "without a field", stoppedBy: "hedge" },
    ]);
    expect(primary.calls).toHaveLength(2);
  });

  test("R14.6 a hedge that was stopped keeps its place before those that were not tried", async () => {
    const { clock, chain, target } = stage();
    const slow = target([after(1_500, begin(["Half"], wait(10), fail("stream.reset")))]);
    const backup = target([[hang], answer("Second")], { vendor: "beta" });
    const third = target([answer("Third")], { vendor: "gamma" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 1_000 }, backup, third]));

    const { text, trace } = await finish(clock, asked.generate("Hi"));

    expect(text).toBe("Second");
    expect(trace.attempts.map(({ tier, outcome }) => `${tier} ${outcome}`)).toEqual([
      "alpha/one failed",
      "beta/one stopped",
      "beta/one answered",
    ]);
  });
});

describe("what a hedge is not", () => {
  test("R14.3 HB-15 no evidence: whoever is stopped counts neither for nor against its target", async () => {
    const { clock, chain, target } = stage();
    const slow = target([[hang]]);
    const backup = target([answer("Backup")], { vendor: "beta" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 200 }, backup]));

    for (let calls = 0; calls < 6; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, a minute apart
      await finish(clock, asked.generate("Hi"));
      // oxlint-disable-next-line no-await-in-loop
      await clock.advance(8_000);
    }

    const [first] = asked.snapshot();
    expect(first).toMatchObject({ breaker: "closed", counts: { ok: 0, bad: 0 } });
  });

  test("R14.3 HB-15 a first token that comes too late is not seen and proves nothing", async () => {
    const { clock, chain, target } = stage();
    let give: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      give = resolve;
    });
    const slow = target([
      (call) => [
        { type: "until", promise: late },
        read({ type: "text-start", id: call.context.newId() }, { type: "text-delta", id: "p1", delta: "Late" }),
        read(end()),
      ],
    ]);
    const backup = target([answer("Backup")], { vendor: "beta" });
    const asked = await loaded(chain([{ target: slow, hedgeAfterMs: 200 }, backup]));

    const { text } = await finish(clock, asked.generate("Hi"));
    give?.();
    await clock.advance(100);

    expect(text).toBe("Backup");
    expect(asked.snapshot()[0]?.counts).toEqual({ starts: 1, ok: 0, bad: 0, slow: 0 });
  });

  test("R14.5 a probe: a target in doubt is not asked beside another, and a probe is not hedged", async () => {
    const { clock, chain, target } = stage();
    const first = target([after(1_000, answer("First"))]);
    const sick = target([[fail("server.error")]], { vendor: "beta" });
    const asked = await loaded(
      chain([
        { target: first, hedgeAfterMs: 500 },
        { target: sick, name: "sick" },
      ]),
    );
    for (let calls = 0; calls < 5; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- a row
      await finish(
        clock,
        asked.generate("Hi", { tiers: ["sick"] }).catch(() => undefined),
      );
    }
    expect(asked.snapshot()[1]?.breaker).toBe("open");
    const before = sick.calls.length;
    await clock.advance(20_000);

    const { text } = await finish(clock, asked.generate("Hi"));

    expect(text).toBe("First");
    expect(sick.calls).toHaveLength(before);
    expect(asked.snapshot()[1]?.breaker).toBe("open");
  });

  test.each([
    { maxAttempts: 2, asked: 0 },
    { maxAttempts: 3, asked: 1 },
  ])("R14.5 one attempt too many: with $maxAttempts for two targets, $asked hedges", async ({ maxAttempts, asked }) => {
    const { clock, events, chain, target } = stage();
    const slow = target([after(2_000, answer("Slow"))]);
    const backup = target([after(3_000, answer("Backup"))], { vendor: "beta" });
    const made = await loaded(chain([{ target: slow, hedgeAfterMs: 500 }, backup], { maxAttempts }));

    await finish(clock, made.generate("Hi"));

    expect(backup.calls).toHaveLength(asked);
    expect(hedges(events)).toHaveLength(asked);
  });

  test.each([
    ["the vendor may act", { plan: { acts: true } }, {}],
    ["the other vendor may act", {}, { plan: { acts: true } }],
    ["tools are declared natively", { plan: { nativeTools: ["run"] } }, {}],
  ] as const)("R14.8 made where a repeat would have effects: %s", async (_, one, other) => {
    const { clock, events, chain, target } = stage();
    const slow = target([after(2_000, answer("Slow"))], one);
    const backup = target([answer("Backup")], { vendor: "beta", ...other });
    const made = await loaded(chain([{ target: slow, hedgeAfterMs: 500 }, backup]));

    const { text } = await finish(clock, made.generate("Hi"));

    expect(text).toBe("Slow");
    expect(backup.calls).toHaveLength(0);
    expect(hedges(events)).toEqual([]);
  });

  test("R14.8 made once a vendor has begun to run a tool on its side", async () => {
    const { clock, chain, target } = stage();
    const slow = target([
      (call) => {
        const id = call.context.newId();
        return [
          read({ type: "working", kind: "server-tool", on: true }),
          wait(2_000),
          read({ type: "text-start", id }, { type: "text-delta", id, delta: "Slow" }),
          read({ type: "text-end", id, part: { type: "text", text: "Slow" } }, end()),
        ];
      },
    ]);
    const backup = target([answer("Backup")], { vendor: "beta" });
    const made = await loaded(chain([{ target: slow, hedgeAfterMs: 500 }, backup]));

    expect((await finish(clock, made.generate("Hi"))).text).toBe("Slow");
    expect(backup.calls).toHaveLength(0);
  });
});

describe("the budget", () => {
  test("R14.7 one call in ten of the last minute is hedged, and the others are told once that they are not", async () => {
    const { clock, events, chain, target } = stage();
    const slow = target([after(2_000, answer("Slow"))]);
    const backup = target([after(10, answer("Backup"))], { vendor: "beta" });
    const made = await loaded(chain([{ target: slow, hedgeAfterMs: 500 }, backup]));

    const calls = Array.from({ length: 20 }, () => made.generate("Hi"));
    await finish(clock, Promise.all(calls));

    expect(backup.calls).toHaveLength(2);
    expect(hedges(events).filter(({ skipped }) => skipped === undefined)).toHaveLength(2);
    expect(hedges(events).filter(({ skipped }) => skipped === "budget")).toHaveLength(18);

    await clock.advance(61_000);
    await finish(clock, made.generate("Hi"));
    expect(backup.calls).toHaveLength(3);
  });

  test("R14.7 nothing is hedged while the first tier is being probed", async () => {
    const { clock, events, chain, target } = stage();
    const first = target([...Array.from({ length: 5 }, (): Script => [fail("server.error")]), [hang]]);
    const second = target([after(1_000, answer("Second"))], { vendor: "beta" });
    const third = target([answer("Third")], { vendor: "gamma" });
    const made = await loaded(
      chain([{ target: first, timeoutMs: 60_000 }, { target: second, hedgeAfterMs: 500 }, third]),
    );
    await fill(made, clock, 5);
    expect(made.snapshot()[0]?.breaker).toBe("open");
    await clock.advance(20_000);
    const probing = made.generate("Hi");
    await clock.advance(10);
    expect(made.snapshot()[0]?.breaker).toBe("half-open");
    events.length = 0;

    const { text } = await finish(clock, made.generate("Hi"));

    expect(text).toBe("Second");
    expect(third.calls.filter(({ aborted }) => !aborted)).toHaveLength(third.calls.length);
    expect(hedges(events)).toMatchObject([{ skipped: "half-open", vendor: "beta" }]);
    await finish(
      clock,
      probing.catch(() => undefined),
      1_000,
    );
  });
});

describe("what ends a call ends both", () => {
  test("R14.10 an abort", async () => {
    const { clock, made, targets, events } = await bothHang();
    const { controller, listeners } = countedController();
    const call = made.generate("Hi", { signal: controller.signal });
    call.catch(() => undefined);
    await clock.advance(1_000);

    controller.abort("enough");

    await expect(call).rejects.toMatchObject({
      code: "aborted",
      attempts: [
        { attempt: 1, outcome: "stopped", class: "caller.aborted", stoppedBy: undefined },
        { attempt: 2, outcome: "stopped", class: "caller.aborted", hedge: true },
      ],
    });
    for (const target of targets) expect(target.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect([clock.pending, listeners()]).toEqual([0, 0]);
    expect(types(events).at(-1)).toBe("end");
  });

  test.each([{ deadlineMs: 2_000 }, { startWithinMs: 2_000 }])("R14.10 a deadline: %o", async (options) => {
    const { clock, made, targets } = await bothHang();

    const error = await rejection(clock, made.generate("Hi", options));

    expect(error.code).toBe("timeout");
    expect(error.attempts).toHaveLength(2);
    expect(error.trace?.totalMs).toBeLessThanOrEqual(2_001);
    for (const target of targets) expect(target.calls).toMatchObject([{ aborted: true }]);
    expect(clock.pending).toBe(0);
  });

  test.each(["hedge", "attempt-start"] as const)("R14.10 a hook that aborts at the hedge's %s", async (type) => {
    const controller = new AbortController();
    const { clock, made, targets } = await bothHang({
      onEvent: (event) => {
        const isIt = event.type === type && (event.type !== "attempt-start" || event.hedge === true);
        if (isIt) controller.abort("enough");
      },
    });

    const error = await rejection(clock, made.generate("Hi", { signal: controller.signal }));

    expect(error.code).toBe("aborted");
    expect(targets[0].calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(targets[1].calls).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });

  test("R14.10 a chain that is closed waits for both, and nothing is left", async () => {
    const { clock, chain, target } = stage();
    const slow = target([[hang]]);
    const backup = target([after(600, answer("Backup"))], { vendor: "beta" });
    const made = await loaded(chain([{ target: slow, hedgeAfterMs: 500 }, backup]));
    const call = made.generate("Hi");
    await clock.advance(600);

    const closing = made.close();

    expect((await finish(clock, call)).text).toBe("Backup");
    await closing;
    expect(clock.pending).toBe(0);
  });

  test("R14.10 a consumer who leaves before there is anything to read", async () => {
    const { clock, made, targets } = await bothHang();
    const controller = new AbortController();
    const opening = made.stream("Hi", { signal: controller.signal });
    opening.catch(() => undefined);
    await clock.advance(700);
    controller.abort();

    await expect(opening).rejects.toMatchObject({ code: "aborted" });
    for (const target of targets) expect(target.calls).toMatchObject([{ aborted: true, returned: 1 }]);
  });
});

describe("when an attempt is hedged", () => {
  test("R14.9 p95 is what the target's attempts of the last five minutes needed, from twenty on", async () => {
    const { clock, events, chain, target } = stage();
    const usual = Array.from({ length: 20 }, (_, index) => after(100 + 10 * index, answer("First")));
    const first = target([...usual, [hang]]);
    const backup = target([answer("Backup")], { vendor: "beta" });
    const made = await loaded(chain([{ target: first, hedgeAfterMs: "p95", timeoutMs: 5_000 }, backup]));
    await fill(made, clock, 19);
    expect(hedges(events)).toEqual([]);
    await fill(made, clock, 1);

    const { trace } = await finish(clock, made.generate("Hi"), 1);

    // The nineteenth of 100, 110, … 290.
    expect(hedges(events)).toMatchObject([{ by: "p95" }]);
    expect(hedges(events)[0]?.afterMs).toBeCloseTo(280, 0);
    expect(trace.attempts[0]).toMatchObject({ stoppedBy: "hedge" });

    await clock.advance(301_000);
    const again = await finish(clock, made.generate("Hi"), 100);
    expect(again.trace.attempts[0]).toMatchObject({ outcome: "failed", class: "timeout.first-content" });
  });

  test("R14.9 who was stopped counts with the time that it waited, and who failed does not count", () => {
    const usual = new UsualTime();
    for (let count = 0; count < 19; count++) usual.add(100, count);
    expect(usual.p95(1_000)).toBeUndefined();
    usual.add(900, 20);
    expect(usual.p95(3_000)).toBe(100);
    usual.add(900, 21);
    expect(usual.p95(5_000)).toBe(900);
    for (let count = 0; count < 300; count++) usual.add(200, 30);
    expect(usual.p95(9_000)).toBe(200);
    expect(usual.p95(400_000)).toBeUndefined();
  });

  test("R14.1 a function decides by the request, once for each call, and Infinity is never", async () => {
    const { clock, chain, target } = stage();
    const slow = target([after(2_000, answer("Slow"))]);
    const backup = target([answer("Backup")], { vendor: "beta" });
    const seen: unknown[] = [];
    const made = await loaded(
      chain([
        {
          target: slow,
          hedgeAfterMs: (request) => {
            seen.push(request.maxOutputTokens);
            return request.maxOutputTokens === 1 ? 500 : Infinity;
          },
        },
        backup,
      ]),
    );

    const patient = await finish(clock, made.generate("Hi"));
    const hasty = await finish(clock, made.generate({ messages: HI, maxOutputTokens: 1 }));

    expect([patient.text, hasty.text]).toEqual(["Slow", "Backup"]);
    expect(seen).toEqual([undefined, 1]);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("secret");
      },
    ],
    ["returns nonsense", () => -1],
    ["returns a promise", () => Promise.resolve(5)],
  ])("R14.1 a function that %s ends the call with a config error, before anything is sent", async (_, option) => {
    const { clock, chain, target } = stage();
    const first = target([answer("First")]);
    const made = await loaded(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types forbid it, applications do it
      chain([{ target: first, hedgeAfterMs: option as () => number }, target([answer("B")], { vendor: "beta" })]),
    );

    const error = await rejection(clock, made.generate("Hi"));

    expect(error).toMatchObject({
      code: "config",
      message: expect.stringContaining("hedgeAfterMs function of tier alpha/one"),
    });
    expect(error.message).not.toContain("secret");
    expect(first.calls).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });

  test.each([0, -1, Number.NaN, "p99", {}])(
    "R14.1 hedgeAfterMs %o is refused when the chain is built",
    (hedgeAfterMs) => {
      const { chain, target } = stage();

      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
      expect(() => chain([{ target: target([answer("A")]), hedgeAfterMs: hedgeAfterMs as number }])).toThrow(
        /hedgeAfterMs must be/,
      );
    },
  );

  test("R14.12 behind a standstill of the process the wait begins anew", async () => {
    const { clock, events, chain, target } = stage();
    const slow = target([after(1_200, answer("Slow"))]);
    const backup = target([answer("Backup")], { vendor: "beta" });
    const made = await loaded(chain([{ target: slow, hedgeAfterMs: 500 }, backup]));
    const call = made.generate("Hi");
    await clock.advance(10);
    await clock.suspend(1_000);

    expect((await finish(clock, call, 10)).text).toBe("Slow");
    expect(hedges(events)).toEqual([]);
  });

  test("R14.13 a call that is not hedged has one timer at a time, as it has without", async () => {
    const counts: number[] = [];
    for (const hedgeAfterMs of [undefined, 500]) {
      const { clock, chain, target } = stage();
      const made = chain([
        { target: target([after(100, answer("First"))]), hedgeAfterMs },
        target([answer("B")], { vendor: "beta" }),
      ]);
      // oxlint-disable-next-line no-await-in-loop
      await loaded(made);
      const call = made.generate("Hi");
      // oxlint-disable-next-line no-await-in-loop
      await clock.advance(50);
      // One is the target's own.
      counts.push(clock.pending);
      // oxlint-disable-next-line no-await-in-loop
      await finish(clock, call, 1);
      counts.push(clock.pending);
    }
    expect(counts).toEqual([2, 0, 2, 0]);
  });

  test("R14.1 siblings: the next target of the tier, in what is left of the tier's time, and both count for the spread", async () => {
    const { clock, chain, target } = stage();
    const one = target([[hang]], { endpoint: "one.test", key: "1" });
    const two = target([[hang]], { endpoint: "two.test", key: "2" });
    const three = target([answer("Three")], { endpoint: "three.test", key: "3" });
    const targets: readonly Target[] = [one, two, three];
    const made = await loaded(chain([{ targets, balance: "spread", hedgeAfterMs: 1_000, timeoutMs: 4_000 }]));
    const call = made.generate("Hi");
    await clock.advance(1_500);
    expect([one.calls.length, two.calls.length]).toEqual([1, 1]);

    // Both of the first call are busy.
    expect((await finish(clock, made.generate("Hi"), 1)).trace.attempts).toMatchObject([{ sibling: 3 }]);
    // They still are, and the third is not any more.
    expect((await finish(clock, made.generate("Hi"), 1)).trace.attempts).toMatchObject([{ sibling: 3 }]);

    const error = await rejection(clock, call);
    expect(error.attempts).toMatchObject([
      { sibling: 1, class: "timeout.first-content", endedMs: 4_000 },
      { sibling: 2, class: "timeout.first-content", endedMs: 3_000 },
    ]);
  });
});

test("R14.1 a sibling that lost the race is free for the next call while the other one still answers", async () => {
  const { clock, chain, target } = stage();
  const long = after(1_000, begin(["Hel", "lo"], wait(5_000), read(end())));
  const winner = target([long, answer("Winner")], { endpoint: "one.test", key: "1" });
  const loser = target([[hang], answer("Loser")], { endpoint: "two.test", key: "2" });
  const made = await loaded(chain([{ targets: [winner, loser], balance: "spread", hedgeAfterMs: 500 }]));
  const call = made.generate("Hi");
  await clock.advance(2_000);
  expect([winner.calls.length, loser.calls.length]).toEqual([1, 1]);

  expect((await finish(clock, made.generate("Hi"), 1)).text).toBe("Loser");
  await finish(clock, call);
});

test("R14.10 stop: an upstream that ends without evidence beside another is only a failure", async () => {
  const { clock, chain, target } = stage();
  const slow = target([after(1_000, [stop])]);
  const backup = target([after(1_000, answer("Backup"))], { vendor: "beta" });
  const made = await loaded(chain([{ target: slow, hedgeAfterMs: 500 }, backup]));

  const { text, trace } = await finish(clock, made.generate("Hi"));

  expect(text).toBe("Backup");
  expect(trace.attempts[0]).toMatchObject({ outcome: "failed", class: "stream.truncated" });
});
