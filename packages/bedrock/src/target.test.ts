import { createHmac, createHash } from "node:crypto";
import { createChain, isUnderstudyError, type Answer, type Request } from "@understudy/core";
import { startBedrock, testFactory, type Vendor } from "@understudy/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bedrock, type AwsCredentials, type BedrockTargetOptions } from "./index.ts";

const MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0";
const ARN = `arn:aws:bedrock:eu-west-1:111122223333:inference-profile/${MODEL}`;
const HI = { role: "user", content: "Hi" } as const;
const TOOLS = [{ name: "f", inputSchema: { type: "object", properties: { a: { type: "string" } } } }];
const KEYS: AwsCredentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG",
  sessionToken: "tok",
};

testFactory(
  { describe, test },
  {
    name: "bedrock",
    startVendor: startBedrock,
    make: (options) => bedrock(ARN, options),
    keyVariables: ["AWS_BEARER_TOKEN_BEDROCK"],
    ownURLs: ["https://bedrock-runtime.eu-west-1.amazonaws.com"],
    module: {
      url: new URL("index.ts", import.meta.url).href,
      factory: "bedrock",
      model: ARN,
      flags: ["-C", "@understudy/source"],
    },
  },
);

afterEach(() => vi.unstubAllEnvs());

function generate(
  vendor: Vendor,
  request: string | Request = "Hi",
  options: BedrockTargetOptions = {},
  model: string = MODEL,
): Promise<Answer> {
  return createChain([bedrock(model, { baseURL: vendor.url, apiKey: "k", ...options })]).generate(request);
}

describe("the region", () => {
  test("is an endpoint with its own health: said, or in the URL, in the model's ARN, in the environment", () => {
    vi.stubEnv("AWS_REGION", "ap-southeast-2");
    const hosts = [
      bedrock(ARN, { apiKey: "k", region: "us-west-2" }),
      bedrock(ARN, { apiKey: "k", baseURL: "https://bedrock-runtime.us-east-1.amazonaws.com" }),
      bedrock(ARN, { apiKey: "k" }),
      bedrock(MODEL, { apiKey: "k" }),
      bedrock(MODEL, { apiKey: "k", region: "cn-north-1" }),
    ];

    expect(hosts.map(({ endpoint }) => endpoint)).toEqual([
      "bedrock-runtime.us-west-2.amazonaws.com",
      "bedrock-runtime.us-east-1.amazonaws.com",
      "bedrock-runtime.eu-west-1.amazonaws.com",
      "bedrock-runtime.ap-southeast-2.amazonaws.com",
      "bedrock-runtime.cn-north-1.amazonaws.com.cn",
    ]);
    expect(hosts.flatMap(({ problems }) => problems)).toEqual([]);
    expect(new Set(hosts.map(({ scopes }) => scopes.key)).size).toBe(5);
  });

  test("is a problem where none is said, and where it is none", () => {
    vi.stubEnv("AWS_REGION", "");
    vi.stubEnv("AWS_DEFAULT_REGION", "");

    expect(bedrock(MODEL, { apiKey: "k" }).problems).toMatchObject([{ message: expect.stringContaining("no region") }]);
    expect(bedrock(MODEL, { apiKey: "k", region: "Frankfurt" }).problems).toMatchObject([
      { message: expect.stringContaining("must be the code of an AWS region") },
    ]);
  });
});

