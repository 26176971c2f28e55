import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChain, isUnderstudyError, type MediaSource, type Message, type UnderstudyError } from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import { startGemini, type Vendor } from "@understudy/testing";
import { OAuth2Client } from "google-auth-library";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { gemini, type GeminiTargetOptions, type VertexOptions } from "./index.ts";

const MODEL = "gemini-3.8-flash";
const FILES = "https://generativelanguage.googleapis.com/v1beta/files";
const PLACE: VertexOptions = { project: "project-one", location: "eu", accessToken: () => "token-one" };

afterEach(() => vi.unstubAllEnvs());

function start(): Promise<Vendor> {
  return startGemini({ vertex: true });
}

function at(vendor: Vendor, place: Partial<VertexOptions> = {}, more: GeminiTargetOptions = {}): Target {
  return gemini(MODEL, { baseURL: vendor.url, vertex: { ...PLACE, ...place }, ...more });
}

function rpc(status: number, code: string, message: string, reason?: string): object {
  const details = reason === undefined ? [] : [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason }];
  return { type: "status", status, body: { error: { code: status, status: code, message, details } } };
}

/** One target alone, whose first request gets this. */
async function failed(vendor: Vendor, fault: object): Promise<UnderstudyError> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the simulator checks what it is given
  vendor.script([{ fault: fault as never }]);
  const error: unknown = await createChain([at(vendor)], { policy: () => "stop" })
    .generate("Hi")
    .catch((thrown: unknown) => thrown);
  if (!isUnderstudyError(error)) throw new Error("It did not fail.");
  return error;
}

