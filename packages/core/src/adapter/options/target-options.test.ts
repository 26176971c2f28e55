import { afterEach, describe, expect, test, vi } from "vitest";
import { OBJECT, TEXT } from "../../model/rules.ts";
import { checkTargetOptions, readTargetOptions, type CheckedOptions, type OptionRules } from "./target-options.ts";

const rules: OptionRules = {
  vendor: "acme",
  model: "large",
  defaultBaseURL: "https://api.acme.test/v1/",
  keyVariables: ["ACME_API_KEY", "ACME_KEY"],
};
const OWN = { client: OBJECT, region: TEXT };

/** As a factory does it. */
function check(given: unknown = {}, more: Partial<OptionRules> = {}): CheckedOptions {
  const { options, problems } = readTargetOptions(rules.model, given, OWN);
  return checkTargetOptions(options, { ...rules, problems, ...more });
}

function problemsOf(capabilities: object): readonly string[] {
  return readTargetOptions("large", { capabilities }).problems;
}

function unasked(): never {
  throw new Error("It was asked.");
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("checkTargetOptions", () => {
  test("finds nothing to say about good options", () => {
    const checked = check({ apiKey: " key-1\n", headers: { "X-Team": "blue" }, region: "eu" });

    expect(checked).toMatchObject({
      apiKey: "key-1",
      baseURL: "https://api.acme.test/v1",
      endpoint: "api.acme.test",
      headers: { "X-Team": "blue" },
      problems: [],
    });
  });

  test("takes limits of its own for the size of answers, and no others", () => {
    expect(readTargetOptions("large", { limits: { maxBytes: 10, maxEventChars: 5 } })).toMatchObject({
      options: { limits: { maxBytes: 10, maxEventChars: 5 } },
      problems: [],
    });
    expect(readTargetOptions("large", { limits: { maxBytes: 0, maxEventChars: 1.5, maxParts: 5 } })).toMatchObject({
      options: { limits: {} },
      problems: [
        "unknown limit `maxParts`: known are maxEventChars, maxBytes",
        "`limits.maxEventChars` must be a whole number of at least 1",
        "`limits.maxBytes` must be a whole number of at least 1",
      ],
    });
    expect(readTargetOptions("large", { limits: 5 }).problems).toEqual(["`limits` must be an object"]);
  });

  test("takes size, reasoning and end of a model, and says of wrong ones what was probably meant", () => {
    const capabilities = { size: "small", reasoning: "never", retiresOn: "2027-01-31" };
    expect(readTargetOptions("large", { capabilities })).toMatchObject({ options: { capabilities }, problems: [] });

    const sizes = "`capabilities.size` must be 'flagship' or 'balanced' or 'small' or 'unknown'";
    const ways = "`capabilities.reasoning` must be 'always' or 'optional' or 'never' or 'unknown'";
    expect(problemsOf({ size: "Balance" })).toEqual([`${sizes} (did you mean \`balanced\`?)`]);
    expect(problemsOf({ size: "large" })).toEqual([`${sizes} (did you mean \`flagship\`?)`]);
    expect(problemsOf({ size: 7 })).toEqual([sizes]);
    expect(problemsOf({ reasoning: false })).toEqual([`${ways} (did you mean \`never\`?)`]);
    expect(problemsOf({ reasoning: "__proto__" })).toEqual([ways]);
    expect(problemsOf({ tools: "Unknown" })).toEqual([
      "`capabilities.tools` must be 'true' or 'false' or 'unknown' (did you mean `unknown`?)",
    ]);
    expect(problemsOf({ retiresOn: "2027-13-01" })).toEqual([
      "`capabilities.retiresOn` must be a day, such as '2027-01-31'",
    ]);
    expect(problemsOf({ sizes: "small" })).toEqual(["unknown capability `sizes` (did you mean `size`?)"]);
  });

  test("takes the key from the first environment variable that is set", () => {
    vi.stubEnv("ACME_API_KEY", " ");
    vi.stubEnv("ACME_KEY", "from-env");

    expect(check()).toMatchObject({ apiKey: "from-env", problems: [] });
  });

  test("CL-21 names option and variable when there is no key", () => {
    expect(check().problems).toEqual([
      { type: "no-key", message: `acme("large"): no API key; give the option \`apiKey\` or set ACME_API_KEY` },
    ]);
    expect(check({}, { isKeyRequired: false }).problems).toEqual([]);
  });

  test.each(["good\nbad-secret", "good\u0000bad-secret", "good\u20acbad-secret"])(
    "refuses the key %j without showing it",
    (apiKey) => {
      const { problems, apiKey: kept } = check({ apiKey });

      expect(problems).toHaveLength(1);
      expect(problems[0]?.message).not.toMatch(/good|bad/);
      expect(kept).toBe("");
    },
  );

  test.each([
    ["not a url", "absolute"],
    ["ftp://x.test", "absolute"],
    ["https://user:hidden@x.test", "password"],
    ["http://x.test", "https"],
    ["http://10.0.0.1", "https"],
    ["http://127.0.0.1.evil.test", "https"],
  ])("refuses the URL %s", (baseURL, word) => {
    const { problems } = check({ apiKey: "k", baseURL });

    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(word);
    expect(problems[0]?.message).not.toContain("hidden");
  });

  test.each(["http://localhost:1234", "http://127.0.0.1:80", "http://[::1]/v1"])("allows %s", (baseURL) => {
    expect(check({ apiKey: "k", baseURL }).problems).toEqual([]);
  });

  test("allows http elsewhere when told to", () => {
    expect(check({ apiKey: "k", baseURL: "http://proxy.test", allowInsecureHttp: true }).problems).toEqual([]);
  });

  test("refuses headers that would not go over the wire, without showing their values", () => {
    const { problems, headers } = check({
      apiKey: "k",
      headers: { "a b": "1", "x-a": "hidden\r\nx", "x-b": "\u20ac", ok: "é" },
    });

    expect(problems).toHaveLength(3);
    expect(problems.map(({ message }) => message).join()).not.toContain("hidden");
    expect(headers).toEqual({ ok: "é" });
  });

  test("names the option that was meant, or all that are known, and collects everything", () => {
    const { problems } = check({ apikey: "k", zone: "eu", streaming: "never", baseURL: "x" });

    expect(problems).toHaveLength(4);
    expect(problems.map(({ message }) => message).join()).toContain("unknown option `apikey` (did you mean `apiKey`?)");
    expect(problems.map(({ message }) => message).join()).toMatch(/unknown option `zone`: known are apiKey,.*region/);
  });

  test.each<readonly [string, unknown, string]>([
    ["null", null, "the options must be an object"],
    ["a list", [], "the options must be an object"],
    ["a key that is a number", { apiKey: 5 }, "`apiKey` must be a string, or a function that returns one"],
    ["a base URL that is a number", { baseURL: 5 }, "`baseURL` must be a string or a URL"],
    ["a base URL with a query", { baseURL: "https://x.test/v1?tenant=1" }, "no query and no fragment"],
    ["a base URL with a fragment", { baseURL: new URL("https://x.test/v1#a") }, "no query and no fragment"],
    ["headers that are none", { headers: "a: b" }, "`headers` must be an object of strings"],
    ["a Map with a value that is none", { headers: new Map([["x-a", 5]]) }, `the value of \`headers["x-a"]\``],
    ["a fetch that is none", { fetch: "fetch" }, "`fetch` must be a function"],
    ["a quota group that is a symbol", { quotaGroup: Symbol("a") }, "`quotaGroup` must be a string"],
    ["a permission in words", { allowInsecureHttp: "yes" }, "`allowInsecureHttp` must be true or false"],
    ["an unknown capability", { capabilities: { image: true } }, "unknown capability `image` (did you mean `images`?)"],
    [
      "a capability in words",
      { capabilities: { tools: "yes" } },
      "`capabilities.tools` must be 'true' or 'false' or 'unknown'",
    ],
    [
      "a window in words",
      { capabilities: { contextWindow: "1M" } },
      "`capabilities.contextWindow` must be a number of tokens",
    ],
    [
      "a global pattern",
      { capabilities: { toolCallId: { pattern: /a/g, maxLength: 9 } } },
      "neither global nor sticky",
    ],
    [
      "a maker of ids that is no function",
      { capabilities: { toolCallId: { pattern: /a/, maxLength: 9, make: "a" } } },
      "`capabilities.toolCallId` must be { pattern, maxLength } and maybe { make }",
    ],
    [
      "ids of no length",
      { capabilities: { toolCallId: { pattern: /a/, maxLength: Number.NaN } } },
      "`capabilities.toolCallId` must be { pattern, maxLength }",
    ],
    [
      "a getter that throws",
      Object.defineProperty({}, "apiKey", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
      "a getter or proxy threw",
    ],
  ])("throws nothing for %s, and names the fix", (_name, options, problem) => {
    expect(
      check(options)
        .problems.map(({ message }) => message)
        .join("\n"),
    ).toContain(problem);
  });

  test("takes a URL, and headers in every form that fetch takes", () => {
    const given = { apiKey: "k", baseURL: new URL("https://x.test/v1/") };

    expect(check({ ...given, headers: new Headers({ "X-Team": "blue" }) })).toMatchObject({
      baseURL: "https://x.test/v1",
      headers: { "x-team": "blue" },
      problems: [],
    });
    expect(check({ ...given, headers: new Map([["x-team", "blue"]]) }).headers).toEqual({ "x-team": "blue" });
  });

  test.each([undefined, null, 5, "", " ", {}, "a\nb", Symbol("m")])("refuses %s as a model", (model) => {
    const { model: kept, problems } = readTargetOptions(model, {});

    expect(kept).toBe("");
    expect(problems).toEqual([expect.stringContaining("the model must be a name")]);
  });

  test("takes a function for the key, which needs no other key, and asks it nothing yet", () => {
    const apiKey = unasked;

    expect(check({ apiKey })).toMatchObject({ apiKey: "", problems: [], askCredential: expect.any(Function) });
    expect(check({ apiKey: "k" }).askCredential).toBeUndefined();
    expect(check({ headers: apiKey }).problems).toMatchObject([{ type: "no-key" }]);
    expect(check({ apiKey, quotaGroup: "team" }).scopes.quota).toBe(
      check({ apiKey: () => "k", quotaGroup: "team" }).scopes.quota,
    );
  });

  test("leaves credential and URL to a client that was given", () => {
    const client = { baseURL: "https://eu.acme.test", credential: "client-key" };

    expect(check({}, { client })).toMatchObject({ apiKey: "", endpoint: "eu.acme.test", problems: [] });
    expect(check({ apiKey: "k", baseURL: "https://x.test" }, { client }).problems).toHaveLength(2);
    expect(check({}, { client }).scopes).not.toEqual(check({ apiKey: "k" }).scopes);
  });
});