describe("credentials", () => {
  test("of the environment are used for the vendor's own hosts, and after a key", () => {
    vi.stubEnv("AWS_BEARER_TOKEN_BEDROCK", "");
    vi.stubEnv("AWS_ACCESS_KEY_ID", KEYS.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", KEYS.secretAccessKey);
    const own = bedrock(ARN);
    const other = bedrock(ARN, { baseURL: "https://proxy.test" });

    expect(own.problems).toEqual([]);
    expect(other.problems).toMatchObject([{ type: "no-key" }]);
    expect(JSON.stringify([own, other])).not.toContain(KEYS.secretAccessKey);
  });

  test("exclude a key, and are named by their id alone", () => {
    const both = bedrock(ARN, { apiKey: "k", credentials: KEYS });
    const [one, renewed] = [
      bedrock(ARN, { credentials: KEYS }),
      bedrock(ARN, { credentials: { ...KEYS, sessionToken: "other" } }),
    ];
    // @ts-expect-error -- half of a pair
    const half = bedrock(ARN, { credentials: { accessKeyId: "a" } });

    expect(both.problems).toMatchObject([{ message: expect.stringContaining("exclude each other") }]);
    expect(one.scopes).toEqual(renewed.scopes);
    expect(half.problems[0]?.message).toContain(
      "`credentials` must be { accessKeyId, secretAccessKey, sessionToken? }",
    );
  });

  test("BR-01 sign a request as AWS describes it: path, headers and body, for the region and the service", async () => {
    await using vendor = await startBedrock();

    await generate(vendor, "Hi", { apiKey: undefined, credentials: KEYS, region: "eu-central-1" });

    const [sent] = vendor.requests;
    const headers: Readonly<Record<string, string>> = sent?.headers ?? {};
    const { text = "", path = "" } = sent ?? {};
    const [, scope = "", signed = "", signature] =
      /Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(headers["authorization"] ?? "") ?? [];
    const date = headers["x-amz-date"] ?? "";
    expect(scope).toBe(`${date.slice(0, 8)}/eu-central-1/bedrock/aws4_request`);
    expect(signed.split(";")).toEqual(expect.arrayContaining(["host", "x-amz-date", "x-amz-security-token"]));
    expect(headers["x-amz-security-token"]).toBe("tok");
    // The rule, by hand: the path is encoded once more, the secret is never sent.
    const canonical = [
      "POST",
      path.split("/").map(encodeURIComponent).join("/"),
      "",
      ...signed.split(";").map((name) => `${name}:${headers[name]}`),
      "",
      signed,
      hash(text),
    ].join("\n");
    const key = ["eu-central-1", "bedrock", "aws4_request"].reduce<string | Buffer>(
      (last, next) => hmac(last, next),
      hmac(`AWS4${KEYS.secretAccessKey}`, date.slice(0, 8)),
    );
    expect(signature).toBe(hmac(key, ["AWS4-HMAC-SHA256", date, scope, hash(canonical)].join("\n")).toString("hex"));
    expect(JSON.stringify(vendor.requests[0])).not.toContain(KEYS.secretAccessKey);
  });

  test("BR-02 of a function are kept until they expire, and asked for again after a 403", async () => {
    await using vendor = await startBedrock();
    let asked = 0;
    const expiration = new Date(Date.now() + 3_600_000);
    const credentials = (): AwsCredentials => ({ ...KEYS, accessKeyId: `AKID${++asked}`, expiration });
    const target = bedrock(MODEL, { baseURL: vendor.url, region: "eu-central-1", credentials });
    const ask = () => createChain([target]).generate("Hi");

    await ask();
    await ask();
    vendor.script([{ fault: { type: "error", error: "bad-key" } }]);
    await ask().catch(() => undefined);
    await ask();

    const signers = vendor.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers["authorization"] ?? "")?.[1]);
    expect(signers).toEqual(["AKID1", "AKID1", "AKID1", "AKID2"]);
  });

  test("that cannot be had fail the attempt, and nothing is sent", async () => {
    await using vendor = await startBedrock();
    const chain = createChain([bedrock(MODEL, { baseURL: vendor.url, region: "us-east-1", credentials: refuse })]);

    const error: unknown = await chain.generate("Hi").catch((thrown: unknown) => thrown);

    if (!isUnderstudyError(error)) throw error;
    expect(error.attempts[0]).toMatchObject({ class: "auth.invalid" });
    expect(JSON.stringify([error, error.attempts])).not.toContain("secret words");
    expect(vendor.requests).toEqual([]);
  });
});

