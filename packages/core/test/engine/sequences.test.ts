import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection, types } from "../harness.ts";
import { answer, begin, end, fail, hang, read, scripted, stop, wait, type Script } from "../scripted-target.ts";
import {
  reading,
  sequence,
  someReasoning,
  someText,
  someToolCall,
  wholeRefusal,
  wholeText,
  wholeToolCall,
} from "../scripts.ts";
import type { AnswerStream, ChainOptions, Request, StreamEvent } from "../../src/index.ts";

const MARKER = "\n\n—continuing on backup—\n\n";

/** Streams through a chain of one scripted target per vendor and returns what the consumer saw. */
async function play(
  scripts: readonly Script[],
  { request = "Hi", ...options }: ChainOptions & { readonly request?: string | Request } = {},
) {
  const { clock, chain, events: engineEvents } = harness();
  const targets = scripts.map((script, index) => scripted(clock, [script], { vendor: "abcdef".charAt(index) }));
  const stream: AnswerStream = await finish(clock, chain(targets, options).stream(request));
  const { events, error } = await collect(clock, stream);
  return { clock, targets, stream, events, error, engineEvents };
}

/** A short form of an event list: types, with the text of deltas. */
function brief(events: readonly StreamEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case "text-delta":
        return `"${event.delta}"`;
      case "start":
        return `start ${event.vendor}`;
      case "failover":
        return `failover ${event.from.vendor}>${event.to.vendor}`;
      case "finish":
        return `finish ${event.finishReason}`;
      default:
        return event.type;
    }
  });
}

const TOOLS: Request = {
  messages: [{ role: "user", content: "Hi" }],
  tools: [{ name: "delete_files", inputSchema: { type: "object" } }],
};

describe("failures that stay invisible", () => {
  test("SQ-01 MS-01 R4.4 a failure after preamble only: one start, from the attempt that answers", async () => {
    const preamble: Script = [
      read({ type: "response", requestId: "r1" }),
      read({ type: "usage", usage: { inputTokens: 3 } }),
      read(),
      fail("server.gateway", { status: 503 }),
    ];

    const { events, targets } = await play([preamble, answer("One", " two")]);

    expect(brief(events)).toEqual(["start b", "text-start", '"One"', '" two"', "text-end", "finish stop"]);
    expect(events[0]).toEqual({ type: "start", attempt: 2, tier: "b/one", vendor: "b", model: "one", losses: [] });
    expect(targets.map((target) => target.calls.length)).toEqual([1, 1]);
  });

  test("SQ-02 MS-01 R4.3 a failure inside the hold window: its text is never seen", async () => {
    const { events } = await play([begin(["He"], wait(30), fail("stream.reset")), answer("Hello")]);

    expect(brief(events)).toEqual(["start b", "text-start", '"Hello"', "text-end", "finish stop"]);
  });

  test("SQ-18 MS-02 CL-15 an in-band error as the first event is a failed attempt", async () => {
    const { events, targets } = await play([[fail("server.overloaded", { status: 200 })], answer("Hello")]);

    expect(brief(events)).toEqual(["start b", "text-start", '"Hello"', "text-end", "finish stop"]);
    expect(targets[0]?.calls).toHaveLength(1);
  });

  test("SQ-12 MS-05 half a tool call without any text before it is left silently", async () => {
    const { events } = await play([sequence(someToolCall('{"path":"/"'), fail("stream.reset")), answer("Hello")], {
      request: TOOLS,
    });

    expect(brief(events)).toEqual(["start b", "text-start", '"Hello"', "text-end", "finish stop"]);
  });

  test("SQ-13 MS-06 a whole tool call without the end of its attempt is never released", async () => {
    const { events, stream } = await play([sequence(wholeToolCall(), stop), answer("Hello")], {
      request: TOOLS,
    });
    const result = await stream.result;

    expect(brief(events)).toEqual(["start b", "text-start", '"Hello"', "text-end", "finish stop"]);
    expect(result.toolCalls).toEqual([]);
  });

  test("SQ-14 MS-17 JSON output is held whole, so a failure in it is silent and leaves no marker", async () => {
    const request: Request = { messages: [{ role: "user", content: "Hi" }], output: { type: "json" } };

    const { events, stream } = await play([begin(['{"a":1,'], wait(5_000), fail("stream.reset")), answer('{"a":2}')], {
      request,
    });
    const result = await stream.result;

    expect(brief(events)).toEqual(["start b", "text-start", '"{"a":2}"', "text-end", "finish stop"]);
    expect(result.output).toEqual({ a: 2 });
  });

  test("MS-20 R4.2 holdMs: Infinity keeps a whole stream back, so that also a late failure is silent", async () => {
    const { events } = await play([begin(["One", " two"], wait(5_000), fail("stream.reset")), answer("Backup")], {
      holdMs: Infinity,
    });

    expect(brief(events)).toEqual(["start b", "text-start", '"Backup"', "text-end", "finish stop"]);
  });
});

