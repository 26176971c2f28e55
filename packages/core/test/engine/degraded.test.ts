import { describe, expect, test } from "vitest";
import type { Capabilities, Request } from "../../src/index.ts";
import { finish, harness } from "../harness.ts";
import { answer, fail, scripted } from "../scripted-target.ts";

async function answered(
  from: Partial<Capabilities>,
  to: Partial<Capabilities>,
  request: Request = { messages: [{ role: "user", content: "Hi" }] },
  isMarked = false,
): Promise<readonly [boolean, readonly unknown[]]> {
  const { clock, chain, events } = harness();
  const first = scripted(clock, [[fail("server.error", { status: 500 })]], {
    capabilities: from,
  });
  const second = scripted(clock, [answer("Hello")], { vendor: "beta", capabilities: to });
  const built = chain([first, { target: second, degraded: isMarked }]);
  const result = await finish(clock, built.generate(request));
  expect(events.at(-1)?.type).toBe("end");
  const before = events.at(-2);
  expect(events.filter(({ type }) => type === "degraded")).toEqual(before?.type === "degraded" ? [before] : []);
  return [result.degraded, before?.type === "degraded" ? [before.tier, before.because] : []];
}

const ASKED: Partial<Capabilities> = { reasoning: "optional", reasonsByDefault: false };
const ANYWAY: Partial<Capabilities> = { reasoning: "optional", reasonsByDefault: true };

describe("R5.15 an answer that is less than the first target's", () => {
  test.each<readonly [string, Partial<Capabilities>, Partial<Capabilities>, readonly unknown[]]>([
    ["that is small", { size: "flagship" }, { size: "small" }, ["beta/one", "smaller-model"]],
    ["that another vendor calls balanced", { size: "flagship" }, { size: "balanced" }, []],
    ["larger", { size: "small" }, { size: "flagship" }, []],
    ["of unknown size", { size: "flagship" }, { size: "unknown" }, []],
    ["smaller than something unknown", { size: "unknown" }, { size: "small" }, []],
    ["without reasoning", { reasoning: "always" }, { reasoning: "never" }, ["beta/one", "no-reasoning"]],
    ["without reasoning that nobody asked for", { reasoning: "optional" }, { reasoning: "never" }, []],
    ["that may reason", { reasoning: "always" }, { reasoning: "optional" }, []],
    ["that reasons when asked", { reasoning: "always" }, ASKED, ["beta/one", "no-reasoning"]],
    ["that reasons when asked, after one that does anyway", ANYWAY, ASKED, ["beta/one", "no-reasoning"]],
    ["that reasons anyway, after one that does when asked", ASKED, ANYWAY, []],
    ["that never reasons, after one that does anyway", ANYWAY, { reasoning: "never" }, ["beta/one", "no-reasoning"]],
  ])("is known to be from a model %s", async (_name, from, to, because) => {
    expect(await answered(from, to)).toEqual([because.length > 0, because]);
  });

  test("counts reasoning that the request asks for, and a mark before everything else", async () => {
    const messages = [{ role: "user", content: "Hi" }] as const;
    const ways = [{ reasoning: "optional" }, { reasoning: "never" }] as const;

    expect(await answered(...ways, { messages, reasoning: { effort: "high" } })).toEqual([
      true,
      ["beta/one", "no-reasoning"],
    ]);
    expect(await answered(...ways, { messages, reasoning: { effort: "none" } })).toEqual([false, []]);
    expect(await answered(ANYWAY, ASKED, { messages, reasoning: { effort: "low" } })).toEqual([false, []]);
    expect(await answered({ size: "flagship" }, { size: "small" }, { messages }, true)).toEqual([
      true,
      ["beta/one", "marked"],
    ]);
  });

  test("is one of a balanced model, where the first is a flagship of the same vendor", async () => {
    const { clock, chain } = harness();
    const first = scripted(clock, [[fail("server.error", { status: 500 })]], { capabilities: { size: "flagship" } });
    const second = scripted(clock, [answer("Hello")], { model: "two", capabilities: { size: "balanced" } });

    expect((await finish(clock, chain([first, second]).generate("Hi"))).degraded).toBe(true);
  });

  test("`allowDegraded: false` leaves out marked tiers only", async () => {
    const { clock, chain } = harness();
    const first = scripted(clock, [[fail("server.error", { status: 500 })]], {
      capabilities: { size: "flagship" },
    });
    const small = { capabilities: { size: "small" } } as const;
    const marked = scripted(clock, [answer("no")], { vendor: "beta", ...small });
    const unmarked = scripted(clock, [answer("yes")], { vendor: "gamma", ...small });
    const built = chain([first, { target: marked, degraded: true }, unmarked]);

    const result = await finish(clock, built.generate("Hi", { allowDegraded: false }));

    expect(result).toMatchObject({ text: "yes", tier: "gamma/one", degraded: true });
    expect(marked.calls).toEqual([]);
  });

  test("one of the first tier's own targets can be less than its first", async () => {
    const { clock, chain } = harness();
    const first = scripted(clock, [[fail("auth.invalid", { status: 401 })]], {
      capabilities: { size: "flagship" },
    });
    const sibling = scripted(clock, [answer("Hello")], { key: "other", capabilities: { size: "small" } });

    expect(await finish(clock, chain([{ targets: [first, sibling] }]).generate("Hi"))).toMatchObject({
      degraded: true,
    });
    expect((await finish(clock, chain([sibling]).generate("Hi"))).degraded).toBe(false);
  });
});
