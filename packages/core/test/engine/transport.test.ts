import { describe, expect, test } from "vitest";
import type { Target, TierInput } from "../../src/index.ts";
import { finish, harness } from "../harness.ts";
import { answer, scripted } from "../scripted-target.ts";

/** A target that answers with the transport it has, and can be had over others. */
function open(vendor = "alpha", transport?: string): Target {
  const one = scripted(harness().clock, [answer(transport ?? "usual")], { vendor });
  return { ...one, ...(transport !== undefined && { transport }), withTransport: (word) => open(vendor, word) };
}

/** One that has none but its own. */
function fixed(vendor = "beta", transport?: string): Target {
  return { ...scripted(harness().clock, [answer("own")], { vendor }), ...(transport !== undefined && { transport }) };
}

async function answered(tiers: readonly TierInput[], transport?: "node" | "fetch"): Promise<string> {
  const { clock, chain } = harness();
  return (await finish(clock, chain(tiers, { transport }).generate("Hi"))).text;
}

const transportsOf = (tiers: readonly TierInput[], transport?: "node" | "fetch"): unknown =>
  harness()
    .chain(tiers, { transport })
    .describe()
    .tiers.map(({ targets }) => targets.map((one) => one.transport));

describe("the transport of a chain", () => {
  test("is that of its targets, in every form of a tier, unless they have their own", () => {
    const tiers = [
      open(),
      { target: open("gamma") },
      { name: "two", targets: [open("delta"), fixed()] },
      fixed("epsilon", "sdk"),
    ];

    expect(transportsOf(tiers, "node")).toEqual([["node"], ["node"], ["node", undefined], ["sdk"]]);
    expect(transportsOf(tiers, "fetch")).toEqual([["fetch"], ["fetch"], ["fetch", undefined], ["sdk"]]);
    expect(transportsOf(tiers)).toEqual([[undefined], [undefined], [undefined, undefined], ["sdk"]]);
  });

  test("is nobody else's: the same target answers another chain as before", async () => {
    const target = open();

    expect(await answered([target], "node")).toBe("node");
    expect(await answered([target], "fetch")).toBe("fetch");
    expect(await answered([target])).toBe("usual");
    expect(await answered([fixed()], "node")).toBe("own");
  });

  test("is kept by a chain that is built from the description of another one", () => {
    const { tiers, options } = harness().chain([open(), fixed()], { transport: "node" }).describe();

    expect(transportsOf(tiers, options.transport)).toEqual([["node"], [undefined]]);
  });

  test.each(["nodes", "sdk", "", 7, null, {}, ["node"]])("is refused where there is no such word: %j", (transport) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what callers without types pass
    expect(() => harness().chain([open()], { transport: transport as never })).toThrow(
      /^The chain cannot be built: transport must be 'fetch' or 'node'/,
    );
  });

  test("is refused where a target cannot have it, with the target's own words", () => {
    const message = "it needs node:http";
    const target: Target = {
      ...open(),
      withTransport: () => ({ ...open(), problems: [{ type: "invalid", message }] }),
    };

    expect(() => harness().chain([target], { transport: "node" })).toThrow(
      "The chain cannot be built: tier 1 (alpha/one): it needs node:http.",
    );
    expect(harness().chain([target]).tiers).toEqual(["alpha/one"]);
  });

  test("is told by check() where it does not reach a target", async () => {
    const tiers = [open(), fixed(), fixed("gamma", "node")];

    const findings = await harness().chain(tiers, { transport: "node" }).check();

    expect(findings.filter(({ type }) => type === "own-transport")).toEqual([
      {
        type: "own-transport",
        level: "info",
        tiers: ["beta/one"],
        message: "tier beta/one keeps its own transport in a chain over 'node': it has chosen one, or has no choice",
        fix: "if it was not meant, leave out the target's `transport`, `fetch` or `client`",
      },
    ]);
    expect((await harness().chain(tiers).check()).map(({ type }) => type)).not.toContain("own-transport");
  });
});
