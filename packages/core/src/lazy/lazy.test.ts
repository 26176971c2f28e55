import { describe, expect, test } from "vitest";
import { finish, harness, rejection } from "../../test/harness.ts";
import { answer, scripted } from "../../test/scripted-target.ts";
import { UnderstudyError, type Chain } from "../index.ts";
import { lazy } from "./index.ts";

/** A lazy chain over one target, whose first builds fail with the given errors. */
function rig(...errors: readonly unknown[]) {
  const { clock, chain } = harness();
  const target = scripted(clock, [answer("Hello")]);
  const built: Chain[] = [];
  let builds = 0;
  const made = lazy(() => {
    const error = errors[builds++];
    if (error !== undefined) throw error;
    built.push(chain([target]));
    return built[0] ?? chain([]);
  });
  return { clock, target, built, made, builds: () => builds };
}

/** What a function throws. */
function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}

const refusal = {
  code: "config",
  message: "lazy() takes a function that returns a chain at once: lazy(() => createChain([ … ])).",
};
const noKey = new UnderstudyError({ code: "config", message: "no API key" });

describe("lazy()", () => {
  test("builds nothing before the first use, and once for uses at the same time", async () => {
    const { clock, target, made, builds } = rig();
    expect(builds()).toBe(0);

    const calls = [made.generate("One"), made.stream("Two"), made.generate("Three")];
    await finish(clock, Promise.all(calls));
    const health = made.snapshot();

    expect([builds(), target.calls.length, made.tiers, health.length]).toEqual([1, 3, ["alpha/one"], 1]);
  });

  test.each<readonly [string, (chain: Chain) => unknown, unknown]>([
    ["tiers", (chain) => chain.tiers, ["alpha/one"]],
    ["snapshot", (chain) => chain.snapshot().map(({ isIsolated }) => isIsolated), [false]],
    ["describe", (chain) => chain.describe().tiers.map(({ name }) => name), ["alpha/one"]],
    [
      "isolate",
      (chain) => chain.isolate({ vendor: "alpha" }),
      [expect.objectContaining({ vendor: "alpha", isIsolated: true })],
    ],
    [
      "enable",
      (chain) => chain.enable({ vendor: "alpha" }),
      [expect.objectContaining({ vendor: "alpha", isIsolated: false })],
    ],
  ])("a first use of %s builds, or throws what building threw and tries again", (_name, use, result) => {
    const { made, builds } = rig(noKey);

    expect(thrown(() => use(made))).toBe(noKey);
    expect(use(made)).toEqual(result);
    expect(builds()).toBe(2);
  });

  test("hands selectors on to its chain", () => {
    const { made, built } = rig();

    made.isolate({ vendor: "alpha" });
    expect(built[0]?.snapshot()[0]?.isIsolated).toBe(true);
    made.enable({ vendor: "alpha" });

    expect(built[0]?.snapshot()[0]?.isIsolated).toBe(false);
  });

  test("a build that throws rejects the calls it was for, never throws at them, and is tried again", async () => {
    const { clock, target, made, builds } = rig(noKey, noKey);

    const errors = [await rejection(clock, made.generate("Hi")), await rejection(clock, made.stream("Hi"))];
    const { text } = await finish(clock, made.generate("Hi"));

    expect(errors).toEqual([noKey, noKey]);
    expect([text, builds(), target.calls.length]).toEqual(["Hello", 3, 1]);
  });

  test.each<readonly [string, () => unknown]>([
    ["nothing", () => undefined],
    ["targets instead of a chain", () => [{ vendor: "alpha" }]],
    ["a promise", async () => rig().made],
    ["a promise that is rejected", () => Promise.reject(new Error("unseen"))],
  ])("a builder that returns %s is refused with the fix", async (_name, build) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    const made = lazy(build as () => Chain);

    const error = thrown(() => made.snapshot());

    expect(error).toMatchObject(refusal);
  });

  test("a chain in the place of its builder is refused at once", () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    expect(thrown(() => lazy(rig().made as unknown as () => Chain))).toMatchObject(refusal);
  });

  test("hands request and options on as they came", async () => {
    const { clock, target, made } = rig();

    const unknown = await rejection(clock, made.generate("Hi", { tiers: ["nobody"] }));
    const stream = await finish(
      clock,
      made.stream({ system: "Be brief.", messages: [{ role: "user", content: "Hi" }] }),
    );
    await finish(clock, stream.result);

    expect(unknown.code).toBe("invalid-request");
    expect(target.calls.map(({ request }) => request.system)).toEqual(["Be brief."]);
  });

  test("closed before its first use it builds nothing, then or later", async () => {
    const { clock, made, builds } = rig();

    await made.close();
    await made.close();
    const errors = [await rejection(clock, made.generate("Hi")), thrown(() => made.snapshot())];

    expect(errors).toMatchObject([
      { code: "config", message: "The chain is closed." },
      { code: "config", message: "The chain is closed." },
    ]);
    expect(builds()).toBe(0);
  });

  test("closed after its first use it closes its chain, waits for its calls, and still shows its health", async () => {
    const { clock, made, built, builds } = rig();
    {
      await using using = made;
      await finish(clock, using.generate("Hi"));
    }

    expect(await rejection(clock, made.generate("Hi"))).toMatchObject({ message: "The chain is closed." });
    expect(await rejection(clock, built[0]?.generate("Hi") ?? Promise.resolve())).toMatchObject({ code: "config" });
    expect([made.snapshot().length, builds()]).toEqual([1, 1]);
  });
});
