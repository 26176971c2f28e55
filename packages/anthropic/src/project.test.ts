import { createChain, isUnderstudyError, type MediaSource, type UnderstudyError } from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import { startAnthropic, type Vendor } from "@understudy/testing";
import { OAuth2Client } from "google-auth-library";
import { afterEach, describe, expect, test, vi } from "vitest";
import { anthropic, type AnthropicTargetOptions, type VertexOptions } from "./index.ts";

const MODEL = "claude-sonnet-5-5";
const DATED = "claude-haiku-4-5@20251001";
const PLACE: VertexOptions = { project: "project-one", location: "us-east5", accessToken: () => "token-one" };

afterEach(() => vi.unstubAllEnvs());

function start(): Promise<Vendor> {
  return startAnthropic({ vertex: true });
}

function at(
  vendor: Vendor,
  place: Partial<VertexOptions> = {},
  more: AnthropicTargetOptions = {},
  model: string = MODEL,
): Target {
  return anthropic(model, { baseURL: vendor.url, vertex: { ...PLACE, ...place }, ...more });
}

function rpc(status: number, code: string, message: string, details: readonly object[] = []): object {
  return { type: "status", status, body: { error: { code: status, status: code, message, details } } };
}

function reason(name: string): readonly object[] {
  return [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: name }];
}

async function failed(vendor: Vendor, fault: object): Promise<UnderstudyError> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the simulator checks what it is given
  vendor.script([{ fault: fault as never }]);
  const error: unknown = await createChain([at(vendor)], { policy: () => "stop" })
    .generate("Hi")
    .catch((thrown: unknown) => thrown);
  if (!isUnderstudyError(error)) throw new Error("It did not fail.");
  return error;
}

