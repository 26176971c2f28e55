import { describe, expect, test } from "vitest";
import { checkCloudOptions, type CloudCheckedOptions } from "./google-cloud.ts";

const RULES = {
  vendor: "acme",
  model: "large",
  defaultBaseURL: "https://api.acme.test",
  keyVariables: ["ACME_API_KEY"],
} as const;
const PROJECT = "my-project";

function check(vertex: unknown, more: object = {}): CloudCheckedOptions {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- plain JavaScript calls with anything
  return checkCloudOptions({ ...more, vertex } as Parameters<typeof checkCloudOptions>[0], RULES, "v1");
}

function messages(vertex: unknown, more?: object): string {
  return check(vertex, more)
    .problems.map(({ message }) => message)
    .join("\n");
}

describe("a project of Google Cloud", () => {
  test.each([
    ["global", "aiplatform.googleapis.com"],
    ["us", "aiplatform.us.rep.googleapis.com"],
    ["eu", "aiplatform.eu.rep.googleapis.com"],
    ["us-central1", "us-central1-aiplatform.googleapis.com"],
    ["us-east5", "us-east5-aiplatform.googleapis.com"],
    ["northamerica-northeast1", "northamerica-northeast1-aiplatform.googleapis.com"],
    ["europe-west12", "europe-west12-aiplatform.googleapis.com"],
  ])("in %s is asked at %s", (location, host) => {
    expect(check({ project: PROJECT, location })).toMatchObject({
      baseURL: `https://${host}/v1/projects/my-project/locations/${location}`,
      endpoint: host,
      apiKey: "",
      problems: [],
    });
  });

  test("keeps project and location behind another endpoint, and its version", () => {
    const place = { project: PROJECT, location: "moon-base1" };

    expect(check(place, { baseURL: "https://gate.test/google/" }).baseURL).toBe(
      "https://gate.test/google/v1/projects/my-project/locations/moon-base1",
    );
    expect(check(place, { baseURL: "https://gate.test/v1beta1" }).baseURL).toBe(
      "https://gate.test/v1beta1/projects/my-project/locations/moon-base1",
    );
  });

  test.each<readonly [string, unknown]>([
    ["an id", PROJECT],
    ["a number as text", "123456789012"],
    ["an id with a domain", "example.com:my-project"],
  ])("may be named by %s", (_, project) => {
    expect(messages({ project, location: "eu" })).toBe("");
  });

  test.each<readonly [string, unknown]>([
    ["left out", undefined],
    ["a number", 123_456],
    ["empty", ""],
    ["a display name", "My Project"],
    ["a resource name", "projects/my-project"],
    ["a path that leads out", "../other"],
    ["in capitals", "MY-PROJECT"],
    ["with a query", "my-project?x=1"],
    ["of two lines", "my-project\n"],
  ])("is refused when its name is %s, without showing it", (_, project) => {
    const text = messages({ project, location: "eu" });

    expect(text).toBe(
      "acme(\"large\"): vertex.project must be the id or number of a project as text, such as 'my-project'",
    );
  });

  test.each<readonly [string, unknown]>([
    ["left out", undefined],
    ["a zone", "us-central1-a"],
    ["a continent without a host of its own", "asia"],
    ["a host", "us-central1-aiplatform.googleapis.com"],
    ["in capitals", "US-CENTRAL1"],
    ["a path", "us-central1/../x"],
    ["null", null],
  ])("is refused when its location is %s", (_, location) => {
    expect(messages({ project: PROJECT, location })).toMatch(/^acme\("large"\): vertex\.location must be 'global'/);
  });

  test("names what was meant, and collects everything", () => {
    const text = messages({ projectId: "x", region: "eu", accessToken: "ya29.secret" });

    expect(text).toContain("`vertex` has an unknown option `projectId` (did you mean `project`?)");
    expect(text).toContain("`vertex` has an unknown option `region`: known are project, location, accessToken");
    expect(text).toContain("vertex.accessToken must be a function that returns a token");
    expect(text).not.toContain("ya29");
  });

  test.each<readonly [string, object, string]>([
    ["a key", { apiKey: "k" }, "`apiKey` and `vertex` exclude each other"],
    ["a function for the key", { apiKey: () => "k" }, "`apiKey` and `vertex` exclude each other"],
    ["a client", { client: {} }, "`client` and `vertex` exclude each other"],
    ["an SDK", { transport: "sdk" }, "`transport: 'sdk'` and `vertex` exclude each other"],
    [
      "a base URL with a project",
      { baseURL: "https://aiplatform.googleapis.com/v1/projects/p/locations/eu/publishers/google" },
      "`baseURL` must not hold a project beside `vertex`",
    ],
  ])("does not stand beside %s", (_, more, problem) => {
    expect(messages({ project: PROJECT, location: "eu" }, more)).toContain(problem);
  });

  test.each<readonly [string, unknown]>([
    ["null", null],
    ["text", "my-project"],
    ["a list", ["my-project", "eu"]],
    ["a switch", true],
  ])("is meant by %s, too, which is refused for nothing else", (_, vertex) => {
    expect(messages(vertex)).toBe('acme("large"): `vertex` must be { project, location }');
  });

  test("throws nothing for what cannot be read", () => {
    const vertex = Object.defineProperty({}, "project", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });

    expect(messages(vertex)).toContain("`vertex` cannot be read");
  });

  test("needs no key and takes none from the environment", () => {
    process.env["ACME_API_KEY"] = "from-env";
    try {
      expect(check({ project: PROJECT, location: "eu" })).toMatchObject({ apiKey: "", problems: [] });
    } finally {
      delete process.env["ACME_API_KEY"];
    }
  });

  test("is another quota in another project and another location, and the same in every process", () => {
    const scopes = (project: string, location: string): object => check({ project, location }).scopes;

    expect(scopes(PROJECT, "eu")).toEqual(scopes(PROJECT, "eu"));
    const all = [scopes(PROJECT, "eu"), scopes(PROJECT, "us"), scopes(PROJECT, "global"), scopes("other-one", "eu")];
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(4);
    // The first 64 bits of the SHA-256 of "quota", the vendor and the place, a line each.
    expect(check({ project: PROJECT, location: "eu" }).scopes.quota).toBe("67f9e858b2415689");
  });

  test("is one quota for two functions, each with a credential of its own", () => {
    const [one, other] = [1, 2].map(() => check({ project: PROJECT, location: "eu", accessToken: () => "t" }).scopes);

    expect(one?.quota).toBe(other?.quota);
    expect(one?.key).not.toBe(other?.key);
  });
});