describe("bedrock over a socket", () => {
  test("BR-03 round-trips signed reasoning and calls in a tool loop, in both forms", async () => {
    for (const streaming of ["auto", "never"] as const) {
      // oxlint-disable-next-line no-await-in-loop -- each form has its own server
      await using vendor = await startBedrock();
      vendor.script([
        { answer: { reasoning: "hm ", toolCalls: [{ name: "f", input: { a: "1" } }] } },
        { answer: { text: "Done." } },
      ]);
      const common = { tools: TOOLS, reasoning: { effort: "high" } } as const;
      // oxlint-disable-next-line no-await-in-loop
      const first = await generate(vendor, { messages: [HI], ...common }, { streaming });
      const results = first.toolCalls.map(
        ({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "2" }) as const,
      );
      const messages = [HI, first.message, { role: "tool", content: results } as const];

      // oxlint-disable-next-line no-await-in-loop
      const second = await generate(vendor, { messages, ...common }, { streaming });

      expect(second).toMatchObject({ text: "Done.", losses: [] });
      expect(vendor.requests[1]?.body).toMatchObject({
        messages: [
          {},
          {
            content: [
              { reasoningContent: { reasoningText: { text: "hm ", signature: expect.any(String) } } },
              { toolUse: { name: "f", input: { a: "1" } } },
            ],
          },
          { content: [{ toolResult: { content: [{ text: "2" }] } }] },
        ],
        additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 24_576 } },
      });
    }
  });

  test("BR-04 asks once more in one piece where a model does not stream, and remembers it", async () => {
    await using vendor = await startBedrock();
    const message = "This model doesn't support tool use in streaming mode.";
    const headers = { "x-amzn-errortype": "ValidationException:http://internal.amazon.com/coral/" };
    vendor.script([{ fault: { type: "status", status: 400, headers, body: { message } } }]);
    const chain = createChain([
      bedrock("us.meta.llama4-scout-17b-instruct-v1:0", { baseURL: vendor.url, apiKey: "k" }),
    ]);

    await chain.generate({ messages: [HI], tools: TOOLS });
    await chain.generate({ messages: [HI], tools: TOOLS });

    expect(vendor.requests.map(({ path }) => path.split("/").at(-1))).toEqual([
      "converse-stream",
      "converse",
      "converse",
    ]);
  });

  test("BR-05 says in words what the API has no choice for: no call, and media by address", async () => {
    await using vendor = await startBedrock();
    const image = { type: "image", source: { type: "url", url: "https://pictures.test/a.png" } } as const;

    const answer = await generate(vendor, {
      messages: [{ role: "user", content: [{ type: "text", text: "See." }, image] }],
      tools: TOOLS,
      toolChoice: "none",
    });

    expect(vendor.requests[0]?.body).toMatchObject({
      messages: [{ content: [{ text: "See." }, { text: "[image: https://pictures.test/a.png]" }] }],
    });
    expect(vendor.requests[0]?.body).not.toHaveProperty("toolConfig");
    expect(answer.losses.map(({ what, action }) => [what, action])).toEqual(
      expect.arrayContaining([
        ["toolChoice", "translated"],
        ["messages[0] image", "translated"],
      ]),
    );
  });

  test("sends guardrails, tiers and fields of the model's own as they are, and hands out what comes back", async () => {
    await using vendor = await startBedrock();
    const native = {
      guardrailConfig: { guardrailIdentifier: "g1", guardrailVersion: "1", trace: "enabled" },
      serviceTier: { type: "priority" },
      additionalModelRequestFields: { top_k: 5 },
    };

    const answer = await generate(vendor, { messages: [HI], vendorOptions: { bedrock: native } });

    expect(vendor.requests[0]?.body).toMatchObject(native);
    expect(answer.vendorData).toMatchObject({ metrics: { latencyMs: 512 } });
    expect(answer.trace.attempts[0]?.requestId).toMatch(/^[0-9a-f]{8}-/);
  });

  test("marks a cache where the family takes marks", async () => {
    await using vendor = await startBedrock();
    const request = { system: "S", messages: [HI], tools: TOOLS, cache: true } as const;

    await generate(vendor, request);
    await generate(vendor, request, {}, "us.amazon.nova-2-lite-v1:0");
    const none = await generate(vendor, request, {}, "us.meta.llama4-scout-17b-instruct-v1:0");

    const point = { cachePoint: { type: "default" } };
    const tool = { toolSpec: expect.anything() };
    expect(vendor.requests.map(({ body }) => body)).toMatchObject([
      {
        system: [{ text: "S" }, point],
        toolConfig: { tools: [tool, point] },
        messages: [{ content: [{ text: "Hi" }, point] }],
      },
      {
        system: [{ text: "S" }, point],
        toolConfig: { tools: [tool] },
        messages: [{ content: [{ text: "Hi" }, point] }],
      },
      { system: [{ text: "S" }], toolConfig: { tools: [tool] }, messages: [{ content: [{ text: "Hi" }] }] },
    ]);
    expect(none.losses).toMatchObject([{ what: "cache", action: "dropped" }]);
  });

  test("closes the connection when the caller leaves in the middle of an answer", async () => {
    await using vendor = await startBedrock();
    vendor.script([{ answer: { text: ["One ", "two"] }, fault: { type: "silence", at: { deltas: 1 }, ms: 60_000 } }]);
    const stream = await createChain([bedrock(MODEL, { baseURL: vendor.url, apiKey: "k" })]).stream("Hi");

    for await (const event of stream) if (event.type === "text-delta") break;
    await vendor.requests[0]?.closed;

    expect(vendor.requests[0]?.closedByClient).toBe(true);
  });
});

function refuse(): Promise<AwsCredentials> {
  return Promise.reject(new Error("secret words"));
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
