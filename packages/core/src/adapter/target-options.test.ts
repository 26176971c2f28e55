import { afterEach, describe, expect, it, vi } from "vitest";
import { checkTargetOptions, type CheckedOptions, type OptionRules, type TargetOptions } from "./target-options.ts";

const rules: OptionRules = {
  vendor: "acme",
  model: "large",
  defaultBaseURL: "https://api.acme.test/v1/",
  keyVariables: ["ACME_API_KEY", "ACME_KEY"],
  ownOptions: ["client", "region"],
};

function check(options: TargetOptions & Record<string, unknown> = {}, more: Partial<OptionRules> = {}): CheckedOptions {
  return checkTargetOptions(options, { ...rules, ...more });
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("checkTargetOptions", () => {
  it("finds nothing to say about good options", () => {
    const checked = check({ apiKey: " key-1\n", headers: { "X-Team": "blue" }, region: "eu" });

    expect(checked).toMatchObject({
      apiKey: "key-1",
      baseURL: "https://api.acme.test/v1",
      endpoint: "api.acme.test",
      headers: { "X-Team": "blue" },
      problems: [],
    });
  });

  it("takes the key from the first environment variable that is set", () => {
    vi.stubEnv("ACME_API_KEY", " ");
    vi.stubEnv("ACME_KEY", "from-env");

    expect(check()).toMatchObject({ apiKey: "from-env", problems: [] });
  });

  it("CL-21 names option and variable when there is no key", () => {
    expect(check().problems).toEqual([`acme("large"): no API key; give the option \`apiKey\` or set ACME_API_KEY`]);
    expect(check({}, { isKeyRequired: false }).problems).toEqual([]);
  });

  it.each(["good\nbad-secret", "good\u0000bad-secret", "good\u20acbad-secret"])(
    "refuses the key %j without showing it",
    (apiKey) => {
      const { problems, apiKey: kept } = check({ apiKey });

      expect(problems).toHaveLength(1);
      expect(problems[0]).not.toMatch(/good|bad/);
      expect(kept).toBe("");
    },
  );

  it.each([
    ["not a url", "absolute"],
    ["ftp://x.test", "absolute"],
    ["https://user:hidden@x.test", "password"],
    ["http://x.test", "https"],
    ["http://10.0.0.1", "https"],
    ["http://127.0.0.1.evil.test", "https"],
  ])("refuses the URL %s", (baseURL, word) => {
    const { problems } = check({ apiKey: "k", baseURL });

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(word);
    expect(problems[0]).not.toContain("hidden");
  });

  it.each(["http://localhost:1234", "http://127.0.0.1:80", "http://[::1]/v1"])("allows %s", (baseURL) => {
    expect(check({ apiKey: "k", baseURL }).problems).toEqual([]);
  });

  it("allows http elsewhere when told to", () => {
    expect(check({ apiKey: "k", baseURL: "http://proxy.test", allowInsecureHttp: true }).problems).toEqual([]);
  });

  it("refuses headers that would not go over the wire, without showing their values", () => {
    const { problems, headers } = check({
      apiKey: "k",
      headers: { "a b": "1", "x-a": "hidden\r\nx", "x-b": "\u20ac", ok: "é" },
    });

    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain("hidden");
    expect(headers).toEqual({ ok: "é" });
  });

  it("names the known options when one is unknown, and collects everything", () => {
    const { problems } = check({ apikey: "k", streaming: "never", baseURL: "x" });

    expect(problems).toHaveLength(3);
    expect(problems.join()).toMatch(/unknown option `apikey`; known are apiKey,.*region/);
  });

  it("leaves credential and URL to a client that was given", () => {
    const client = { baseURL: "https://eu.acme.test", credential: "client-key" };

    expect(check({}, { client })).toMatchObject({ apiKey: "", endpoint: "eu.acme.test", problems: [] });
    expect(check({ apiKey: "k", baseURL: "https://x.test" }, { client }).problems).toHaveLength(2);
    expect(check({}, { client }).scopes).not.toEqual(check({ apiKey: "k" }).scopes);
  });
});
