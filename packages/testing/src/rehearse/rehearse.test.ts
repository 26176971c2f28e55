import { createChain, type EngineEvent, type Target, type TierInput } from "@understudy/core";
import { describe, expect, test } from "vitest";
import { drawTimeline } from "../drawing/draw-timeline.ts";
import { scriptedTarget } from "../fakes/scripted-target.ts";
import { FAULT_NAMES } from "./faults.ts";
import { rehearse } from "./rehearse.ts";

/** A target that must not be asked: whoever rehearses does not. */
function untouched(vendor: string, plan = {}): Target {
  return scriptedTarget([], { vendor, endpoint: vendor, plan, problems: [{ type: "no-key", message: "no key" }] });
}

const pair: readonly TierInput[] = [untouched("a"), untouched("b")];
const strike = { vendor: "a" };

describe("rehearse", () => {
  test("asks no target and needs no key, and tells whoever watches the real chain nothing", async () => {
    const events: EngineEvent[] = [];
    const targets = [scriptedTarget([], { vendor: "a" }), scriptedTarget([], { vendor: "b" })];
    const chain = createChain(targets, { onEvent: (event) => events.push(event) });

    const result = await rehearse(chain, { faults: ["outage"], strike });

    expect(targets.flatMap(({ calls }) => calls)).toEqual([]);
    expect(events).toEqual([]);
    expect(result.scenarios.map(({ numbers }) => numbers.calls)).toEqual([140]);
    expect((await rehearse(pair, { faults: ["outage"], strike })).failed).toBe(0);
  });

  test("counts what users saw: five failures open the breaker, nobody waits longer than a failed request", async () => {
    const [down] = (await rehearse(pair, { faults: ["outage"], strike })).scenarios;

    expect(down?.numbers).toMatchObject({ failed: 0, seams: 0, late: 0, degraded: 0, noticedAfterMs: 5_000 });
    // Words after 600 ms, held for 50; 200 ms until the failure, and no repeat at the same target in between.
    expect(down?.numbers.firstWords).toEqual({ p50: 650, p95: 850, max: 850, added: 200 });
    expect(down?.calls.filter(({ tier }) => tier === "b/fake").length).toBeGreaterThanOrEqual(60);
  });

  test("waits for as long as the tier may take, where nothing comes", async () => {
    const tiers = [{ target: untouched("a"), timeoutMs: 4_000 }, untouched("b")];
    const silent = [{ target: untouched("a", { silentReasoning: true }), silentReasoningMs: 30_000 }, untouched("b")];
    const [hang] = (await rehearse(tiers, { faults: ["hang"], strike })).scenarios;
    const [long] = (await rehearse(silent, { faults: ["hang"], strike })).scenarios;

    expect(hang?.numbers.firstWords?.max).toBe(4_650);
    expect(hang?.advice.join()).toContain("waited 4 s for tier a/fake: lower `timeoutMs` of that tier");
    expect(long?.numbers.firstWords?.max).toBe(30_650);
    expect(long?.advice.join()).toContain("waited 30 s for tier a/fake: lower `silentReasoningMs` of that tier");
  });

  test.each([
    ["stream", 6],
    ["generate", 0],
  ] as const)("shows a seam only where text is shown as it comes (%s)", async (mode, least) => {
    const [cut] = (await rehearse(pair, { faults: ["cut"], strike, mode })).scenarios;

    expect(Math.min(least, cut?.numbers.seams ?? -1)).toBe(least);
    expect(cut?.numbers.failed).toBe(0);
    expect(cut?.numbers.tokensInVain).toBeGreaterThan(6 * 1_000);
  });

  test("plays every fault at every target, and counts no outage that strikes everyone on purpose", async () => {
    const { scenarios, failed } = await rehearse(pair);

    expect(scenarios).toHaveLength(FAULT_NAMES.length * 3);
    expect(failed).toBe(0);
    const everyone = scenarios.filter(({ isSurvivable }) => !isSurvivable);
    expect(everyone.map(({ strike: struck }) => struck?.name)).toEqual(FAULT_NAMES.map(() => "everyone"));
    expect(everyone.reduce((sum, { numbers }) => sum + numbers.failed, 0)).toBeGreaterThan(300);
    expect(scenarios.findIndex(({ isSurvivable }) => !isSurvivable)).toBe(FAULT_NAMES.length * 2);
  });

  test("counts failures of a chain without a backup", async () => {
    const { scenarios, failed } = await rehearse([untouched("a")], { faults: ["outage"] });

    expect(scenarios.map(({ strike: struck }) => struck?.kind)).toEqual(["target"]);
    expect(failed).toBeGreaterThanOrEqual(60);
    expect(scenarios[0]?.advice.join()).toContain("nobody takes over from a/fake: add a tier of another vendor");
  });

  test("says that tiers share what fails", async () => {
    const tiers = [scriptedTarget([], { vendor: "a" }), scriptedTarget([], { vendor: "b" })];
    const [down] = (await rehearse(tiers, { faults: ["unreachable"], strike })).scenarios;

    expect(down?.numbers.failed).toBeGreaterThan(0);
    expect(down?.advice.join()).toMatch(/tier b\/fake was passed over by \d calls because it shares the endpoint/);
  });

  test("answers a request for JSON in the form of JSON", async () => {
    const messages = [{ role: "user", content: "As JSON." }] as const;
    const request = { messages, output: { type: "json", schema: { type: "object" } } } as const;

    expect((await rehearse(pair, { faults: ["empty"], strike, request })).failed).toBe(0);
  });

  test.each([
    [{ faults: ["nonsense"] }, "Unknown fault nonsense"],
    [{ strike: { vendor: "c" } }, "matches no target"],
    [{ seed: 0.5 }, "seed a whole number"],
    [{ everyMs: 0 }, "everyMs and forMs must be milliseconds above 0"],
  ])("refuses %j", async (options, message) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what types forbid
    await expect(rehearse(pair, options as object)).rejects.toThrow(message);
  });
});

describe("drawTimeline", () => {
  test("draws a scenario and a call, and says the same in words", async () => {
    const [hang] = (await rehearse(pair, { faults: ["hang"], strike })).scenarios;
    if (hang === undefined) throw new Error("One was rehearsed.");
    const call = hang.calls.find(({ mark }) => mark === "late");
    if (call === undefined) throw new Error("Someone waited.");

    const drawn = drawTimeline(hang, { inline: true });
    const one = drawTimeline(call.trace);

    expect(drawn).toMatch(
      /^<svg class="us-timeline" viewBox="0 0 960 \d+" role="img" aria-label="a\/fake hanging: 21 users waited up to 15\.7 s/,
    );
    expect(drawn).toContain('class="us-out"');
    expect(drawn).toMatch(/<title>\d+ calls late, 20 s to \d+ s; first words after 15\.7 s<\/title>/);
    expect(drawn).not.toMatch(/http|<style/);
    expect(one).toContain('xmlns="http://www.w3.org/2000/svg"');
    expect(one).toContain("1  a/fake");
    expect(one).toContain("failed, timeout.first-content, after 15 s");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what types forbid
    expect(() => drawTimeline({} as typeof hang)).toThrow("drawTimeline takes a trace");
  });

  test("shows names as text", async () => {
    const tiers = [{ name: '<b>&"', target: untouched("a") }];
    const { healthy } = await rehearse(tiers, { faults: ["empty"] });

    expect(drawTimeline(healthy)).toContain("&lt;b&gt;&amp;&quot;");
    expect(drawTimeline(healthy)).not.toContain("<b>");
  });
});
