import { AnthropicBedrock } from "@anthropic-ai/bedrock-sdk";
import { AnthropicVertex } from "@anthropic-ai/vertex-sdk";
import { createChain, isUnderstudyError, type Chain, type UnderstudyError } from "@understudy/core";
import type { TargetScopes } from "@understudy/core/adapter";
import { afterEach, describe, expect, test, vi } from "vitest";
import { chunk, exception } from "../test/aws-frames.ts";
import { startCloud, type CloudRequest } from "../../core/test/cloud-server.ts";
import { anthropic, type AnthropicTargetOptions } from "./index.ts";

const MODEL = "claude-sonnet-5-5";
const REGION = "eu-west-1";
const SECRET = "wJalrXUtnFEMIsecret";
const STREAM = { "content-type": "application/vnd.amazon.eventstream" };
const SSE = { "content-type": "text/event-stream" };
const JSON_BODY = { "content-type": "application/json" };
const THROTTLED = JSON.stringify({ message: "Too many requests, please wait before trying again." });

type Handler = Parameters<typeof startCloud>[0];

const start = { id: "msg_bdrk_1", type: "message", role: "assistant", model: MODEL, content: [], usage: {} };
const EVENTS = [
  { type: "message_start", message: { ...start, usage: { input_tokens: 9, output_tokens: 1 } } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "From the cloud." } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } },
  { type: "message_stop", "amazon-bedrock-invocationMetrics": { inputTokenCount: 9 } },
];
const WHOLE = JSON.stringify({
  ...start,
  content: [{ type: "text", text: "From the cloud." }],
  stop_reason: "end_turn",
  usage: { input_tokens: 9, output_tokens: 4 },
});
const FRAMES = EVENTS.map(chunk);
const LINES = EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");

afterEach(() => vi.unstubAllEnvs());

function bedrock(url: string, awsAccessKey: string, region = REGION): AnthropicBedrock {
  return new AnthropicBedrock({ baseURL: url, awsRegion: region, awsAccessKey, awsSecretKey: SECRET });
}

