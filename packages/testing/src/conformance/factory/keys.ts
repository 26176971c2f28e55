import assert from "node:assert/strict";
import { createChain, isUnderstudyError } from "@understudy/core";
import type { TargetOptions } from "@understudy/core/adapter";
import type { Vendor } from "../../simulators/vendor.ts";
import type { TestRunner } from "../adapter-under-test.ts";
import { ANSWER, ANSWER_TEXT } from "../answer.ts";
import { API_KEY, errorOf, PROMPT } from "../run-case.ts";
import { withEnvironment } from "./environment.ts";
import type { FactoryUnderTest } from "./factory-under-test.ts";

export function testKeys({ describe, test }: TestRunner, factory: FactoryUnderTest): void {
  const { name, make, keyVariables, ownURLs, startVendor } = factory;
  const unset = Object.fromEntries(keyVariables.map((variable) => [variable, undefined]));
  const [first = "no variable"] = keyVariables;
  const scopeOf = (options: TargetOptions): string => make(options).scopes.key;

  describe(`${name}: keys`, () => {
    test("come from the environment, and one that is missing is told", async () => {
      for (const variable of keyVariables) {
        // oxlint-disable-next-line no-await-in-loop -- there is one environment
        await withEnvironment({ ...unset, [variable]: API_KEY }, () => assert.deepEqual(make().problems, [], variable));
      }
      for (const empty of [undefined, "", " "]) {
        // oxlint-disable-next-line no-await-in-loop
        await withEnvironment({ ...unset, [first]: empty }, () => {
          const [problem, ...others] = make().problems;
          assert.deepEqual([problem?.type, others], ["no-key", []]);
          assert.ok(problem?.message.includes(first), problem?.message);
        });
      }
    });

    test("from the environment go to the vendor's own hosts only", async () => {
      await withEnvironment({ ...unset, [first]: API_KEY }, () => {
        for (const baseURL of ownURLs) assert.deepEqual(make({ baseURL }).problems, [], baseURL);
        for (const baseURL of ["https://gateway.test", `https://${new URL(ownURLs[0]).host}.gateway.test`]) {
          const problems = make({ baseURL })
            .problems.map(({ message }) => message)
            .join();
          assert.ok(problems.includes("give the option `apiKey`"), `${baseURL}: ${problems}`);
          assert.ok(problems.includes(`${first} is sent to the vendor's own hosts only`), problems);
          assert.deepEqual(make({ baseURL, apiKey: API_KEY }).problems, []);
        }
      });
    });

    test("that are missing can be done without: the next target is asked, and this one is told of", async () => {
      await using vendor = await startVendor();
      vendor.answer(ANSWER);
      const reasons: string[] = [];
      await withEnvironment(unset, async () => {
        const targets = [make(), make({ baseURL: vendor.url, apiKey: API_KEY })];
        const tiers = targets.map((target, index) => ({ target, name: `tier ${index}` }));
        const chain = createChain(tiers, {
          missingKeys: "skip",
          onEvent: (event) =>
            void (event.type === "credential-problem" && reasons.push(`${event.tier} ${event.reason}`)),
        });

        const { text, trace } = await chain.generate(PROMPT);

        assert.equal(text, ANSWER_TEXT);
        assert.deepEqual([trace.skipped.map(({ reason }) => reason), trace.needsAttention], [["no-key"], true]);
        assert.ok(reasons.includes("tier 0 auth.invalid"), reasons.join());
      });
    });

    test("from a function are asked for before each request", async () => {
      await using vendor = await startVendor();
      vendor.answer(ANSWER);
      let asked = 0;
      const chain = createChain([make({ baseURL: vendor.url, apiKey: () => `key-${++asked}` })]);

      await chain.generate(PROMPT);
      await chain.generate(PROMPT);

      assert.deepEqual([carries(vendor, 0, "key-1"), carries(vendor, 1, "key-2"), asked], [true, true, 2]);
    });

    test("from a function that fails send nothing, and what it said stays secret", async () => {
      await using vendor = await startVendor();

      const error = await errorOf(createChain([make({ baseURL: vendor.url, apiKey: refuseToTell })]).generate(PROMPT));

      assert.ok(isUnderstudyError(error));
      assert.deepEqual([error.attempts[0]?.class, vendor.requests.length], ["auth.invalid", 0]);
      assert.ok(!`${String(error)}${JSON.stringify(error)}`.includes("canary"));
    });

    test("tell targets apart, also in headers, and one key is known again", async () => {
      const bearer = (token: string): string => scopeOf({ apiKey: "k", headers: { Authorization: `Bearer ${token}` } });

      assert.equal(scopeOf({ apiKey: "a" }), scopeOf({ apiKey: "a" }));
      assert.notEqual(scopeOf({ apiKey: "a" }), scopeOf({ apiKey: "b" }));
      assert.notEqual(bearer("a"), bearer("b"));
      assert.ok(!scopeOf({ apiKey: API_KEY }).includes(API_KEY));
    });

    test("TR-06 of two targets stay apart: each asks its own server with its own key", async () => {
      await using lost = await startVendor();
      await using backup = await startVendor();
      lost.script([{ fault: { type: "error", error: "overloaded" } }]);
      backup.answer(ANSWER);
      const targets = [make({ baseURL: lost.url, apiKey: "key-1" }), make({ baseURL: backup.url, apiKey: "key-2" })];
      const chain = createChain(targets.map((target, index) => ({ target, name: `tier ${index}` })));

      const { text } = await chain.generate(PROMPT);

      assert.equal(text, ANSWER_TEXT);
      assert.deepEqual([lost.requests.length, backup.requests.length], [1, 1]);
      assert.deepEqual([carries(lost, 0, "key-1"), carries(backup, 0, "key-2")], [true, true]);
      assert.deepEqual([carries(lost, 0, "key-2"), carries(backup, 0, "key-1")], [false, false]);
    });

    test("and all else of a request are not led by the environment", async () => {
      await using vendor = await startVendor();
      vendor.answer(ANSWER);
      const ask = async (): Promise<void> => {
        await createChain([make({ baseURL: vendor.url, apiKey: API_KEY })]).generate(PROMPT);
      };

      await withEnvironment(unset, ask);
      await withEnvironment({ ...factory.environment, [first]: "key-from-env" }, ask);

      const [without, within] = vendor.requests;
      assert.deepEqual(within?.headers, without?.headers);
      assert.equal(within?.text, without?.text);
    });
  });
}

function refuseToTell(): Promise<string> {
  return Promise.reject(new Error("sk-canary"));
}

function carries(vendor: Vendor, index: number, key: string): boolean {
  return Object.values(vendor.requests[index]?.headers ?? {}).some((value) => value.includes(key));
}
