import { describe, expect, test } from "vitest";
import { startDeepSeek } from "../simulators/deepseek/wire.ts";
import type { AdapterUnderTest } from "./adapter-under-test.ts";
import { FAULT_CASES } from "./cases/fault-cases.ts";
import { exemptible, testCase, type Exemption } from "./exemptions.ts";
import { scriptedTarget } from "../fakes/scripted-target.ts";
import { testAdapter } from "./test-adapter.ts";

interface Defined {
  readonly title: string;
  readonly run: () => Promise<void>;
}

function adapterWith(exemptions: readonly Exemption[]): AdapterUnderTest {
  return { name: "stub", startVendor: startDeepSeek, makeTarget: () => scriptedTarget([]), exemptions };
}

/** What the kit would hand to a test runner. */
function define(exemptions: readonly Exemption[]): readonly Defined[] {
  const defined: Defined[] = [];
  const runner = {
    describe: (_: string, body: () => void) => body(),
    test: (title: string, run: () => Promise<void>) => void defined.push({ title, run }),
  };
  testAdapter(runner, adapterWith(exemptions));
  return defined;
}

function single(exemption: Exemption | undefined, run: () => Promise<void>): Defined {
  const defined: Defined[] = [];
  testCase(
    (title, body) => void defined.push({ title, run: body }),
    "a case leads to the next tier",
    { id: "page.200", form: "stream", exemption },
    run,
  );
  const [only] = defined;
  if (only === undefined) throw new Error("No test was defined.");
  return only;
}

describe("an exemption", () => {
  test("names a case by an id of its own", () => {
    expect(new Set(FAULT_CASES.map(({ id }) => id)).size).toBe(FAULT_CASES.length);
  });

  test("that names no case fails before any test runs", () => {
    // @ts-expect-error -- the type knows every id
    const wrong: Exemption = { cases: ["events after the terminal"], reason: "so" };

    expect(() => define([wrong])).toThrow(
      'stub: wrong exemptions: "events after the terminal" is not the id of a case.',
    );
  });

  test("that repeats another fails before any test runs, once for each form that both name", () => {
    const both: Exemption = { cases: ["redirect"], reason: "so" };

    expect(() => define([both, { ...both, form: "stream" }])).toThrow('"redirect" is exempted twice (stream).');
    expect(() =>
      define([
        { ...both, form: "generate" },
        { ...both, form: "stream" },
      ]),
    ).not.toThrow();
  });

  test("is listed with its reason, and changes the tests of its cases alone", () => {
    const plain = define([]).map(({ title }) => title);
    const titles = define([{ cases: ["event.late", "dead.fin.4"], reason: "so", form: "stream" }]).map(
      ({ title }) => title,
    );

    expect(titles.filter((title) => !plain.includes(title))).toEqual([
      "still fails: events after the terminal leads to the good answer (exempted: so)",
      "still fails: (fin) cost 4 calls at once neither the answer nor the tier (stream) (exempted: so)",
    ]);
    expect(titles).toHaveLength(plain.length);
    expect(titles).toContain("events after the terminal leads to the good answer");
  });

  test("holds while its case fails, and fails once the case passes", async () => {
    const exemption: Exemption = { cases: ["page.200"], reason: "pages are read as text" };

    const { title, run } = single(exemption, () => Promise.reject(new Error("classified as unknown")));
    await run();
    const passing = single(exemption, () => Promise.resolve());

    expect(title).toBe("still fails: a case leads to the next tier (exempted: pages are read as text)");
    await expect(passing.run()).rejects.toThrow("Drop its exemption, which says: pages are read as text.");
  });

  test("is named by what fails without one", async () => {
    const { run } = single(undefined, () => Promise.reject(new Error("broken: classified as unknown")));

    await expect(run()).rejects.toThrow('broken: classified as unknown\nits id for `exemptions`: "page.200" (stream)');
  });

  test("from a harmful case says that the case is not run, and does not run it", async () => {
    const { title, run } = single({ cases: ["page.200"], reason: "it hangs", harmful: true }, () =>
      Promise.reject(new Error("was run")),
    );
    await run();

    expect(title).toBe("not run: a case leads to the next tier (exempted: it hangs)");
  });

  test("of one form leaves the other as it is", () => {
    const adapter = adapterWith([{ cases: ["redirect"], reason: "so", form: "generate" }]);

    expect(exemptible(adapter, "redirect", "generate").exemption?.reason).toBe("so");
    expect(exemptible(adapter, "redirect", "stream").exemption).toBeUndefined();
    expect(exemptible(adapter, "page.200", "generate").exemption).toBeUndefined();
  });
});