/** What is used of Google's own: it gives the headers of a token. */
function vertex(url: string, projectId: string, ask: () => Promise<string>): AnthropicVertex {
  const authClient = {
    getRequestHeaders: async () => new Headers({ authorization: `Bearer ${await ask()}` }),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the client calls nothing else of it
  return new AnthropicVertex({ baseURL: `${url}/v1`, region: REGION, projectId, authClient: authClient as never });
}

function target(
  client: AnthropicTargetOptions["client"],
  more: AnthropicTargetOptions = {},
): ReturnType<typeof anthropic> {
  return anthropic(MODEL, { client, ...more });
}

function single(client: AnthropicTargetOptions["client"], more: AnthropicTargetOptions = {}): Chain {
  return createChain([target(client, more)], { policy: () => "stop" });
}

function token(): Promise<string> {
  return Promise.resolve("ya29.good-token");
}

function scopes(client: AnthropicTargetOptions["client"]): TargetScopes {
  return target(client).scopes;
}

async function failed(chain: Chain): Promise<UnderstudyError> {
  const error = await chain.generate("Hi").catch((thrown: unknown) => thrown);
  if (!isUnderstudyError(error)) throw new Error("It did not fail.");
  return error;
}

function accountOf({ headers }: CloudRequest): string | undefined {
  return /Credential=(\w+)\//.exec(headers.authorization ?? "")?.[1];
}

/** The answer of one account, and another's. */
function byAccount(refused: string, refuse: Handler, answer: Handler): Handler {
  return (request, response) => {
    const isRefused = accountOf(request) === refused || request.path.includes(`/projects/${refused}/`);
    (isRefused ? refuse : answer)(request, response);
  };
}

const streamed: Handler = (_request, response) => {
  response.writeHead(200, STREAM);
  for (const piece of FRAMES) response.write(piece);
  response.end();
};
const lines: Handler = (_request, response) => void response.writeHead(200, SSE).end(LINES);
const whole: Handler = (_request, response) => void response.writeHead(200, JSON_BODY).end(WHOLE);

function status(code: number, body: string, headers: Readonly<Record<string, string>> = {}): Handler {
  return (_request, response) => void response.writeHead(code, { ...JSON_BODY, ...headers }).end(body);
}

async function leave(chain: Chain): Promise<unknown> {
  const controller = new AbortController();
  const stream = await chain.stream("Hi", { signal: controller.signal });
  controller.abort();
  return stream.result.catch((thrown: unknown) => thrown);
}

describe("Claude through a Bedrock client", () => {
  test("is asked at its own path, signed, with the version in the body, and its frames are read", async () => {
    await using cloud = await startCloud(streamed);

    const answer = await single(bedrock(cloud.url, "AKIAIOSFODNN7AAAAAAA")).generate("Hi");

    expect(answer).toMatchObject({ text: "From the cloud.", finishReason: "stop", usage: { inputTokens: 9 } });
    const [request] = cloud.requests;
    expect(request?.path).toBe(`/model/${MODEL}/invoke-with-response-stream`);
    expect(request?.headers.authorization).toContain(`AKIAIOSFODNN7AAAAAAA/`);
    expect(request?.headers.authorization).toContain(`/${REGION}/bedrock/aws4_request`);
    expect(request?.body).toMatchObject({
      anthropic_version: expect.stringMatching(/\d{4}-\d\d-\d\d$/),
      max_tokens: expect.any(Number),
    });
    expect(request?.body).not.toHaveProperty("model");
    expect(request?.body).not.toHaveProperty("stream");
  });

  test("answers in one piece where that is asked for", async () => {
    await using cloud = await startCloud(whole);

    const answer = await single(bedrock(cloud.url, "AKIAIOSFODNN7AAAAAAA"), { streaming: "never" }).generate("Hi");

    expect(answer.text).toBe("From the cloud.");
    expect(cloud.requests[0]?.path).toBe(`/model/${MODEL}/invoke`);
  });

  test.each<readonly [string, readonly Buffer[], string]>([
    ["ends between two frames", FRAMES.slice(0, 3), "stream.truncated"],
    ["ends inside a frame", [...FRAMES.slice(0, 3), chunk({ type: "ping" }).subarray(0, 40)], "stream.reset"],
    ["holds a frame with a wrong checksum", [...FRAMES.slice(0, 3), damaged(FRAMES[3])], "stream.reset"],
    [
      "says that it is throttled",
      [...FRAMES.slice(0, 1), exception("throttlingException", "Slow down.")],
      "rate.unknown",
    ],
    [
      "says that the model failed",
      [...FRAMES.slice(0, 3), exception("modelStreamErrorException", "Broke.")],
      "server.error",
    ],
  ])("is never a whole answer when its stream %s", async (_, frames, failureClass) => {
    await using cloud = await startCloud((_request, response) => {
      response.writeHead(200, STREAM).end(Buffer.concat(frames));
    });

    const { attempts } = await failed(single(bedrock(cloud.url, "AKIAIOSFODNN7AAAAAAA")));

    expect(attempts.map((attempt) => attempt.class)).toEqual([failureClass]);
    expect(cloud.requests).toHaveLength(1);
  });

  test("asks the second account of a region when the first one is throttled, also in the next call", async () => {
    const throttled = status(429, THROTTLED, { "x-amzn-errortype": "ThrottlingException", "retry-after": "60" });
    await using cloud = await startCloud(byAccount("AKIAIOSFODNN7AAAAAAA", throttled, streamed));
    const targets = ["AKIAIOSFODNN7AAAAAAA", "AKIAIOSFODNN7BBBBBBB"].map((id) => target(bedrock(cloud.url, id)));
    const chain = createChain([{ targets }]);

    const first = await chain.generate("Hi");
    const second = await chain.generate("Hi");

    expect([first.text, second.text]).toEqual(["From the cloud.", "From the cloud."]);
    expect(first.trace.attempts[0]?.class).toMatch(/^rate\./);
    expect(cloud.requests.map(accountOf)).toEqual([
      "AKIAIOSFODNN7AAAAAAA",
      "AKIAIOSFODNN7BBBBBBB",
      "AKIAIOSFODNN7BBBBBBB",
    ]);
  });

  test("tells an expired credential as a problem of the credential, and asks the other account", async () => {
    const expired = JSON.stringify({ message: "The security token included in the request is expired" });
    const refuse = status(403, expired, { "x-amzn-errortype": "ExpiredTokenException" });
    await using cloud = await startCloud(byAccount("AKIAIOSFODNN7AAAAAAA", refuse, streamed));
    const events: string[] = [];
    const targets = ["AKIAIOSFODNN7AAAAAAA", "AKIAIOSFODNN7BBBBBBB"].map((id) => target(bedrock(cloud.url, id)));
    const chain = createChain([{ targets }], { onEvent: ({ type }) => void events.push(type) });

    const answer = await chain.generate("Hi");

    expect(answer.text).toBe("From the cloud.");
    expect(answer.trace.attempts[0]?.class).toMatch(/^auth\./);
    expect(events).toContain("credential-problem");
  });

  test("closes its socket when the caller leaves", async () => {
    await using cloud = await startCloud((_request, response) => {
      response.writeHead(200, STREAM);
      for (const piece of FRAMES.slice(0, 3)) response.write(piece);
    });

    expect(await leave(single(bedrock(cloud.url, "AKIAIOSFODNN7AAAAAAA")))).toMatchObject({ code: "aborted" });
    await cloud.requests[0]?.closed;
  });

  test("fails as a problem of the credential when its chain of providers has none, and tells none of its words", async () => {
    await using cloud = await startCloud(streamed);
    const client = new AnthropicBedrock({
      baseURL: cloud.url,
      awsRegion: REGION,
      providerChainResolver: () =>
        Promise.resolve(() => Promise.reject(new Error("no profile in /home/me/.aws/credentials"))),
    });
    const chain = createChain([{ targets: [target(client), target(bedrock(cloud.url, "AKIAIOSFODNN7BBBBBBB"))] }]);

    const answer = await chain.generate("Hi");

    expect(answer.trace.attempts[0]).toMatchObject({
      class: "auth.invalid",
      explanation: "the client could not get the credential, project or region that it needs; nothing was sent",
    });
    expect(JSON.stringify(answer.trace)).not.toContain("/home/me");
    expect(cloud.requests.map(accountOf)).toEqual(["AKIAIOSFODNN7BBBBBBB"]);
  });
});

describe("Claude through a Vertex client", () => {
  test("is asked at the path of its project, streamed and in one piece", async () => {
    await using cloud = await startCloud((request, response) => {
      (request.path.endsWith(":rawPredict") ? whole : lines)(request, response);
    });
    const client = vertex(cloud.url, "project-a", token);

    const answers = [await single(client).generate("Hi"), await single(client, { streaming: "never" }).generate("Hi")];

    expect(answers.map(({ text }) => text)).toEqual(["From the cloud.", "From the cloud."]);
    const path = `/v1/projects/project-a/locations/${REGION}/publishers/anthropic/models/${MODEL}`;
    expect(cloud.requests.map((request) => request.path)).toEqual([`${path}:streamRawPredict`, `${path}:rawPredict`]);
    expect(cloud.requests[0]?.headers.authorization).toBe("Bearer ya29.good-token");
    expect(cloud.requests[0]?.body).toHaveProperty("anthropic_version");
    expect(cloud.requests[0]?.body).not.toHaveProperty("model");
  });

  test("asks the second project of a region when the first one has no quota left", async () => {
    const body = { error: { code: 429, message: "Quota exceeded for aiplatform.", status: "RESOURCE_EXHAUSTED" } };
    await using cloud = await startCloud(byAccount("project-a", status(429, JSON.stringify(body)), lines));
    const targets = ["project-a", "project-b"].map((project) => target(vertex(cloud.url, project, token)));

    const answer = await createChain([{ targets }]).generate("Hi");

    expect(answer.text).toBe("From the cloud.");
    expect(answer.trace.attempts.map((attempt) => attempt.class?.split(".")[0])).toEqual(["rate", undefined]);
  });

  test("tells an expired token as a problem of the credential, without the token", async () => {
    const message = "Request had invalid authentication credentials: ya29.good-token.";
    const body = JSON.stringify({ error: { code: 401, message, status: "UNAUTHENTICATED" } });
    await using cloud = await startCloud(status(401, body));

    const { attempts, vendorMessage } = await failed(single(vertex(cloud.url, "project-a", token)));

    expect(attempts.map((attempt) => attempt.class)).toEqual(["auth.invalid"]);
    expect(vendorMessage).toBe("Request had invalid authentication credentials: [redacted].");
    expect(JSON.stringify(attempts)).not.toContain("good-token");
  });

  test("closes its socket when the caller leaves", async () => {
    await using cloud = await startCloud((_request, response) => {
      response.writeHead(200, SSE).write(LINES.slice(0, LINES.indexOf("event: content_block_stop")));
    });

    expect(await leave(single(vertex(cloud.url, "project-a", token)))).toMatchObject({ code: "aborted" });
    await cloud.requests[0]?.closed;
  });

  test("fails as a problem of the credential where Google's credentials are missing, and nothing ends the process", async () => {
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file.json");
    await using cloud = await startCloud(lines);
    const client = new AnthropicVertex({ baseURL: `${cloud.url}/v1`, region: REGION, projectId: "project-a" });
    const chain = createChain([{ targets: [target(client), target(vertex(cloud.url, "project-b", token))] }]);

    const answer = await chain.generate("Hi");

    expect(answer.trace.attempts.map((attempt) => attempt.class)).toEqual(["auth.invalid", undefined]);
    expect(JSON.stringify(answer.trace)).not.toContain("/no/such/file");
    expect(cloud.requests).toHaveLength(1);
  });
});

describe("scopes of clients for other clouds", () => {
  const url = "https://bedrock-runtime.eu-west-1.amazonaws.com";

  test("are those of the account that signs, in every process", () => {
    expect(scopes(bedrock(url, "AKIAIOSFODNN7AAAAAAA"))).toEqual(scopes(bedrock(url, "AKIAIOSFODNN7AAAAAAA")));
    expect(scopes(bedrock(url, "AKIAIOSFODNN7AAAAAAA"))).not.toEqual(scopes(bedrock(url, "AKIAIOSFODNN7BBBBBBB")));
    expect(scopes(bedrock(url, "AKIAIOSFODNN7AAAAAAA"))).not.toEqual(
      scopes(bedrock(url, "AKIAIOSFODNN7AAAAAAA", "us-east-1")),
    );
    // The first 64 bits of the SHA-256 of "key", the vendor, the host, the access key and the region, a line each.
    expect(scopes(bedrock(url, "AKIAIOSFODNN7AAAAAAA")).key).toBe("4ff8da5f92b50c10");
  });

  test("are those of the client where its credentials come from a chain of providers", () => {
    const [one, other] = [1, 2].map(() => new AnthropicBedrock({ baseURL: url, awsRegion: REGION }));

    expect(scopes(one)).toEqual(scopes(one));
    expect(scopes(one)).not.toEqual(scopes(other));
  });

  test("are those of project and region, and of the account that was given", () => {
    const one = vertex("https://vertex.test", "project-a", token);

    expect(scopes(one)).toEqual(scopes(one));
    expect(scopes(one)).not.toEqual(scopes(vertex("https://vertex.test", "project-b", token)));
    expect(scopes(one)).not.toEqual(scopes(vertex("https://vertex.test", "project-a", token)));
  });
});

function damaged(piece: Buffer | undefined): Buffer {
  const copy = Buffer.from(piece ?? []);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1);
  return copy;
}
