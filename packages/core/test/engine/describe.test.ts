import { expect, test } from "vitest";
import { createChain, type ChainOptions } from "../../src/index.ts";
import { harness, rejection, finish } from "../harness.ts";
import { answer, fail, scripted } from "../scripted-target.ts";

test("R9.14 `describe` says what a chain is made of, with every default of its tiers, and holds nothing that can change it", () => {
  const { clock, chain } = harness();
  const [a, b, c] = ["a", "b", "c"].map((vendor) => scripted(clock, [], { vendor }));
  if (a === undefined || b === undefined || c === undefined) throw new Error("There are three.");
  const options: ChainOptions = { clock, holdMs: 7, policy: () => "stop" };
  const given = [a, b];
  const built = chain([{ targets: given, name: "first", timeoutMs: 9, balance: "spread" }, c], options);

  given.pop();
  const { tiers, options: described } = built.describe();

  expect(tiers).toMatchObject([
    { name: "first", silentReasoningMs: 180_000, livenessMs: 90_000, progressMs: 60_000, workingMs: 300_000 },
    { name: `c/${c.model}`, degraded: false, balance: "first", requestOverrides: undefined },
  ]);
  expect(tiers.map((tier) => tier.timeoutMs({ messages: [] }))).toEqual([9, 15_000]);
  expect(tiers[0]?.targets).toEqual([a, b]);
  expect(described.holdMs).toBe(7);
  expect(described.policy).toBe(options.policy);
  const parts = [built.describe(), tiers, described, ...tiers, ...tiers.map(({ targets }) => targets)];
  expect(parts.filter((part) => !Object.isFrozen(part))).toEqual([]);
});

test("R9.14 a chain that is made of what `describe` says does the same", async () => {
  const world = harness();
  const target = scripted(world.clock, [[fail("request.rejected")], [fail("request.rejected")]], { vendor: "a" });
  const backup = scripted(world.clock, [answer("Hi.")], { vendor: "b" });
  const first = world.chain([{ target, timeoutMs: 9, name: "first" }, backup], { policy: () => "stop" });
  const { tiers, options } = first.describe();
  const second = createChain(tiers, options);

  const errors = [
    await rejection(world.clock, first.generate("?")),
    await rejection(world.clock, second.generate("?")),
  ];

  expect(errors.map(({ code, attempts }) => [code, attempts.map(({ tier }) => tier)])).toEqual([
    ["invalid-request", ["first"]],
    ["invalid-request", ["first"]],
  ]);
  expect(second.tiers).toEqual(first.tiers);
  expect((await finish(world.clock, second.generate("?", { tiers: ["b/one"] }))).text).toBe("Hi.");
});
