import {
  checkTargetOptions,
  FetchConnection,
  makeTarget,
  readTargetOptions,
  type CheckedOptions,
  type OptionRules,
  type Target,
  type TargetOptions,
} from "@understudy/core/adapter";
import { ChatReader, keyHeader, mergeHeaders } from "@understudy/core/toolkit";
import { describe, expect, test } from "vitest";
import { startDeepSeek } from "../../simulators/deepseek/wire.ts";
import { scriptedTarget } from "../../fakes/scripted-target.ts";
import type { FactoryUnderTest } from "./factory-under-test.ts";
import { testFactory } from "./test-factory.ts";

const { capabilities } = scriptedTarget([]);

/** What may go wrong in a factory. */
interface Twist {
  readonly rules?: Partial<OptionRules>;
  readonly checked?: (checked: CheckedOptions) => CheckedOptions;
  readonly prepare?: (baseURL: string) => Promise<void>;
}

function parrot(options: TargetOptions = {}, { rules, checked: change, prepare }: Twist = {}): Target {
  const given = readTargetOptions<TargetOptions>("parrot-1", options);
  const found = checkTargetOptions(given.options, {
    ...given,
    vendor: "parrot",
    defaultBaseURL: "https://api.parrot.test",
    keyVariables: ["PARROT_API_KEY"],
    ...rules,
  });
  const checked = change === undefined ? found : change(found);
  const { apiKey, baseURL, headers } = checked;
  const target = makeTarget({
    ...given,
    vendor: "parrot",
    checked,
    capabilities,
    failureTable: { rows: [], readError: () => undefined, requestIdHeaders: [] },
    plan: () => ({ silentReasoning: false, eventsAtOnce: false }),
    toNativeRequest: ({ messages }, { stream }) => ({
      path: "/chat/completions",
      headers: {},
      body: { model: "deepseek-flash", stream, messages: messages.map(({ role }) => ({ role, content: "Hi" })) },
    }),
    turns: "messages",
    connection: new FetchConnection({ baseURL, headers: mergeHeaders(keyHeader(apiKey), headers), fetch: undefined }),
    reader: (context, failures) => new ChatReader(context, failures, { stop: [], usageFollows: true }),
  });
  return prepare === undefined ? target : { ...target, prepare: () => prepare(baseURL) };
}

/** The titles of the tests that fail for a factory. */
async function failing(make: FactoryUnderTest["make"]): Promise<readonly string[]> {
  const tests: [title: string, run: () => Promise<void>][] = [];
  const runner = {
    describe: (_: string, define: () => void) => define(),
    test: (title: string, run: () => Promise<void>) => void tests.push([title, run]),
  };
  testFactory(runner, {
    name: "parrot",
    startVendor: startDeepSeek,
    make,
    keyVariables: ["PARROT_API_KEY"],
    ownURLs: ["https://api.parrot.test"],
    environment: { PARROT_TEAM: "blue" },
  });
  const failed: string[] = [];
  for (const [title, run] of tests) {
    // oxlint-disable-next-line no-await-in-loop -- they share one environment
    await run().catch(() => failed.push(title));
  }
  return failed;
}

let firstKey: string | undefined;

const WRONG: readonly (readonly [what: string, twist: Twist, failed: string])[] = [
  ["sends the key from the environment anywhere", { rules: { keyHosts: ["*"] } }, "from the environment go to"],
  ["reads another variable", { rules: { keyVariables: ["PARROT_KEY"] } }, "come from the environment"],
  ["forgets what is wrong", { checked: (found) => ({ ...found, problems: [] }) }, "that are wrong throw nothing"],
  [
    "uses the first key for all targets",
    { checked: (found) => ({ ...found, apiKey: (firstKey ??= found.apiKey) }) },
    "TR-06 of two targets stay apart",
  ],
  [
    "has one scope for all keys",
    { checked: (found) => ({ ...found, scopes: { key: "k", quota: "k" } }) },
    "tell targets apart",
  ],
  [
    "asks its function for a key only once",
    { checked: ({ askCredential, ...found }) => ({ ...found, askCredential: once(askCredential) }) },
    "from a function are asked for",
  ],
  [
    "takes headers from the environment",
    { checked: (found) => ({ ...found, headers: { "x-team": process.env["PARROT_TEAM"] ?? "" } }) },
    "and all else of a request are not led",
  ],
  ["opens a connection early", { prepare: async (url) => void (await fetch(url)) }, "prepares a target without"],
];

function once(ask: CheckedOptions["askCredential"]): CheckedOptions["askCredential"] {
  let asked: ReturnType<NonNullable<typeof ask>> | undefined;
  return ask && ((context) => (asked ??= ask(context)));
}

describe("the factory group of the kit", () => {
  test("passes a factory that is made of the toolkit", async () => {
    expect(await failing((options) => parrot(options))).toEqual([]);
  });

  test.each(WRONG)("fails a factory that %s", async (_, twist, failed) => {
    const titles = await failing((options) => parrot(options, twist));

    expect(titles).toContainEqual(expect.stringContaining(failed));
  });

  test("fails a factory that throws", async () => {
    const titles = await failing((options) => {
      const target = parrot(options);
      if (target.problems.length > 0) throw new Error(target.problems[0]?.message);
      return target;
    });

    expect(titles).toEqual(
      expect.arrayContaining([
        "of any type throw nothing",
        "take absolute https URLs only, and http on this machine or when allowed",
      ]),
    );
  });
});
