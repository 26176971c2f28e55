import { createChain, type AssistantPart, type Chain, type Message, type Request } from "@understudy/core";
import { startAnthropic, type Vendor } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { anthropic } from "./index.ts";

const MODEL = "claude-sonnet-5-5";
const WHOLE = {
  type: "message",
  id: "msg_1",
  model: MODEL,
  content: [{ type: "text", text: "Done." }],
  stop_reason: "end_turn",
  usage: { input_tokens: 3, output_tokens: 2 },
};
const SEARCH = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "q" } };
const FOUND = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };

interface Scripted {
  readonly chain: Chain;
  readonly bodies: readonly string[];
}

/** A chain of one target that is refused with these sentences, one after the other, and then answered. */
function refusing(...sentences: string[]): Scripted {
  const bodies: string[] = [];
  const answer: typeof fetch = (_input, init) => {
    bodies.push(JSON.stringify(init?.body));
    const message = sentences[bodies.length - 1];
    const error = { type: "error", error: { type: "invalid_request_error", message } };
    const [status, body] = message === undefined ? [200, WHOLE] : [400, error];
    const headers = { "content-type": "application/json" };
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers }));
  };
  return { chain: createChain([anthropic(MODEL, { apiKey: "k", fetch: answer })], { policy: () => "stop" }), bodies };
}

/** A conversation in which this endpoint's model made these blocks. */
function history(endpoint: string, ...blocks: { readonly type: string }[]): Message[] {
  const origin = { vendor: "anthropic", model: MODEL, endpoint };
  const content = blocks.map((data): AssistantPart => ({ type: "opaque", kind: data.type, data: { ...data }, origin }));
  return [
    { role: "user", content: "Look." },
    { role: "assistant", content: [...content, { type: "text", text: "I looked." }] },
    { role: "user", content: "And?" },
  ];
}

async function ask(vendor: Vendor, messages: readonly Message[]): Promise<readonly unknown[]> {
  vendor.answer({ text: "Done." });
  const chain = createChain([anthropic(MODEL, { baseURL: vendor.url, apiKey: "k" })], { policy: () => "stop" });
  const { losses } = await chain.generate({ messages, tools: [{ name: "bash" }] });
  expect(vendor.requests.map(({ refusal }) => refusal)).toEqual([undefined]);
  return losses.map(({ what, action }) => `${what} ${action}`);
}

describe("a conversation that was elsewhere in between", () => {
  test("is taken back by the vendor whose tool still waited when another one answered", async () => {
    await using vendor = await startAnthropic();
    const origin = { vendor: "anthropic", model: MODEL, endpoint: new URL(vendor.url).host };
    const messages: Message[] = [
      { role: "user", content: "Look." },
      {
        role: "assistant",
        content: [
          { type: "opaque", kind: "server_tool_use", data: SEARCH, origin },
          { type: "tool-call", toolCallId: "toolu_1", toolName: "bash", input: {}, origin },
        ],
      },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "toolu_1", content: "ok" }] },
      { role: "assistant", content: [{ type: "text", text: "From another vendor." }] },
      { role: "user", content: "And?" },
    ];

    expect(await ask(vendor, messages)).toEqual(["messages[1] opaque dropped"]);
  });

  test("is taken back when the user went on although a tool's call was interrupted", async () => {
    await using vendor = await startAnthropic();
    const origin = { vendor: "anthropic", model: MODEL, endpoint: new URL(vendor.url).host };
    const messages: Message[] = [
      { role: "user", content: "Look." },
      {
        role: "assistant",
        content: [
          { type: "opaque", kind: "server_tool_use", data: SEARCH, origin },
          { type: "tool-call", toolCallId: "toolu_1", toolName: "bash", input: {}, origin },
        ],
      },
      { role: "user", content: "Stop." },
    ];

    expect(await ask(vendor, messages)).toEqual(["messages[1] tool-call translated", "messages[1] opaque dropped"]);
  });
});

describe("a request that the vendor refuses", () => {
  const request: Request = { messages: history("api.anthropic.com", SEARCH, FOUND) };

  test("because of its own earlier blocks is sent once more without them, in this conversation only", async () => {
    const { chain, bodies } = refusing(
      "messages.1.content.1.web_search_tool_result.citations: Extra inputs are not permitted",
    );

    const first = await chain.generate(request);
    await chain.generate(request);

    expect(first.trace.attempts.map(({ repair }) => repair)).toEqual([undefined, "without earlier server tools"]);
    expect(first.losses).toMatchObject([{ what: "messages server tools", action: "dropped" }]);
    expect(bodies.map((body) => body.includes("srvtoolu_1"))).toEqual([true, false, true]);
    expect(bodies.map((body) => body.includes("I looked."))).toEqual([true, true, true]);
  });

  test("for more output than the model writes is sent once more with what it writes, from then on at once", async () => {
    const { chain, bodies } = refusing(
      `max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for ${MODEL}`,
    );

    const first = await chain.generate("Hi");
    const second = await chain.generate("Hi");

    expect(bodies.map((body) => JSON.parse(JSON.parse(body)).max_tokens)).toEqual([128_000, 64_000, 64_000]);
    for (const { losses } of [first, second]) expect(losses).toMatchObject([{ what: "maxOutputTokens" }]);
  });
});

describe("what the vendor says beside an answer", () => {
  test("reaches the application, and the container comes back with the answer", async () => {
    const container = { id: "container_1", expires_at: "2999-01-01T00:00:00Z" };
    const bodies: string[] = [];
    const answer: typeof fetch = (_input, init) => {
      bodies.push(JSON.stringify(init?.body));
      return Promise.resolve(Response.json({ ...WHOLE, container }));
    };
    const chain = createChain([anthropic(MODEL, { apiKey: "k", fetch: answer })]);

    const { message, vendorData } = await chain.generate("Hi");
    await chain.generate({ messages: [{ role: "user", content: "Hi" }, message, { role: "user", content: "And?" }] });

    expect(vendorData).toEqual({ id: "msg_1", container });
    expect(bodies.map((body) => JSON.parse(JSON.parse(body)).container)).toEqual([undefined, "container_1"]);
  });
});
