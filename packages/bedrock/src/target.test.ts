import { createChain, type Answer, type Request } from "@understudy/core";
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

function problemsAt(host: string) {
  return bedrock(MODEL, { baseURL: `https://${host}` }).problems;
}

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
      bedrock(MODEL, { apiKey: "k", region: "eusc-de-east-1" }),
      bedrock(MODEL, { apiKey: "k", region: " us-gov-west-1\n" }),
    ];

    expect(hosts.map(({ endpoint }) => endpoint)).toEqual([
      "bedrock-runtime.us-west-2.amazonaws.com",
      "bedrock-runtime.us-east-1.amazonaws.com",
      "bedrock-runtime.eu-west-1.amazonaws.com",
      "bedrock-runtime.ap-southeast-2.amazonaws.com",
      "bedrock-runtime.cn-north-1.amazonaws.com.cn",
      "bedrock-runtime.eusc-de-east-1.amazonaws.eu",
      "bedrock-runtime.us-gov-west-1.amazonaws.com",
    ]);
    expect(hosts.flatMap(({ problems }) => problems)).toEqual([]);
    expect(new Set(hosts.map(({ scopes }) => scopes.key)).size).toBe(7);
  });

  test("is a problem where none is said, and where it is none", () => {
    vi.stubEnv("AWS_REGION", "");
    vi.stubEnv("AWS_DEFAULT_REGION", "");

    expect(bedrock(MODEL, { apiKey: "k" }).problems).toMatchObject([{ message: expect.stringContaining("no region") }]);
    for (const region of [
      "Frankfurt",
      "EU-CENTRAL-1",
      "eu_central_1",
      "eu-central",
      "eu-central-1.evil.test",
      "",
      "us",
    ]) {
      expect(bedrock(MODEL, { apiKey: "k", region }).problems).toMatchObject([
        { message: expect.stringContaining("must be the code of an AWS region") },
      ]);
    }
  });

  test("of a private link, of FIPS and of IPv6 is in the URL, and the environment's key is for all of them", () => {
    vi.stubEnv("AWS_REGION", "ap-southeast-2");
    vi.stubEnv("AWS_BEARER_TOKEN_BEDROCK", "");
    vi.stubEnv("AWS_ACCESS_KEY_ID", KEYS.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", KEYS.secretAccessKey);
    const own = [
      "bedrock-runtime-fips.us-east-1.amazonaws.com",
      "bedrock-runtime.us-east-1.api.aws",
      "bedrock-runtime-fips.us-east-1.api.aws",
      "vpce-0a1b-2c3d.bedrock-runtime.us-east-1.vpce.amazonaws.com",
      "bedrock-runtime.eusc-de-east-1.api.amazonwebservices.eu",
    ];
    const others = [
      "bedrock-runtime.us-east-1.amazonaws.com.evil.test",
      "evil-bedrock-runtime.us-east-1.amazonaws.com",
      "bedrock-runtime.us-east-1.amazonaws.evil.com",
      "bedrock-runtime.us-east-1.evil.aws",
    ];

    expect(own.flatMap(problemsAt)).toEqual([]);
    expect(others.map((host) => problemsAt(host).map(({ type }) => type))).toEqual(others.map(() => ["no-key"]));
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

  test("BR-03 gives a search of the vendor's own back as it came, an empty one too, and does not miss its citations", async () => {
    await using vendor = await startBedrock();
    const use = { toolUseId: "tooluse_1", name: "nova_grounding", type: "server_tool_use", input: { query: "rain" } };
    const found = { toolUseId: "tooluse_1", type: "nova_grounding_result", status: "success", content: [] };
    const citations = [{ url: "https://a.test/rain", title: "Rain" }];
    vendor.answer({ hosted: [{ toolUse: use }, { toolResult: found }], text: "It rains.", citations });
    const chain = createChain([bedrock("us.amazon.nova-2-lite-v1:0", { baseURL: vendor.url, apiKey: "k" })]);
    const first = await chain.generate({ messages: [HI], tools: TOOLS });

    const second = await chain.generate({ messages: [HI, first.message, HI], tools: TOOLS });

    expect(second.losses).toEqual([]);
    expect(vendor.requests[1]?.body).toMatchObject({
      messages: [{}, { content: [{ toolUse: use }, { toolResult: found }, { text: "It rains." }] }, {}],
    });
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