describe("failures after output was shown", () => {
  test("SQ-03 MS-04 MS-18 R4.5 the second answer begins behind a failover event, and the message is the second alone", async () => {
    const { events, stream } = await play([
      begin(["The sky"], wait(100), fail("stream.reset")),
      answer("The sky is", " blue"),
    ]);
    const result = await stream.result;

    expect(events).toEqual([
      { type: "start", attempt: 1, tier: "a/one", vendor: "a", model: "one", losses: [] },
      { type: "text-start", id: "p1" },
      { type: "text-delta", id: "p1", delta: "The sky" },
      {
        type: "failover",
        mode: "restart",
        from: { attempt: 1, tier: "a/one", vendor: "a", model: "one" },
        to: { attempt: 2, tier: "b/one", vendor: "b", model: "one" },
        reason: "stream.reset",
        marker: MARKER,
        discards: { textChars: 7, ids: ["p1"] },
        sideEffects: false,
        losses: [],
      },
      { type: "text-start", id: "p2" },
      { type: "text-delta", id: "p2", delta: "The sky is" },
      { type: "text-delta", id: "p2", delta: " blue" },
      { type: "text-end", id: "p2", part: { type: "text", text: "The sky is blue" } },
      { type: "finish", finishReason: "stop", rawFinishReason: "stop", usage: undefined },
    ]);
    expect(result.message.content).toEqual([{ type: "text", text: "The sky is blue" }]);
    expect(result.trace.attempts.map((attempt) => attempt.deliveredChars)).toEqual([7, 15]);
  });

  test("SQ-04 MS-12 a second failure inside its gate is silent, and the notice names the target that answers", async () => {
    const { events } = await play([
      begin(["The sky"], wait(100), fail("stream.reset")),
      [fail("rate.requests", { status: 429 })],
      answer("Third"),
    ]);

    expect(brief(events)).toEqual([
      "start a",
      "text-start",
      '"The sky"',
      "failover a>c",
      "text-start",
      '"Third"',
      "text-end",
      "finish stop",
    ]);
  });

  test("SQ-05 MS-12 a second failure after its release is announced too, with what it discards", async () => {
    const { events } = await play([
      begin(["The sky"], wait(100), fail("stream.reset")),
      begin(["X"], wait(100), stop),
      answer("Third"),
    ]);

    expect(brief(events)).toEqual([
      "start a",
      "text-start",
      '"The sky"',
      "failover a>b",
      "text-start",
      '"X"',
      "failover b>c",
      "text-start",
      '"Third"',
      "text-end",
      "finish stop",
    ]);
    expect(events.filter((event) => event.type === "failover")).toMatchObject([
      { reason: "stream.reset", discards: { textChars: 7, ids: ["p1"] } },
      { reason: "stream.truncated", discards: { textChars: 1, ids: ["p2"] } },
    ]);
  });

  test("SQ-06 an exhausted chain never shows the notice, and its error has the partial and every attempt", async () => {
    const { events, error, targets } = await play([
      begin(["The sky"], wait(100), stop),
      [fail("server.gateway")],
      [fail("auth.invalid")],
    ]);

    expect(brief(events)).toEqual(["start a", "text-start", '"The sky"']);
    expect(error).toMatchObject({
      code: "all-failed",
      partial: { text: "The sky", content: [{ type: "text", text: "The sky" }] },
      attempts: [{ tier: "a/one" }, { tier: "b/one" }, { tier: "c/one" }],
    });
    expect(targets.map((target) => target.calls.length)).toEqual([1, 1, 1]);
  });

  test("SQ-07 MS-15 a policy that stops after release ends the stream with `interrupted` and the partial", async () => {
    const { events, error, targets } = await play(
      [begin(["The sky"], wait(100), fail("stream.reset")), answer("Backup")],
      { policy: (_failure, context) => (context.released ? "stop" : "next") },
    );

    expect(brief(events)).toEqual(["start a", "text-start", '"The sky"']);
    expect(error).toMatchObject({ code: "interrupted", partial: { text: "The sky" } });
    expect(targets[1]?.calls).toHaveLength(0);
  });

  test("SQ-11 reasoning alone is restarted without a marker", async () => {
    const { events } = await play([sequence(someReasoning("Hmm"), wait(100), fail("stream.reset")), answer("Hello")]);

    expect(brief(events)).toEqual([
      "start a",
      "reasoning-start",
      "reasoning-delta",
      "failover a>b",
      "text-start",
      '"Hello"',
      "text-end",
      "finish stop",
    ]);
    expect(events[3]).toMatchObject({ marker: null, discards: { textChars: 0, ids: ["p1"] } });
  });

  test("SQ-12 MS-05 text and half a tool call: the call is discarded by the event and never completed", async () => {
    const half = sequence(someText("Let me"), wait(100), someToolCall('{"path":"/"'), fail("stream.reset"));

    const { events, stream } = await play([half, answer("Hello")], { request: TOOLS });
    const result = await stream.result;

    expect(brief(events)).toEqual([
      "start a",
      "text-start",
      '"Let me"',
      "tool-call-start",
      "tool-call-delta",
      "failover a>b",
      "text-start",
      '"Hello"',
      "text-end",
      "finish stop",
    ]);
    expect(events[5]).toMatchObject({ marker: MARKER, discards: { textChars: 6, ids: ["p1", "p2"] } });
    expect(result.toolCalls).toEqual([]);
  });

  test("R4.6 a failed attempt that ran tools on the vendor's side says so in the event", async () => {
    const searching = sequence(
      read({ type: "working", kind: "server-tool", on: true }),
      read({ type: "working", kind: "server-tool", on: false }),
      someText("Found"),
      wait(100),
      fail("stream.reset"),
    );

    const { events } = await play([searching, answer("Hello")]);

    expect(events.find((event) => event.type === "failover")).toMatchObject({ sideEffects: true });
  });

  test("MS-17 textStream() prints the marker between the two answers, and nothing of it enters the message", async () => {
    const { clock, chain } = harness();
    const tiers = [
      scripted(clock, [begin(["The sky"], wait(100), stop)]),
      scripted(clock, [answer("Blue")], { vendor: "beta" }),
    ];

    const stream = await finish(clock, chain(tiers, { marker: " [again] " }).stream("Hi"));
    const texts: string[] = [];
    await finish(
      clock,
      (async () => {
        for await (const text of stream.textStream()) texts.push(text);
      })(),
    );

    expect(texts).toEqual(["The sky", " [again] ", "Blue"]);
    expect((await stream.result).text).toBe("Blue");
  });

  test("SQ-20 TO-10 the total deadline in mid-answer throws `timeout` of scope `total` with the partial", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["The sky"], hang)]);
    const backup = scripted(clock, [answer("No")], { vendor: "beta" });

    const stream = await finish(clock, chain([target, backup]).stream("Hi", { deadlineMs: 30_000 }));
    const { events, error } = await collect(clock, stream);

    expect(brief(events)).toEqual(["start alpha", "text-start", '"The sky"']);
    expect(error).toMatchObject({ code: "timeout", scope: "total", partial: { text: "The sky" } });
    expect(clock.now()).toEqual(30_000);
    expect(target.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(backup.calls).toHaveLength(0);
  });
});