describe("Claude in a project of Google Cloud", () => {
  test.each([
    ["global", "aiplatform.googleapis.com"],
    ["us", "aiplatform.us.rep.googleapis.com"],
    ["europe-west1", "europe-west1-aiplatform.googleapis.com"],
  ])("in %s is asked at %s, and the date of a model stays as it is", async (location, host) => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = (input) => {
      urls.push(input instanceof Request ? input.url : input.toString());
      return Promise.reject(new TypeError("fetch failed"));
    };
    const target = anthropic(DATED, { fetch, vertex: { ...PLACE, location } });

    await createChain([target], { policy: () => "stop" })
      .generate("Hi")
      .catch(() => undefined);

    expect(target).toMatchObject({ endpoint: host, problems: [], capabilities: { maxOutputTokens: 64_000 } });
    expect(urls).toEqual([
      `https://${host}/v1/projects/project-one/locations/${location}/publishers/anthropic/models/${DATED}:streamRawPredict`,
    ]);
  });

  test("is asked with the version in the body, the model in the path, and a token in place of a key", async () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "key-of-the-environment");
    await using vendor = await start();

    const answers = [
      await createChain([at(vendor)]).generate("Hi"),
      await createChain([at(vendor, {}, { streaming: "never" })]).generate("Hi"),
    ];

    expect(answers.map(({ text }) => text)).toEqual(["Hello from the simulator.", "Hello from the simulator."]);
    const models = "/v1/projects/project-one/locations/us-east5/publishers/anthropic/models";
    expect(vendor.requests.map(({ path }) => path)).toEqual([
      `${models}/${MODEL}:streamRawPredict`,
      `${models}/${MODEL}:rawPredict`,
    ]);
    for (const { headers, body } of vendor.requests) {
      expect(headers).toMatchObject({ authorization: "Bearer token-one" });
      expect(headers).not.toHaveProperty("x-api-key");
      expect(headers).not.toHaveProperty("anthropic-version");
      expect(body).toMatchObject({ anthropic_version: "2026-10-21" });
      expect(body).not.toHaveProperty("model");
    }
  });

  test.each<readonly [string, AnthropicTargetOptions, object, string]>([
    ["for sampling", {}, { temperature: 0.5 }, "vertex-2023-10-16"],
    ["as the target's headers say", { headers: { "Anthropic-Version": "vertex-2023-10-16" } }, {}, "vertex-2023-10-16"],
    ["as a native field says", {}, native({ anthropic_version: "vertex-2023-10-16" }), "vertex-2023-10-16"],
  ])("names the version %s", async (_, options, request, version) => {
    await using vendor = await start();

    await createChain([at(vendor, {}, options, DATED)]).generate({
      messages: [{ role: "user", content: "Hi" }],
      ...request,
    });

    expect(vendor.requests[0]?.body).toMatchObject({ anthropic_version: version });
    expect(vendor.requests[0]?.headers).not.toHaveProperty("anthropic-version");
  });

  test.each([
    [`publishers/anthropic/models/${DATED}`, DATED],
    ["../../../models/x", "..%2F..%2F..%2Fmodels%2Fx"],
    ["a?b#c", "a%3Fb%23c"],
  ])("has the model %s at %s, below its publisher", async (model, path) => {
    await using vendor = await start();

    await createChain([at(vendor, {}, {}, model)], { policy: () => "stop" })
      .generate("Hi")
      .catch(() => undefined);

    expect(vendor.requests[0]?.path).toContain(`/publishers/anthropic/models/${path}:streamRawPredict`);
  });

  test("sends betas in their header", async () => {
    await using vendor = await start();

    await createChain([at(vendor)]).generate({
      messages: [{ role: "user", content: "Hi" }],
      ...native({ betas: ["context-management-2025-06-27"] }),
    });

    expect(vendor.requests[0]?.headers).toMatchObject({ "anthropic-beta": "context-management-2025-06-27" });
    expect(vendor.requests[0]?.path).toMatch(/:streamRawPredict$/);
  });

  test("answers with a new token in the same attempt when one has expired", async () => {
    await using vendor = await start();
    let asked = 0;
    const accessToken = (): string => (++asked === 1 ? "expired-token" : "good-token");

    const { trace } = await createChain([at(vendor, { accessToken })]).generate("Hi");

    expect(trace.attempts.map(({ outcome }) => outcome)).toEqual(["answered"]);
    expect(vendor.requests.map(({ status }) => status)).toEqual([401, 200]);
  });

  test("takes what a client of Google's own returns as it is", async () => {
    await using vendor = await start();
    const client = new OAuth2Client();
    client.setCredentials({ access_token: "token-of-the-client", expiry_date: Date.now() + 3_600_000 });

    await createChain([at(vendor, { accessToken: () => client.getAccessToken() })]).generate("Hi");

    expect(vendor.requests.map(({ headers }) => headers["authorization"])).toEqual(["Bearer token-of-the-client"]);
  });

  test("sends nothing where the token fails, and tells none of the words of what failed", async () => {
    await using vendor = await start();

    const error: unknown = await createChain([at(vendor, { accessToken: refusal })])
      .generate("Hi")
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      attempts: [
        { class: "auth.invalid", explanation: "the function for `vertex.accessToken` failed; nothing was sent" },
      ],
    });
    expect(JSON.stringify(error)).not.toContain("hush");
    expect(vendor.requests).toEqual([]);
  });

  test.each<readonly [string, object, string, string]>([
    ["a quota without a wait", rpc(429, "RESOURCE_EXHAUSTED", "Quota exceeded."), "rate.unknown", "quota+model"],
    [
      "a quota of a day",
      rpc(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", [{ violations: [{ quotaId: "RequestsPerDayPerProject" }] }]),
      "rate.daily",
      "quota+model",
    ],
    [
      "a model that the region does not have",
      rpc(404, "NOT_FOUND", "Publisher Model `projects/p/locations/l/publishers/anthropic/models/x` was not found."),
      "model.not-found",
      "key+model",
    ],
    [
      "a service that is off",
      rpc(403, "PERMISSION_DENIED", "Vertex AI API has not been used.", reason("SERVICE_DISABLED")),
      "auth.forbidden",
      "key",
    ],
    [
      "no billing",
      rpc(403, "PERMISSION_DENIED", "Enable billing.", reason("BILLING_DISABLED")),
      "billing.exhausted",
      "quota",
    ],
  ])("knows %s", async (_, fault, failureClass, scope) => {
    await using vendor = await start();

    const { attempts } = await failed(vendor, fault);

    expect(attempts).toMatchObject([{ class: failureClass, scope }]);
  });

  test("asks the sibling in another project of the same host for a model that the first one may not use", async () => {
    await using vendor = await start();
    vendor.script([{ fault: { type: "error", error: "model-not-found" } }]);
    const chain = createChain([{ targets: [at(vendor), at(vendor, { project: "project-two" })] }]);

    const { text } = await chain.generate("Hi");

    expect(text).toBe("Hello from the simulator.");
    expect(vendor.requests.map(({ path }) => /projects\/([\w-]+)/.exec(path)?.[1])).toEqual([
      "project-one",
      "project-two",
    ]);
  });

  test("sends no request with a file of Anthropic's, there and through a client for such a host", async () => {
    await using vendor = await start();
    const source: MediaSource = { type: "vendor-file", vendor: "anthropic", id: "file_1" };
    const client = {
      baseURL: "https://us-east5-aiplatform.googleapis.com/v1",
      withOptions: () => client,
      post: () => ({ asResponse: () => Promise.reject(new Error("It was asked.")) }),
    };

    for (const target of [at(vendor), anthropic(MODEL, { client })]) {
      const error: unknown = await createChain([target])
        .generate({ messages: [{ role: "user", content: [{ type: "file", source }] }] })
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ attempts: [{ class: "request.unsupported" }] });
    }
    expect(vendor.requests).toEqual([]);
  });

  test.each<readonly [string, AnthropicTargetOptions, string]>([
    ["with a key", { apiKey: "k" }, "`apiKey` and `vertex` exclude each other"],
    ["through the SDK", { transport: "sdk" }, "`transport: 'sdk'` and `vertex` exclude each other"],
    ["in no place", { vertex: { project: "My Project", location: "us-east5" } }, "vertex.project must be"],
  ])("is no target %s", (_, more, problem) => {
    const { problems } = anthropic(MODEL, { vertex: PLACE, ...more });

    expect(problems).toMatchObject([{ type: "invalid", message: expect.stringContaining(problem) }]);
  });
});

function refusal(): Promise<string> {
  return Promise.reject(new Error("hush"));
}

function native(fields: Readonly<Record<string, string | readonly string[]>>): object {
  return { vendorOptions: { anthropic: fields } };
}
