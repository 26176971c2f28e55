import { createChain, isUnderstudyError } from "@understudy/core";
import { statusOf } from "@understudy/core/web";
import { scriptedTarget } from "@understudy/testing";
import {
  convertToModelMessages,
  createUIMessageStream,
  createUIMessageStreamResponse,
  lastAssistantMessageIsCompleteWithToolCalls,
  streamText,
  toUIMessageStream as sdkStream,
  type UIMessage,
} from "ai";
import { describe, expect, test, vi } from "vitest";
import { understudy, understudyCall, withoutDiscarded } from "../src/index.ts";
import { fromUIMessages, retractDiscarded, toUIMessageResponse, toUIMessageStream } from "../src/ui/index.ts";
import { Chat, serve, type Server } from "./chat.ts";
import { bodyOf, counts, LOST, MARKER, RESET, setUp, type SetUp } from "./set-up.ts";

function breaking({ claude, gpt }: SetUp): void {
  claude.answer({ text: ["The sky ", "is blue."] });
  claude.script([{ fault: RESET }]);
  gpt.answer({ text: "Because of Rayleigh." });
}

async function messagesOf(request: Request): Promise<UIMessage[]> {
  const { messages }: { messages: UIMessage[] } = JSON.parse(await request.text());
  return messages;
}

type Given = (
  vendors: SetUp,
) => Partial<ReturnType<typeof understudyCall>> & Pick<ReturnType<typeof understudyCall>, "model">;
const FORMS: readonly (readonly [string, Given])[] = [
  ["understudy", ({ chain }) => ({ model: understudy(chain) })],
  ["understudyCall", ({ chain }) => understudyCall(chain)],
];

/** A chat through the AI SDK on the server. */
function sdkServer(vendors: SetUp, given: Given, saved: UIMessage[] = []): Promise<Server> {
  return serve(async (request) => {
    const messages = await messagesOf(request);
    const stream = createUIMessageStream({
      originalMessages: messages,
      execute: async ({ writer }) => {
        const result = streamText({
          ...given(vendors),
          messages: await convertToModelMessages(messages),
          abortSignal: request.signal,
        });
        writer.merge(sdkStream({ stream: result.stream, onError: codeOf }).pipeThrough(retractDiscarded()));
      },
      onEnd: ({ responseMessage }) => void saved.push(responseMessage),
    });
    return createUIMessageStreamResponse({ stream });
  });
}

function codeOf(error: unknown): string {
  return isUnderstudyError(error) ? error.code : "error";
}

/** A chat without `ai` on the server. */
function ownServer({ chain }: SetUp): Promise<Server> {
  return serve(async (request) => {
    const messages = fromUIMessages(await messagesOf(request));
    const tools = [{ name: "ask", inputSchema: { type: "object" } }];
    return toUIMessageResponse(await chain.stream({ messages, tools }, { signal: request.signal }));
  });
}