describe("Gemini in a project of Google Cloud", () => {
  test.each([
    ["global", "aiplatform.googleapis.com"],
    ["eu", "aiplatform.eu.rep.googleapis.com"],
    ["us-central1", "us-central1-aiplatform.googleapis.com"],
  ])("in %s is asked at %s", async (location, host) => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = (input) => {
      urls.push(input instanceof Request ? input.url : input.toString());
      return Promise.reject(new TypeError("fetch failed"));
    };
    const target = gemini(MODEL, { fetch, vertex: { ...PLACE, location } });

    await createChain([target], { policy: () => "stop" })
      .generate("Hi")
      .catch(() => undefined);

    expect(target).toMatchObject({ endpoint: host, problems: [] });
    expect(urls).toEqual([
      `https://${host}/v1beta1/projects/project-one/locations/${location}/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`,
    ]);
  });

  test.each([
    [MODEL, `publishers/google/models/${MODEL}`],
    [`models/${MODEL}`, `publishers/google/models/${MODEL}`],
    ["publishers/meta/models/llama-4", "publishers/meta/models/llama-4"],
    ["endpoints/123456", "endpoints/123456"],
  ])("has %s at %s", async (model, path) => {
    await using vendor = await start();

    await createChain([gemini(model, { baseURL: vendor.url, vertex: PLACE })], { policy: () => "stop" })
      .generate("Hi")
      .catch(() => undefined);

    expect(vendor.requests[0]?.path).toBe(
      `/v1beta1/projects/project-one/locations/eu/${path}:streamGenerateContent?alt=sse`,
    );
  });

  test("is asked with a token and no key, whatever the environment holds", async () => {
    vi.stubEnv("GEMINI_API_KEY", "key-of-the-environment");
    await using vendor = await start();

    const { text } = await createChain([at(vendor)]).generate("Hi");

    expect(text).toBe("Hello from the simulator.");
    expect(vendor.requests.map(({ headers }) => headers["authorization"])).toEqual(["Bearer token-one"]);
    expect(vendor.requests[0]?.headers).not.toHaveProperty("x-goog-api-key");
  });

  test("answers with a new token in the same attempt when one has expired, and keeps it", async () => {
    await using vendor = await start();
    let asked = 0;
    const accessToken = (): object => ({
      token: ++asked === 1 ? "expired-token" : `token-${asked}`,
      expiresAt: Date.now() + 3_600_000,
    });
    const chain = createChain([at(vendor, { accessToken })]);

    const { trace } = await chain.generate("Hi");
    await chain.generate("Hi");

    expect(trace.attempts.map((attempt) => attempt.outcome)).toEqual(["answered"]);
    expect(vendor.requests.map(({ status, headers }) => [status, headers["authorization"]])).toEqual([
      [401, "Bearer expired-token"],
      [200, "Bearer token-2"],
      [200, "Bearer token-2"],
    ]);
  });

  test("tells of a token that stays refused, without the token", async () => {
    await using vendor = await start();
    const target = at(vendor, { accessToken: () => "expired-canary" });

    const error: unknown = await createChain([target])
      .generate("Hi")
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      attempts: [{ class: "auth.invalid", status: 401, vendorCode: "ACCESS_TOKEN_EXPIRED" }],
    });
    expect(JSON.stringify(error)).not.toContain("canary");
    expect(vendor.requests).toHaveLength(1);
  });

  test.each<readonly [string, object, string, string]>([
    ["a quota without a wait", rpc(429, "RESOURCE_EXHAUSTED", "Resource exhausted."), "rate.unknown", "quota+model"],
    [
      "a model that the region does not have",
      rpc(404, "NOT_FOUND", "Publisher Model `projects/p/locations/eu/publishers/google/models/x` was not found."),
      "model.not-found",
      "key+model",
    ],
    [
      "a service that is off",
      rpc(403, "PERMISSION_DENIED", "Vertex AI API has not been used in project 1 before.", "SERVICE_DISABLED"),
      "auth.forbidden",
      "key",
    ],
    ["a missing role", rpc(403, "PERMISSION_DENIED", "Denied.", "IAM_PERMISSION_DENIED"), "auth.forbidden", "key"],
    ["no billing", rpc(403, "PERMISSION_DENIED", "Enable it.", "BILLING_DISABLED"), "billing.exhausted", "quota"],
  ])("knows %s", async (_, fault, failureClass, scope) => {
    await using vendor = await start();

    const { attempts } = await failed(vendor, fault);

    expect(attempts).toMatchObject([{ class: failureClass, scope }]);
  });

  test("asks the sibling in another location when a quota is used up, and asks it first in the next call", async () => {
    await using vendor = await start();
    vendor.script([{ fault: { type: "error", error: "rate-limited" } }]);
    const chain = createChain([{ targets: [at(vendor), at(vendor, { location: "us-central1" })] }]);

    await chain.generate("Hi");
    await chain.generate("Hi");

    const location = /locations\/([\w-]+)/;
    expect(vendor.requests.map(({ path }) => location.exec(path)?.[1])).toEqual(["eu", "us-central1", "us-central1"]);
  });

  test("leaves out what only the Gemini API has, and reports it", async () => {
    await using vendor = await start();

    const { losses } = await createChain([at(vendor)]).generate({
      messages: [{ role: "user", content: "Hi" }],
      vendorOptions: {
        gemini: {
          store: false,
          serviceTier: "flex",
          generationConfig: { enableEnhancedCivicAnswers: true, topK: 3 },
          toolConfig: { includeServerSideToolInvocations: true },
          tools: [{ fileSearch: { fileSearchStoreNames: ["a"] } }, { googleSearch: {}, mcpServers: [] }],
          labels: { team: "blue" },
        },
      },
    });

    expect(vendor.requests[0]?.body).toMatchObject({
      generationConfig: { topK: 3 },
      tools: [{ googleSearch: {} }],
      labels: { team: "blue" },
    });
    expect(vendor.requests[0]?.text).not.toMatch(/store|serviceTier|Civic|ServerSide|fileSearch|mcpServers/i);
    expect(losses.map(({ what }) => what).toSorted()).toEqual([
      "vendorOptions enableEnhancedCivicAnswers",
      "vendorOptions fileSearch",
      "vendorOptions includeServerSideToolInvocations",
      "vendorOptions mcpServers",
      "vendorOptions serviceTier",
      "vendorOptions store",
    ]);
  });

  test.each<readonly [string, Message]>([
    ["by its id", file({ type: "vendor-file", vendor: "gemini", id: "files/abc.pdf" })],
    ["by its URL", file({ type: "url", url: `${FILES}/abc`, mediaType: "application/pdf" })],
  ])("sends no request with a file of the Gemini API, %s", async (_, message) => {
    await using vendor = await start();

    const error: unknown = await createChain([at(vendor)])
      .generate({ messages: [message] })
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ attempts: [{ class: "request.unsupported" }] });
    expect(vendor.requests).toEqual([]);
  });

  test.each<readonly [string, Message]>([
    ["a file", file({ type: "vendor-file", vendor: "gemini", id: "gs://bucket/a.pdf" })],
    ["a URL", file({ type: "url", url: "gs://bucket/a.pdf", mediaType: "application/pdf" })],
  ])("takes what is in Cloud Storage, as %s", async (_, message) => {
    await using vendor = await start();

    await createChain([at(vendor)]).generate({ messages: [message] });

    expect(vendor.requests[0]?.text).toContain('"fileUri":"gs://bucket/a.pdf"');
  });

  test.each<readonly [string, MediaSource, string | undefined]>([
    ["that is given", { type: "url", url: "https://a.test/x.bin", mediaType: "application/pdf" }, "application/pdf"],
    ["of a file's ending", { type: "url", url: "https://a.test/x.PDF?sig=a.b" }, "application/pdf"],
    ["of an object's ending", { type: "vendor-file", vendor: "gemini", id: "gs://bucket/a.png" }, "image/png"],
    ["that nobody knows", { type: "url", url: "https://a.test/watch" }, undefined],
    ["that no table has", { type: "vendor-file", vendor: "gemini", id: "gs://bucket/a.constructor" }, undefined],
  ])("sends the type of a file %s, or not the file", async (_, source, mimeType) => {
    await using vendor = await start();

    await createChain([at(vendor)])
      .generate({ messages: [file(source)] })
      .catch(() => undefined);

    const fileUri = source.type === "url" ? source.url : source.type === "vendor-file" ? source.id : "";
    expect(vendor.requests.map(({ body }) => body)).toMatchObject(
      mimeType === undefined ? [] : [{ contents: [{ parts: [{ fileData: { mimeType, fileUri } }] }] }],
    );
  });

  test("leaves out the metadata of parts, which is the Gemini API's, and reports it", async () => {
    await using vendor = await start();
    const data = { text: "Hi", partMetadata: { a: 1 } };
    const target = at(vendor);
    const origin = { vendor: "gemini", model: MODEL, endpoint: target.endpoint };

    const { losses } = await createChain([target]).generate({
      messages: [{ role: "user", content: [{ type: "opaque", kind: "part", data, origin }] }],
    });

    expect(vendor.requests[0]?.body).toMatchObject({ contents: [{ parts: [{ text: "Hi" }] }] });
    expect(vendor.requests[0]?.text).not.toContain("partMetadata");
    expect(losses).toMatchObject([{ what: "messages partMetadata", action: "dropped" }]);
  });

  test.each<readonly [string, GeminiTargetOptions, string]>([
    ["with a key", { apiKey: "k" }, "`apiKey` and `vertex` exclude each other"],
    ["with a client", { client: { apiKey: "k" } }, "`client` and `vertex` exclude each other"],
    ["through the SDK", { transport: "sdk" }, "`transport: 'sdk'` and `vertex` exclude each other"],
  ])("is no target %s", (_, more, problem) => {
    const { problems } = gemini(MODEL, { vertex: PLACE, ...more });

    expect(problems).toMatchObject([{ type: "invalid", message: expect.stringContaining(problem) }]);
  });

  test("takes what a client of Google's own returns as it is", async () => {
    await using vendor = await start();
    const client = new OAuth2Client();
    client.setCredentials({ access_token: "token-of-the-client", expiry_date: Date.now() + 3_600_000 });

    await createChain([at(vendor, { accessToken: () => client.getAccessToken() })]).generate("Hi");

    expect(vendor.requests.map(({ headers }) => headers["authorization"])).toEqual(["Bearer token-of-the-client"]);
  });

  test("gets its token from google-auth-library where no function is given", async () => {
    await using vendor = await start();
    const issuer = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ access_token: "token-of-the-library", expires_in: 3600, token_type: "Bearer" }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
    try {
      vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", credentials(`http://127.0.0.1:${portOf(issuer.address())}/token`));

      const { text } = await createChain([at(vendor, { accessToken: undefined })]).generate("Hi");

      expect(text).toBe("Hello from the simulator.");
      expect(vendor.requests.map(({ headers }) => headers["authorization"])).toEqual(["Bearer token-of-the-library"]);
    } finally {
      issuer.closeAllConnections();
      issuer.close();
    }
  });
});

function file(source: MediaSource): Message {
  return { role: "user", content: [{ type: "file", source }] };
}

/** Credentials of the kind that can be exchanged anywhere. */
function credentials(tokenURL: string): string {
  const folder = mkdtempSync(join(tmpdir(), "understudy-vertex-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "subject"), "subject-token");
  const path = join(folder, "credentials.json");
  const account = {
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: tokenURL,
    credential_source: { file: join(folder, "subject") },
  };
  writeFileSync(path, JSON.stringify(account));
  return path;
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("It listens on no port.");
  return address.port;
}
