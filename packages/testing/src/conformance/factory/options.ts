import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createChain, isUnderstudyError, type Target } from "@understudy/core";
import type { TestRunner } from "../adapter-under-test.ts";
import { API_KEY, errorOf } from "../run-case.ts";
import { withEnvironment } from "./environment.ts";
import type { FactoryUnderTest } from "./factory-under-test.ts";

/** Each has exactly one thing wrong. */
const WRONG_URLS = [
  "ftp://gateway.test",
  "file:///etc/passwd",
  "gateway.test/v1",
  "//gateway.test",
  "http://gateway.test",
  "https://gateway.test/v1?key=1",
  "https://gateway.test/v1#part",
  "https://user:sk-canary@gateway.test",
];
const UNREADABLE = {
  get apiKey(): string {
    throw new Error("sk-canary");
  },
};

export function testOptions(
  { describe, test }: TestRunner,
  { name, make, keyVariables, ownURLs }: FactoryUnderTest,
): void {
  const withKey = { apiKey: API_KEY };
  /** As a program calls that no compiler has checked. */
  const problemsOf = (options: unknown): readonly string[] => {
    const target: Target = Reflect.apply(make, undefined, [options]);
    return target.problems.map(({ message }) => message);
  };

  describe(`${name}: options`, () => {
    test("make a target without a problem, that shows no key", async () => {
      const target = make(withKey);

      assert.deepEqual(target.problems, []);
      assert.equal(target.endpoint, new URL(ownURLs[0]).host);
      assert.ok(!JSON.stringify(target).includes(API_KEY));
    });

    test("that are wrong throw nothing and are told together, also by createChain", async () => {
      const options = { ...withKey, baseURL: "ftp://x", streaming: "perhaps", apiKy: "k" };
      const { length } = problemsOf(options);
      const error = await errorOf(
        Promise.resolve().then(() => createChain([Reflect.apply(make, undefined, [options])])),
      );

      assert.equal(length, 3);
      for (const what of ["`baseURL`", "`streaming`", "`apiKy`"]) {
        assert.ok(String(error).includes(what), `${what} is missing in ${String(error)}`);
      }
      assert.ok(!String(error).includes(API_KEY), "the key is in the error");
    });

    test("of any type throw nothing", async () => {
      await withEnvironment(Object.fromEntries(keyVariables.map((variable) => [variable, undefined])), () => {
        for (const options of [null, 1, "text", [], () => 1, { apiKey: 5 }, { headers: 7 }, { capabilities: [] }]) {
          assert.ok(problemsOf(options).length > 0, `${inspect(options)} has no problem`);
        }
        assert.ok(!problemsOf(UNREADABLE).join().includes("canary"), "a getter's secret is in a problem");
      });
    });

    test("take absolute https URLs only, and http on this machine or when allowed", async () => {
      for (const baseURL of WRONG_URLS) {
        const problems = problemsOf({ ...withKey, baseURL });
        assert.equal(problems.length, 1, `${baseURL}: ${problems.join()}`);
        assert.ok(!problems.join().includes("canary"), "a password is in a problem");
      }
      for (const baseURL of ["https://gateway.test/v1/", "http://127.0.0.1:4000", "http://localhost:4000"]) {
        assert.deepEqual(problemsOf({ ...withKey, baseURL }), []);
      }
      assert.deepEqual(problemsOf({ ...withKey, baseURL: "http://gateway.test", allowInsecureHttp: true }), []);
    });

    test("know better than the table what a model can", async () => {
      const known = make(withKey).capabilities;
      const { capabilities } = make({ ...withKey, capabilities: { contextWindow: 5 } });

      // As text: a rule for ids may have a function of its own in each target.
      assert.equal(inspect({ ...capabilities }), inspect({ ...known, contextWindow: 5 }));
    });

    test("hold no key that a header cannot carry, and keep it out of the problem", async () => {
      const problems = problemsOf({ apiKey: "sk-canary\r\nx: y" });

      assert.equal(problems.length, 1);
      assert.ok(!problems.join().includes("canary"));
    });

    test("are checked before any call: a chain with a wrong target cannot be made", async () => {
      const error = await errorOf(Promise.resolve().then(() => createChain([make({ ...withKey, baseURL: "x" })])));

      assert.ok(isUnderstudyError(error) && error.code === "config", String(error));
    });
  });
}