describe("a chat of the AI SDK", () => {
  test.each(FORMS)(
    "5, 6: shows half an answer, then the whole one alone, and sends that in the next turn (%s)",
    async (_name, given) => {
      await using vendors = await setUp();
      breaking(vendors);
      const saved: UIMessage[] = [];
      await using server = await sdkServer(vendors, given, saved);
      const chat = new Chat(server.url);

      await chat.sendMessage({ text: "Why?" });

      const { screens } = chat.shown;
      expect(screens).toContain("The sky ");
      const voided = screens.lastIndexOf("The sky ");
      expect(screens.slice(voided + 1).join("")).not.toMatch(/The sky|backup/);
      expect(screens.at(-1)).toBe("Because of Rayleigh.");
      expect(chat.lastParts.map(({ type }) => type)).toEqual(["step-start", "custom", "text"]);
      expect(chat.status).toBe("ready");
      expect(saved.map(({ parts }) => parts.map(({ type }) => type))).toEqual([["step-start", "custom", "text"]]);
      expect(saved[0]?.parts[2]).toMatchObject({ text: "Because of Rayleigh." });

      vendors.claude.answer({ text: "You are welcome." });
      await chat.sendMessage({ text: "Thanks." });

      expect(simple(bodyOf(vendors.claude.requests[1])["messages"])).toEqual([
        ["user", "Why?"],
        ["assistant", "Because of Rayleigh."],
        ["user", "Thanks."],
      ]);
      expect(counts(vendors)).toEqual([2, 1]);
    },
  );

  test("5: without retractDiscarded it shows half, marker and whole, and the next turn still sends the whole alone", async () => {
    await using vendors = await setUp();
    breaking(vendors);
    await using server = await serve(async (request) => {
      const messages = await convertToModelMessages(await messagesOf(request));
      const result = streamText({ model: understudy(vendors.chain), messages });
      return createUIMessageStreamResponse({ stream: sdkStream({ stream: result.stream }) });
    });
    const chat = new Chat(server.url);

    await chat.sendMessage({ text: "Why?" });
    expect(chat.shown.screens.at(-1)).toBe(`The sky ${MARKER}Because of Rayleigh.`);
    await chat.sendMessage({ text: "Thanks." });

    expect(simple(bodyOf(vendors.claude.requests[1])["messages"])).toEqual([
      ["user", "Why?"],
      ["assistant", "Because of Rayleigh."],
      ["user", "Thanks."],
    ]);
  });

  test.each(FORMS)("8: an answer that is lost ends in the error's code (%s)", async (name, given) => {
    await using vendors = await setUp({ maxAttempts: 2 });
    breaking(vendors);
    vendors.gpt.script([{ fault: LOST }, { fault: LOST }]);
    await using server = await sdkServer(vendors, given);
    const chat = new Chat(server.url);
    const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);

    await chat.sendMessage({ text: "Why?" });

    const errors = printed.mock.calls.map(([error]) => isUnderstudyError(error));
    printed.mockRestore();
    expect(errors).toEqual(name === "understudy" ? [true] : [true, true]);
    expect(chat.status).toBe("error");
    expect(chat.error?.message).toBe("all-failed");
    expect(chat.shown.screens.at(-1)).toBe("The sky ");
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test.each(FORMS)("a reader who leaves at the seam leaves no connection behind (%s)", async (_name, given) => {
    await using vendors = await setUp();
    breaking(vendors);
    vendors.gpt.script([{ fault: { type: "silence", at: { deltas: 1 } } }]);
    await using server = await sdkServer(vendors, given);
    const chat = new Chat(server.url);

    const sending = chat.sendMessage({ text: "Why?" });
    const record = await vendors.gpt.arrived(0);
    await expect.poll(() => chat.shown.screens.at(-1)).toBe("Because");
    await chat.stop();
    await sending;
    await record.closed;

    expect(record.closedByClient).toBe(true);
  });
});

describe("toUIMessageResponse(), without the AI SDK on the server", () => {
  test("26: a failover shows half an answer, then the whole one alone", async () => {
    await using vendors = await setUp();
    breaking(vendors);
    await using server = await ownServer(vendors);
    const chat = new Chat(server.url);

    await chat.sendMessage({ text: "Why?" });
    expect(chat.shown.screens).toContain("The sky ");
    expect(chat.lastParts.map(({ type }) => type)).toEqual(["step-start", "custom", "text"]);
    expect(chat.shown.screens.at(-1)).toBe("Because of Rayleigh.");
    expect(chat.messages.at(-1)?.metadata).toEqual({ tier: "openai/gpt-6.1-terra", degraded: false });
    expect(chat.status).toBe("ready");
    await chat.sendMessage({ text: "Thanks." });

    expect(simple(bodyOf(vendors.claude.requests[1])["messages"])).toEqual([
      ["user", "Why?"],
      ["assistant", "Because of Rayleigh."],
      ["user", "Thanks."],
    ]);
  });

  test("26: a tool of the browser's runs between two requests", async () => {
    await using vendors = await setUp();
    vendors.claude.script([
      { answer: { reasoning: "Ask.", toolCalls: [{ name: "ask", input: { question: "Where?" } }] } },
      { answer: { text: "Paris, then." } },
    ]);
    await using server = await ownServer(vendors);
    const chat: Chat = new Chat(server.url, {
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
      onToolCall: ({ toolCall }) => {
        void chat.addToolOutput({ tool: "ask", toolCallId: toolCall.toolCallId, output: { answer: "In Paris." } });
      },
    });

    await chat.sendMessage({ text: "Help." });
    await expect.poll(() => chat.shown.screens.at(-1)).toBe("Paris, then.");

    const second = JSON.stringify(bodyOf(vendors.claude.requests[1])["messages"]);
    expect(second).toMatch(/"type":"thinking","thinking":"Ask.","signature":"[^"]+"/);
    expect(second).toMatch(/"type":"tool_use","id":"[^"]+","name":"ask","input":\{"question":"Where\?"\}/);
    expect(second).toContain(String.raw`{\"answer\":\"In Paris.\"}`);
    expect(counts(vendors)).toEqual([2, 0]);
  });

  test("26: arguments that are no JSON end as a tool error", async () => {
    await using vendors = await setUp();
    vendors.claude.script([{ answer: { toolCalls: [{ name: "ask", inputText: '{"question":' }] } }]);
    await using server = await ownServer(vendors);
    const chat = new Chat(server.url);

    await chat.sendMessage({ text: "Help." });

    expect(chat.lastParts).toMatchObject([
      { type: "step-start" },
      { type: "tool-ask", state: "output-error", errorText: "the text of the arguments is not JSON" },
    ]);
  });

  test("26: an answer that is lost ends in the error's code", async () => {
    await using vendors = await setUp({ maxAttempts: 2 });
    breaking(vendors);
    vendors.gpt.script([{ fault: LOST }, { fault: LOST }]);
    await using server = await ownServer(vendors);
    const chat = new Chat(server.url);

    await chat.sendMessage({ text: "Why?" });

    expect([chat.status, chat.error?.message]).toEqual(["error", "all-failed"]);
    expect(chat.shown.screens.at(-1)).toBe("The sky ");
  });

  test("26: a chat that is stopped closes the vendor's connection", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: ["The sky ", "is blue."] });
    vendors.claude.script([{ fault: { type: "silence", at: { deltas: 1 } } }]);
    await using server = await ownServer(vendors);
    const chat = new Chat(server.url);

    const sending = chat.sendMessage({ text: "Why?" });
    await expect.poll(() => chat.shown.screens.at(-1)).toBe("The sky ");
    await chat.stop();
    await sending;

    const record = await vendors.claude.arrived(0);
    await record.closed;
    expect(record.closedByClient).toBe(true);
    expect(counts(vendors)).toEqual([1, 0]);
  });
});