describe("answers that are not failures", () => {
  test.each([
    { title: "SQ-15 a refusal after text keeps the text", reason: "refusal" as const, raw: "refusal" },
    { title: "SQ-15 a filtered answer keeps its text", reason: "content-filter" as const, raw: "SAFETY" },
    { title: "SQ-16 the token limit is a success", reason: "length" as const, raw: "max_tokens" },
    { title: "R5.6 an unknown reason is `other` with its raw value", reason: "other" as const, raw: "novel" },
    { title: "R5.6 a pause is told apart", reason: "pause" as const, raw: "pause_turn" },
  ])("$title, and no other target is asked", async ({ reason, raw }) => {
    const { events, stream, targets } = await play([
      sequence(wholeText("Sure"), wait(100), read(end(reason, undefined, raw))),
      answer("Backup"),
    ]);
    const result = await stream.result;

    expect(brief(events)).toEqual(["start a", "text-start", '"Sure"', "text-end", `finish ${reason}`]);
    expect(result).toMatchObject({ text: "Sure", finishReason: reason, rawFinishReason: raw });
    expect(targets[1]?.calls).toHaveLength(0);
  });

  test("SQ-19 what comes after the end in the same read is dropped, with one warning", async () => {
    const junk = sequence(
      reading((id) => [
        { type: "text-start", id },
        { type: "text-delta", id, delta: "Done" },
        { type: "text-end", id, part: { type: "text", text: "Done" } },
        end(),
        { type: "text-start", id: "late" },
        end("length"),
      ]),
      read({ type: "text-delta", id: "late", delta: "junk" }),
    );

    const { events, targets, engineEvents } = await play([junk, answer("Backup")]);

    expect(brief(events)).toEqual(["start a", "text-start", '"Done"', "text-end", "finish stop"]);
    expect(engineEvents.filter((event) => event.type === "protocol-warning")).toHaveLength(1);
    expect(targets[1]?.calls).toHaveLength(0);
    expect(targets[0]?.calls).toMatchObject([{ aborted: false, returned: 1 }]);
  });

  test("MS-06 R4.7 tool calls leave together just before finish, behind their provisional events", async () => {
    const { events, stream } = await play([sequence(wholeToolCall(), read(end("tool-calls")))], {
      request: TOOLS,
    });
    const result = await stream.result;

    expect(types(events)).toEqual(["start", "tool-call-start", "tool-call-delta", "tool-call", "finish"]);
    expect(result.toolCalls).toMatchObject([{ toolCallId: "call_1", input: { path: "/tmp/a" } }]);
    expect(result.finishReason).toBe("tool-calls");
  });

  test("after text was shown tool-call deltas flow, and the whole call still waits for the end", async () => {
    const talking = sequence(someText("Let me"), wait(100), wholeToolCall(), wait(100), read(end("tool-calls")));

    const { events } = await play([talking], { request: TOOLS });

    expect(types(events)).toEqual([
      "start",
      "text-start",
      "text-delta",
      "tool-call-start",
      "tool-call-delta",
      "text-end",
      "tool-call",
      "finish",
    ]);
  });

  test("R5.12 refusal text is held until the end, and is the answer", async () => {
    const refusing = sequence(wholeRefusal("I cannot."), wait(5_000), read(end("refusal")));

    const { events, stream, targets } = await play([refusing, answer("Backup")]);
    const result = await stream.result;

    expect(types(events)).toEqual(["start", "refusal", "finish"]);
    expect(result).toMatchObject({ text: "", finishReason: "refusal" });
    expect(targets[1]?.calls).toHaveLength(0);
  });

  test("a part that its adapter left open at the end is closed with a warning, and its text is kept", async () => {
    const { events, stream, engineEvents } = await play([begin(["Done"], wait(100), read(end()))]);
    const result = await stream.result;

    expect(brief(events)).toEqual(["start a", "text-start", '"Done"', "text-end", "finish stop"]);
    expect(result.text).toBe("Done");
    expect(engineEvents.filter((event) => event.type === "protocol-warning")).toHaveLength(1);
  });
});

