import { createChain, isUnderstudyError, type Clock, type StreamEvent } from "@understudy/core";
import type { TargetRequest } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { scriptedTarget } from "./scripted-target.ts";

const PROMPT = "Why is the sky blue?";
const REQUEST: TargetRequest = {
  messages: [{ role: "user", content: [{ type: "text", text: PROMPT }] }],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  stop: [],
  reasoning: { visible: true },
};
const STILL_CLOCK: Clock = {
  now: () => 0,
  wallNow: () => 0,
  setTimeout: () => undefined,
  clearTimeout: () => undefined,
};

async function eventsOf(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

async function eventsOfAll(): Promise<StreamEvent[]> {
  const target = scriptedTarget([{ reasoning: "Hm.", text: ["a", "b"], toolCalls: [{ name: "f" }] }]);
  return eventsOf(
    await createChain([target]).stream({ messages: [{ role: "user", content: PROMPT }], tools: [{ name: "f" }] }),
  );
}

function deltasOf(events: readonly StreamEvent[]): string[] {
  return events.flatMap((event) => (event.type === "text-delta" ? [event.delta] : []));
}

async function errorOf(call: PromiseLike<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a scripted target", () => {
  test("answers with a text, and keeps the request that it got", async () => {
    const target = scriptedTarget(["Because of scattering."]);

    const answer = await createChain([target]).generate(PROMPT);

    expect(answer).toMatchObject({ text: "Because of scattering.", finishReason: "stop", tier: "scripted/fake" });
    expect(target.calls).toMatchObject([
      {
        request: { messages: [{ role: "user", content: [{ type: "text", text: PROMPT }] }] },
        step: "Because of scattering.",
        aborted: false,
        left: false,
      },
    ]);
    expect(target.unused).toEqual([]);
  });

  test("lets each delta arrive alone, or everything in one piece", async () => {
    const text = ["The ", "sky"];
    const target = scriptedTarget([{ text }, { text, inOnePiece: true }]);
    const context = {
      signal: new AbortController().signal,
      clock: STILL_CLOCK,
      newId: () => "p",
      loss: () => undefined,
    };
    const readsOf = async (): Promise<string[][]> => {
      const reads: string[][] = [];
      for await (const parts of target.stream(REQUEST, context)) reads.push(parts.map(({ type }) => type));
      return reads;
    };

    expect(await readsOf()).toEqual([["text-start", "text-delta"], ["text-delta"], ["text-end"], ["end"]]);
    expect(await readsOf()).toEqual([["text-start", "text-delta", "text-delta", "text-end", "end"]]);
  });

  test("shows reasoning, calls tools by ids of its own, counts tokens and names the model that answered", async () => {
    const target = scriptedTarget([
      {
        reasoning: "Hm.",
        text: "Let me look.",
        toolCalls: [
          { name: "weather", input: { city: "Paris" } },
          { id: "mine", name: "weather", inputText: "{" },
        ],
        usage: { inputTokens: 9, outputTokens: 4 },
        model: "fake-2026",
        requestId: "req_1",
      },
    ]);
    const tools = [{ name: "weather" }];

    const answer = await createChain([target]).generate({ messages: [{ role: "user", content: PROMPT }], tools });

    expect(answer).toMatchObject({
      text: "Let me look.",
      finishReason: "tool-calls",
      model: "fake-2026",
      usage: { inputTokens: 9, outputTokens: 4 },
    });
    expect(answer.message.content[0]).toMatchObject({ type: "reasoning", text: "Hm." });
    expect(answer.toolCalls).toMatchObject([{ toolCallId: "call_1", input: { city: "Paris" } }]);
    expect(answer.invalidToolCalls).toMatchObject([{ part: { toolCallId: "mine", inputText: "{" } }]);
    expect(answer.trace.attempts[0]?.requestId).toBe("req_1");
  });

  test("writes JSON, and declines", async () => {
    const target = scriptedTarget([{ json: { a: 1 } }, { refusal: "I cannot." }]);
    const chain = createChain([target]);
    const request = { messages: [{ role: "user", content: PROMPT }], output: { type: "json" } } as const;

    const { output } = await chain.generate(request);
    const { finishReason } = await chain.generate(PROMPT);

    expect(output).toEqual({ a: 1 });
    expect(finishReason).toBe("refusal");
  });

  test("fails as told, and the next tier takes over", async () => {
    const first = scriptedTarget(
      [{ fails: "rate.requests", status: 429, retryAfterMs: 30_000, vendorCode: "slow_down" }],
      {
        vendor: "first",
      },
    );
    const second = scriptedTarget(["From the second."], { vendor: "second" });

    const answer = await createChain([first, second]).generate(PROMPT);

    expect(answer.text).toBe("From the second.");
    expect(answer.trace.attempts[0]).toMatchObject({
      class: "rate.requests",
      status: 429,
      retryAfterMs: 30_000,
      vendorCode: "slow_down",
    });
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
  });

  test.each([
    ["is cut", { stops: "cut" }, "stream.truncated"],
    ["fails", { fails: "server.overloaded" }, "server.overloaded"],
  ] as const)("shows what came before it %s, and the seam", async (_, end, reason) => {
    const first = scriptedTarget([{ text: ["The sky ", "is"], ...end }], { vendor: "first" });
    const second = scriptedTarget(["Scattering."], { vendor: "second" });
    const chain = createChain([first, second], { holdMs: 0 });

    const events = await eventsOf(await chain.stream(PROMPT));

    expect(events.find(({ type }) => type === "failover")).toMatchObject({ reason, discards: { textChars: 10 } });
    expect(deltasOf(events)).toEqual(["The sky ", "is", "Scattering."]);
  });

  test("releases no tool call of an answer that fails after it", async () => {
    const first = scriptedTarget([{ toolCalls: [{ name: "pay", input: {} }], stops: "cut" }], { vendor: "first" });
    const second = scriptedTarget(["Nothing was paid."], { vendor: "second" });
    const request = { messages: [{ role: "user", content: PROMPT }], tools: [{ name: "pay" }] } as const;

    const answer = await createChain([first, second]).generate(request);

    expect(answer).toMatchObject({ text: "Nothing was paid.", toolCalls: [] });
  });

  test("hangs until the chain gives up, and tells that it was aborted", async () => {
    const first = scriptedTarget([{ stops: "hang" }], { vendor: "first" });
    const second = scriptedTarget(["At last."], { vendor: "second" });

    const answer = await createChain([{ target: first, timeoutMs: 10 }, second]).generate(PROMPT);

    expect(answer.text).toBe("At last.");
    expect(answer.trace.attempts[0]?.class).toBe("timeout.first-content");
    expect(first.calls[0]).toMatchObject({ aborted: true });
  });

  test("tells that it was left by a reader who had enough", async () => {
    const target = scriptedTarget([{ text: ["One ", "two "], stops: "hang" }]);
    const stream = await createChain([target], { holdMs: 0 }).stream(PROMPT);

    for await (const event of stream) if (event.type === "text-delta") break;

    expect(target.calls[0]?.left).toBe(true);
  });

  test("waits on the chain's clock", async () => {
    const waits: number[] = [];
    const clock: Clock = {
      now: () => 0,
      wallNow: () => 0,
      setTimeout: (callback, ms) => {
        if (ms !== 60_001) return undefined;
        waits.push(ms);
        queueMicrotask(callback);
        return undefined;
      },
      clearTimeout: () => undefined,
    };
    const target = scriptedTarget([{ delayMs: 60_001, text: "At last." }]);

    const answer = await createChain([target], { clock }).generate(PROMPT);

    expect(answer.text).toBe("At last.");
    expect(waits).toEqual([60_001]);
  });

  test("says in the error which call the script has no step for", async () => {
    const target = scriptedTarget(["Once."]);
    const chain = createChain([target]);
    await chain.generate(PROMPT);

    const error = await errorOf(chain.generate(PROMPT));

    expect(isUnderstudyError(error) && error.code).toBe("adapter-error");
    expect(String(error)).toContain("the script of scripted/fake has 1 step, and this is call 2");
    expect(target.calls.map(({ step }) => step)).toEqual(["Once.", undefined]);
  });

  test("lists the steps that no call has used", async () => {
    const target = scriptedTarget(["One.", "Two.", { fails: "server.error" }]);

    await createChain([target]).generate(PROMPT);

    expect(target.unused).toEqual(["Two.", { fails: "server.error" }]);
  });

  test("plays `otherwise` for every call beyond the script", async () => {
    const target = scriptedTarget(["One."], { otherwise: "More." });
    const chain = createChain([target]);
    const texts: string[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    for (let call = 0; call < 3; call++) texts.push((await chain.generate(PROMPT)).text);

    expect(texts).toEqual(["One.", "More.", "More."]);
  });

  test("is passed over for what it cannot do, and shares a key with a sibling", async () => {
    const blind = scriptedTarget([], { vendor: "blind", capabilities: { images: false } });
    const refused = scriptedTarget([{ fails: "auth.invalid", status: 401 }], { model: "a", key: "shared" });
    const sibling = scriptedTarget([], { model: "b", key: "shared" });
    const last = scriptedTarget(["A cat."], { vendor: "last" });
    const image = { type: "image", source: { type: "url", url: "https://x.test/cat.png" } } as const;

    const answer = await createChain([blind, { targets: [refused, sibling] }, last]).generate({
      messages: [{ role: "user", content: [{ type: "text", text: PROMPT }, image] }],
    });

    expect(answer.text).toBe("A cat.");
    expect([blind, refused, sibling, last].map(({ calls }) => calls.length)).toEqual([0, 1, 0, 1]);
  });

  test("answers alike every time", async () => {
    expect(await eventsOfAll()).toEqual(await eventsOfAll());
  });

  test("refuses a step that contradicts itself, before any call", () => {
    // @ts-expect-error -- a type error, too
    expect(() => scriptedTarget([{ fails: "server.error", stops: "cut" }])).toThrow(
      "Step 1 of scripted/fake has both `fails` and `stops`.",
    );
    expect(() => scriptedTarget(["fine", { text: "a", json: 1 }])).toThrow(
      "Step 2 of scripted/fake has both `text` and `json`.",
    );
    expect(() => scriptedTarget([{ text: "a", status: 500 }])).toThrow(
      "Step 1 of scripted/fake has the field `status`, which means nothing there.",
    );
  });

  test.each<readonly [string, readonly unknown[], string]>([
    [
      "a script that is no array",
      ["Blue."],
      "The script of scripted/fake cannot be played: it must be an array of steps",
    ],
    ["a misspelt field", [[], { otherwise: { txt: "a" } }], "unknown field `txt` (did you mean `text`?)"],
    ["a class that there is not", [[{ fails: "rate.request" }]], "rate.requests (did you mean `rate.requests`?)"],
    ["another way to stop", [[{ text: "a", stops: "hangs" }]], "'cut' or 'hang' (did you mean `hang`?)"],
    ["a number as text", [[{ text: 5 }]], "Step 1 of scripted/fake.text must be a string or an array of strings"],
    ["a number as a step", [["a", 5]], "Step 2 of scripted/fake must be a string or an object"],
    ["a call without a name", [[{ toolCalls: [{ input: {} }] }]], ".toolCalls[0].name must be a string"],
    ["OpenAI's word for arguments", [[{ toolCalls: [{ name: "a", arguments: "{}" }] }]], "(did you mean `input`?)"],
    ["a misspelt option", [[], { modle: "a" }], "unknown option `modle` (did you mean `model`?)"],
    ["a misspelt capability", [[], { capabilities: { imges: false } }], "(did you mean `images`?)"],
    ["a misspelt plan", [[], { plan: { unray: true } }], "plan has an unknown field `unray` (did you mean `unary`?)"],
  ])("refuses %s, in plain JavaScript too", (_name, parameters, problem) => {
    expect(() => Reflect.apply(scriptedTarget, undefined, parameters)).toThrow(problem);
  });

  test("says which steps no call has used, and throws for them when asked to", async () => {
    const target = scriptedTarget(["One.", "Two."]);
    const chain = createChain([target]);
    await chain.generate("Hi");

    expect(target.unused).toEqual(["Two."]);
    expect(() => target.expectDone()).toThrow(
      "The script of scripted/fake was not played: 1 of its 2 steps was not used",
    );
    await chain.generate("Hi");
    expect(() => target.expectDone()).not.toThrow();
  });
});