/** What is read of a response whose vendor falls silent behind its first words. */
async function readFor(ms: number, init: Parameters<typeof toUIMessageResponse>[1], isRead = true): Promise<string> {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const target = scriptedTarget([{ text: ["The sky "], stops: "hang" }]);
    const stream = await createChain([target], { holdMs: 0 }).stream("Why?");
    const reader = toUIMessageResponse(stream, init).body?.getReader();
    await import("../src/ui/keep-alive.ts");
    let text = "";
    const decoder = new TextDecoder();
    const read = async (): Promise<void> => {
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- a body is read in order
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return;
        text += decoder.decode(value);
      }
    };
    const reading = isRead ? read() : Promise.resolve();
    await vi.waitFor(() => expect(text.includes("The sky ")).toBe(isRead));
    await vi.advanceTimersByTimeAsync(ms);
    if (!isRead) text = String(vi.getTimerCount());
    await reader?.cancel();
    await reading;
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
    return text;
  } finally {
    vi.useRealTimers();
  }
}

describe("toUIMessageResponse while a vendor is silent", () => {
  test.each([
    ["every 15 s", {}, 46_000, 3],
    ["as often as is asked", { keepAliveMs: 5_000 }, 16_000, 3],
    ["never", { keepAliveMs: 0 }, 60_000, 0],
  ])("sends a comment %s, and none behind the end", async (_title, init, ms, count) => {
    const text = await readFor(ms, init);

    expect(text.split("\n\n").filter((line) => line === ": keep-alive")).toHaveLength(count);
    expect(text.endsWith("\n\n")).toBe(true);
  });

  test("stops when nobody reads", async () => {
    expect(await readFor(39 * 1_000, { keepAliveMs: 1_000 }, false)).toBe("1");
    expect(await readFor(60 * 1_000, { keepAliveMs: 1_000 }, false)).toBe("0");
  });

  test("is read by a chat like any other", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: ["The sky ", "is blue."], deltaDelayMs: 30 });
    await using server = await serve(async (request) => {
      const messages = fromUIMessages(await messagesOf(request));
      return toUIMessageResponse(await vendors.chain.stream({ messages }), { keepAliveMs: 5 });
    });
    const chat = new Chat(server.url);

    await chat.sendMessage({ text: "Why?" });

    expect(chat.shown.screens.at(-1)).toBe("The sky is blue.");
    expect(chat.status).toBe("ready");
  });
});