describe("R5.5 empty answers", () => {
  test("MS-21 US-04 an empty stop is a failure, and what it used is kept", async () => {
    const empty: Script = [read(end("stop", { inputTokens: 5, outputTokens: 2 }))];

    const { events, stream } = await play([empty, answer("Hello")]);
    const result = await stream.result;

    expect(brief(events)).toEqual(["start b", "text-start", '"Hello"', "text-end", "finish stop"]);
    expect(result.trace.attempts[0]).toMatchObject({ class: "output.empty", usage: { inputTokens: 5 } });
  });

  test("DS-08 US-04 reasoning alone with a normal stop is empty, also after the reasoning was shown", async () => {
    const { events, stream } = await play([sequence(someReasoning("Hmm"), wait(100), read(end())), answer("Hello")]);
    const result = await stream.result;

    expect(brief(events).filter((event) => !event.startsWith("reasoning"))).toEqual([
      "start a",
      "failover a>b",
      "text-start",
      '"Hello"',
      "text-end",
      "finish stop",
    ]);
    expect(result.trace.attempts[0]?.class).toBe("output.empty");
  });

  test("MS-21 after a tool result an empty end is a proper answer", async () => {
    const request: Request = {
      messages: [
        { role: "user", content: "Delete it" },
        { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "delete_files", input: {} }] },
        { role: "tool", content: [{ type: "tool-result", toolCallId: "1", content: "done" }] },
      ],
    };

    const { events, targets } = await play([[read(end())], answer("Backup")], { request });

    expect(types(events)).toEqual(["start", "finish"]);
    expect(targets[1]?.calls).toHaveLength(0);
  });

  test("ED-11 a stream without any event is a failure", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[stop]]);

    const error = await rejection(clock, chain([target], { maxAttempts: 1 }).generate("Hi"));

    expect(error).toMatchObject({ code: "interrupted", reason: "stream.truncated" });
  });
});

