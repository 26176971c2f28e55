import { createChain, isUnderstudyError } from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import { AzureOpenAI } from "openai";
import { describe, expect, test } from "vitest";
import { startCloud, type CloudRequest } from "../../../core/test/cloud-server.ts";
import { openai } from "../index.ts";

type Handler = Parameters<typeof startCloud>[0];
type Credential = { readonly apiKey: string } | { readonly azureADTokenProvider: () => Promise<string> };

const DEPLOYMENT = "my-deployment";
const VERSION = "2025-04-01-preview";
const SSE = { "content-type": "text/event-stream; charset=utf-8" };
const JSON_BODY = { "content-type": "application/json", "apim-request-id": "a1b2" };
const TEXT = "From the cloud.";

const message = {
  type: "message",
  id: "msg_1",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text: TEXT, annotations: [] }],
};
const response = { id: "resp_1", object: "response", status: "completed", model: "gpt-6-astra", output: [message] };
const RESPONSES = [
  { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
  { type: "response.output_item.added", output_index: 0, item: { ...message, content: [] } },
  { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: TEXT },
  { type: "response.output_item.done", output_index: 0, item: message },
  { type: "response.completed", response },
];
const CHAT = [
  { choices: [], prompt_filter_results: [] },
  { choices: [{ index: 0, delta: { content: TEXT } }], model: "gpt-4.1" },
  { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
];
const CHAT_WHOLE = { choices: [{ index: 0, message: { content: TEXT }, finish_reason: "stop" }], model: "gpt-4.1" };

interface Surface {
  readonly name: string;
  readonly make: (client: AzureOpenAI, streaming?: "never") => Target;
  readonly path: string;
  readonly events: readonly object[];
  readonly whole: object;
}

const SURFACES: readonly Surface[] = [
  {
    name: "the Responses API",
    make: (client, streaming) => openai(DEPLOYMENT, { client, streaming }),
    path: `/openai/responses?api-version=${VERSION}`,
    events: RESPONSES,
    whole: response,
  },
  {
    name: "Chat Completions",
    make: (client, streaming) => openai.chat(DEPLOYMENT, { client, streaming }),
    path: `/openai/deployments/${DEPLOYMENT}/chat/completions?api-version=${VERSION}`,
    events: CHAT,
    whole: CHAT_WHOLE,
  },
];

function azure(endpoint: string, credential: Credential): AzureOpenAI {
  return new AzureOpenAI({ endpoint, apiVersion: VERSION, ...credential });
}

function token(text: string): Credential {
  return { azureADTokenProvider: () => Promise.resolve(text) };
}

function scope(client: AzureOpenAI): string {
  return openai(DEPLOYMENT, { client }).scopes.key;
}

function credentialOf({ headers }: CloudRequest): unknown {
  return headers["api-key"] ?? headers.authorization;
}

describe.each(SURFACES)("GPT through an Azure client and $name", ({ make, path, events, whole }) => {
  const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
  const answer: Handler = ({ body }, reply) => {
    if (body["stream"] === true) reply.writeHead(200, SSE).end(`${lines.join("")}data: [DONE]\n\n`);
    else reply.writeHead(200, JSON_BODY).end(JSON.stringify(whole));
  };
  const refusing =
    (credential: string, code: number, error: object): Handler =>
    (request, reply) => {
      if (credentialOf(request) !== credential) answer(request, reply);
      else reply.writeHead(code, { ...JSON_BODY, "retry-after": "60" }).end(JSON.stringify({ error }));
    };

  test.each<readonly [string, Credential, object]>([
    ["a key", { apiKey: "azure-key" }, { "api-key": "azure-key" }],
    ["a function for tokens", token("entra-token"), { authorization: "Bearer entra-token" }],
  ])("is asked at its own path with %s, streamed and in one piece", async (_, credential, headers) => {
    await using cloud = await startCloud(answer);
    const client = azure(cloud.url, credential);

    const streamed = await createChain([make(client)]).generate("Hi");
    const inOnePiece = await createChain([make(client, "never")]).generate("Hi");

    expect([streamed.text, inOnePiece.text]).toEqual([TEXT, TEXT]);
    expect(cloud.requests.map((request) => request.path)).toEqual([path, path]);
    expect(cloud.requests.map(({ body }) => body["stream"] ?? false)).toEqual([true, false]);
    for (const request of cloud.requests) expect(request.headers).toMatchObject(headers);
  });

  test.each<readonly [string, (name: string) => Credential, (name: string) => string]>([
    ["keys", (name) => ({ apiKey: name }), (name) => name],
    ["functions for tokens", token, (name) => `Bearer ${name}`],
  ])("asks the second account when the first one's rate is used up, with %s", async (_, credential, sent) => {
    const error = { code: "429", message: "Requests have exceeded the call rate limit of your current tier." };
    await using cloud = await startCloud(refusing(sent("account-one"), 429, error));
    const targets = ["account-one", "account-two"].map((name) => make(azure(cloud.url, credential(name))));
    const chain = createChain([{ targets }]);

    const answers = [await chain.generate("Hi"), await chain.generate("Hi")];

    expect(answers.map(({ text }) => text)).toEqual([TEXT, TEXT]);
    expect(answers[0]?.trace.attempts[0]?.class).toMatch(/^rate\./);
    expect(cloud.requests.map(credentialOf)).toEqual([sent("account-one"), sent("account-two"), sent("account-two")]);
  });

  test("tells an expired token as a problem of the credential, without the token", async () => {
    const expired = { code: "401", message: "The access token opaque-4711 has expired." };
    await using cloud = await startCloud(refusing("Bearer opaque-4711", 401, expired));

    const thrown: unknown = await createChain([make(azure(cloud.url, token("opaque-4711")))])
      .generate("Hi")
      .catch((failure: unknown) => failure);

    const error = isUnderstudyError(thrown) ? thrown : undefined;
    expect(error?.attempts.map((attempt) => attempt.class)).toEqual(["auth.invalid"]);
    expect(error?.vendorMessage).toBe("The access token [redacted] has expired.");
    expect(JSON.stringify(error?.attempts)).not.toContain("opaque-4711");
  });

  test.each<readonly [string, () => Promise<string>, string]>([
    ["rejects", () => Promise.reject(new Error("hush")), "failed"],
    ["returns no token", () => Promise.resolve(""), "returned nothing that can be sent as a credential"],
  ])("sends nothing when its function for tokens %s, and asks the other account", async (_, failing, what) => {
    await using cloud = await startCloud(answer);
    const targets = [{ azureADTokenProvider: failing }, token("good")].map((one) => make(azure(cloud.url, one)));

    const { text, trace } = await createChain([{ targets }]).generate("Hi");

    expect(text).toBe(TEXT);
    expect(trace.attempts[0]).toMatchObject({
      class: "auth.invalid",
      explanation: `the function for \`apiKey\` ${what}; nothing was sent`,
    });
    expect(JSON.stringify(trace)).not.toContain("hush");
    expect(cloud.requests.map(credentialOf)).toEqual(["Bearer good"]);
  });

  test("closes its socket when the caller leaves", async () => {
    await using cloud = await startCloud((_request, reply) => {
      reply.writeHead(200, SSE).write(lines.slice(0, 3).join(""));
    });
    const controller = new AbortController();
    const chain = createChain([make(azure(cloud.url, { apiKey: "azure-key" }))], { holdMs: 0 });

    const stream = await chain.stream("Hi", { signal: controller.signal });
    controller.abort();

    await expect(stream.result).rejects.toMatchObject({ code: "aborted" });
    await cloud.requests[0]?.closed;
  });
});

describe("scopes of Azure clients", () => {
  test("are those of a fixed key, or of the client whose function is asked, also after it was asked", () => {
    const endpoint = "https://acme.openai.azure.com";
    const one = azure(endpoint, token("t"));

    expect(scope(azure(endpoint, { apiKey: "a" }))).toBe(scope(azure(endpoint, { apiKey: "a" })));
    expect(scope(azure(endpoint, { apiKey: "a" }))).not.toBe(scope(azure(endpoint, { apiKey: "b" })));
    expect(scope(one)).not.toBe(scope(azure(endpoint, token("t"))));

    const asked = [azure(endpoint, token("t")), azure(endpoint, token("t"))];
    // As the SDK leaves it behind.
    for (const client of asked) client.apiKey = "t";
    expect(new Set(asked.map(scope)).size).toBe(2);
  });
});