/** Role and text of Claude's messages. */
function simple(messages: unknown): unknown {
  if (!Array.isArray(messages)) return messages;
  return messages.map(({ role, content }: { role: string; content: string | readonly { text?: string }[] }) => [
    role,
    typeof content === "string" ? content : content.map(({ text }) => text).join("|"),
  ]);
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types are set aside on purpose
const wrong = (value: unknown): never => value as never;
const misused = (message: string): object => expect.objectContaining({ code: "invalid-request", message });

describe("what is no answer, chain or chat", () => {
  test.each([null, undefined, "Hi", [], {}, Promise.resolve()])("is refused in words: %s", async (value) => {
    for (const give of [toUIMessageStream, toUIMessageResponse]) {
      expect(() => give(wrong(value))).toThrow(misused(`${give.name}() takes what \`await chain.stream(…)\` gives.`));
    }
    for (const model of [understudy, understudyCall]) {
      expect(() => model(wrong(value))).toThrow(expect.objectContaining({ code: "config" }));
    }
  });

  test.each([
    [null, "messages must be an array"],
    [{ messages: [] }, "messages must be an array"],
    [[{ role: "user", parts: [] }, null], "messages[1] must be an object"],
    [[{ role: "user", content: "Hi" }], "messages[0].parts must be an array"],
    [[{ role: "user", parts: [{ type: "text", text: "Hi" }, 5] }], "messages[0].parts[1] must be an object"],
  ])("in a chat that a browser sent is its own mistake: %j", (messages, problem) => {
    let thrown: unknown;
    try {
      fromUIMessages(wrong(messages));
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toEqual(misused(`The messages cannot be sent: ${problem}.`));
    expect(statusOf(thrown)).toBe(400);
  });

  test.each([null, undefined, "Hi", {}])("in a history is refused: %j", (messages) => {
    expect(() => withoutDiscarded(wrong(messages))).toThrow(misused("withoutDiscarded() takes an array of messages."));
    expect(withoutDiscarded(wrong([null, "Hi"]))).toEqual([null, "Hi"]);
  });

  test.each([
    { status: 204 },
    { status: 99 },
    { headers: { "x y": "secret" } },
    { statusText: "\n" },
    { keepAliveMs: -1 },
    { keepAliveMs: Number.NaN },
  ])("in the init of a response closes the call: %j", async (init) => {
    const target = scriptedTarget([{ text: "Hello", stops: "hang" }]);
    const stream = await createChain([target], { holdMs: 0 }).stream("Hi");

    const refuse = (): unknown => toUIMessageResponse(stream, init);

    expect(refuse).toThrow(
      misused("`init` needs a status that has a body, valid headers, and `keepAliveMs` of at least 0."),
    );
    await expect(stream.result).rejects.toMatchObject({ code: "aborted" });
  });

  test.each([null, "Hi"])("among options is refused: %j", async (options) => {
    await using vendors = await setUp();
    const stream = await vendors.chain.stream("Hi");

    for (const give of [toUIMessageStream, toUIMessageResponse]) {
      expect(() => give(stream, wrong(options))).toThrow(misused(`The options of ${give.name}() must be an object.`));
    }
    expect(() => understudy(vendors.chain, wrong(options))).toThrow(
      expect.objectContaining({ code: "invalid-request" }),
    );
    expect((await stream.result).text).toBe("Hello from the simulator.");
  });
});

describe("an answer that another target goes on with", () => {
  const FIRST =
    "The tide comes in twice a day because the Moon pulls the oceans towards itself. On the side that faces the Moon the " +
    "water is drawn nearer, and on the far side it is left behind a little, so that two bulges travel around the";
  const REST = " Earth, and between them is the ebb.";

  test("R15.1 is one text part in a chat, and reasoning that was begun ends", async () => {
    const words = `left behind a little, so that two bulges travel around the${REST}`;
    const first = scriptedTarget([{ reasoning: "Hm.", text: FIRST, fails: "stream.reset" }], { vendor: "a" });
    const chain = createChain([first, scriptedTarget([words], { vendor: "b" })], {
      holdMs: 0,
      afterRelease: "continue",
    });

    const chunks: { readonly type: string }[] = [];
    for await (const chunk of toUIMessageStream(await chain.stream("Why?"))) chunks.push(chunk);

    const types = chunks.map(({ type }) => type);
    expect(types.filter((type) => type === "text-start" || type === "text-end")).toEqual(["text-start", "text-end"]);
    expect(types.filter((type) => type === "reasoning-end")).toHaveLength(1);
    expect(types).not.toContain("reset-step");
    expect(types).not.toContain("custom");
    expect(chunks.map((chunk) => ("delta" in chunk && chunk.type === "text-delta" ? chunk.delta : "")).join("")).toBe(
      FIRST + REST,
    );
  });
});