describe("R4.1 the gate", () => {
  test("holdMs: 0 releases with the first text", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], hang)]);

    await finish(clock, chain([target], { holdMs: 0 }).stream("Hi"));

    expect(clock.now()).toEqual(0);
  });

  test("AB-09 stream() resolves at release, 50 ms after the first text, not at the preamble", async () => {
    const { clock, chain, events } = harness();
    const target = scripted(clock, [begin([], wait(200), read({ type: "usage", usage: {} }), wait(100), hang)]);
    const talking = scripted(clock, [sequence(wait(300), someText("One"), hang)], { vendor: "b" });

    const silent = chain([target]).stream("Hi");
    const spoken = chain([talking]).stream("Hi");
    await clock.advance(349);
    const before = types(events).filter((type) => type === "released");
    await clock.advance(1.1);
    await spoken;

    expect(before).toEqual([]);
    expect(types(events).filter((type) => type === "released")).toHaveLength(1);
    await rejection(clock, silent);
  });

  test("opaque blocks, sources and tool input do not open it", async () => {
    const { clock, chain, events } = harness();
    const target = scripted(clock, [
      sequence(
        reading((id) => [{ type: "opaque", id, part: { type: "opaque", kind: "x", data: {} } }]),
        reading((id) => [{ type: "source", id, part: { type: "source", url: "https://a.test" } }]),
        someToolCall("{"),
        wait(1_000),
        fail("stream.reset"),
      ),
    ]);
    const backup = scripted(clock, [answer("Hello")], { vendor: "b" });

    await finish(clock, chain([target, backup]).stream("Hi"));

    expect(events.filter((event) => event.type === "released")).toMatchObject([{ vendor: "b" }]);
  });

  test("media opens it", async () => {
    const { clock, chain } = harness();
    const source = { type: "base64", mediaType: "image/png", data: "AA==" } as const;
    const picture = reading((id) => [{ type: "file", id, part: { type: "image", source } }]);
    const target = scripted(clock, [sequence(picture, hang)]);

    await finish(clock, chain([target]).stream("Hi"));

    expect(clock.now()).toEqual(50);
  });
});
