import { createChain, isUnderstudyError, type Chain, type UnderstudyError } from "@understudy/core";
import { describe, expect, test } from "vitest";
import { startCloud, type CloudRequest } from "../../core/test/cloud-server.ts";
import { gemini, type GeminiTargetOptions } from "./index.ts";

type Handler = Parameters<typeof startCloud>[0];

const MODEL = "gemini-3.8-flash";
const SSE = { "content-type": "text/event-stream" };
const JSON_BODY = { "content-type": "application/json" };
const ANSWER = {
  candidates: [{ content: { role: "model", parts: [{ text: "From Vertex." }] }, finishReason: "STOP" }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 },
};

const answer: Handler = ({ path }, reply) => {
  if (path.includes(":stream")) reply.writeHead(200, SSE).end(`data: ${JSON.stringify(ANSWER)}\r\n\r\n`);
  else reply.writeHead(200, JSON_BODY).end(JSON.stringify(ANSWER));
};

function refusing(project: string, code: number, status: string, message = status): Handler {
  return (request, reply) => {
    if (!request.path.includes(`/projects/${project}/`)) answer(request, reply);
    else reply.writeHead(code, JSON_BODY).end(JSON.stringify({ error: { code, status, message } }));
  };
}

function pathOf(project: string, task: string): string {
  return `/v1beta1/projects/${project}/locations/global/publishers/google/models/${MODEL}:${task}`;
}

function target(
  url: string,
  project: string,
  token: () => Promise<string>,
  more: GeminiTargetOptions = {},
): ReturnType<typeof gemini> {
  const baseURL = `${url}/v1beta1/projects/${project}/locations/global/publishers/google`;
  return gemini(MODEL, { baseURL, headers: async () => ({ authorization: `Bearer ${await token()}` }), ...more });
}

function tokens(name: string): () => Promise<string> {
  let asked = 0;
  return () => Promise.resolve(`ya29.${name}-${++asked}`);
}

function refusal(): Promise<string> {
  return Promise.reject(new Error("hush"));
}

function authorizationOf({ headers }: CloudRequest): unknown {
  return headers.authorization;
}

async function failed(chain: Chain): Promise<UnderstudyError> {
  const error = await chain.generate("Hi").catch((thrown: unknown) => thrown);
  if (!isUnderstudyError(error)) throw new Error("It did not fail.");
  return error;
}

describe("Gemini on Vertex with a function for the token", () => {
  test("is asked with a token of its own for each request and no key, streamed and in one piece", async () => {
    await using cloud = await startCloud(answer);
    const token = tokens("a");

    const streamed = await createChain([target(cloud.url, "one", token)]).generate("Hi");
    const whole = await createChain([target(cloud.url, "one", token, { streaming: "never" })]).generate("Hi");

    expect([streamed.text, whole.text]).toEqual(["From Vertex.", "From Vertex."]);
    expect(cloud.requests.map((request) => request.path)).toEqual([
      pathOf("one", "streamGenerateContent?alt=sse"),
      pathOf("one", "generateContent"),
    ]);
    expect(cloud.requests.map(authorizationOf)).toEqual(["Bearer ya29.a-1", "Bearer ya29.a-2"]);
    for (const { headers } of cloud.requests) expect(headers).not.toHaveProperty("x-goog-api-key");
  });

  test("asks the second project when the first one's quota is used up", async () => {
    await using cloud = await startCloud(refusing("one", 429, "RESOURCE_EXHAUSTED"));
    const targets = ["one", "two"].map((project) => target(cloud.url, project, tokens(project)));

    const { text, trace } = await createChain([{ targets }]).generate("Hi");

    expect(text).toBe("From Vertex.");
    expect(trace.attempts.map((attempt) => attempt.class?.split(".")[0])).toEqual(["rate", undefined]);
    expect(cloud.requests.map(authorizationOf)).toEqual(["Bearer ya29.one-1", "Bearer ya29.two-1"]);
  });

  test("tells an expired token as a problem of the credential, without the token", async () => {
    const refuse = refusing("one", 401, "UNAUTHENTICATED", "The token ya29.a-1 has expired.");
    await using cloud = await startCloud(refuse);

    const { attempts, vendorMessage } = await failed(createChain([target(cloud.url, "one", tokens("a"))]));

    expect(attempts).toMatchObject([{ class: "auth.invalid", status: 401 }]);
    expect(vendorMessage).toBe("The token [redacted] has expired.");
    expect(JSON.stringify(attempts)).not.toContain("ya29");
  });

  test("sends nothing without a token, and tells none of the words of what failed", async () => {
    await using cloud = await startCloud(answer);

    const { attempts } = await failed(createChain([target(cloud.url, "one", refusal)]));

    expect(attempts).toMatchObject([
      { class: "auth.invalid", explanation: "the function for `headers` failed; nothing was sent" },
    ]);
    expect(JSON.stringify(attempts)).not.toContain("hush");
    expect(cloud.requests).toEqual([]);
  });

  test("closes its socket when the caller leaves", async () => {
    const part = { candidates: [{ content: { role: "model", parts: [{ text: "From" }] } }] };
    await using cloud = await startCloud((_request, reply) => {
      reply.writeHead(200, SSE).write(`data: ${JSON.stringify(part)}\r\n\r\n`);
    });
    const controller = new AbortController();
    const chain = createChain([target(cloud.url, "one", tokens("a"))], { holdMs: 0 });

    const stream = await chain.stream("Hi", { signal: controller.signal });
    controller.abort();

    await expect(stream.result).rejects.toMatchObject({ code: "aborted" });
    await cloud.requests[0]?.closed;
  });
});
