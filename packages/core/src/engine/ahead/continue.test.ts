import { describe, expect, test } from "vitest";
import { collect, finish, harness, shownText } from "../../../test/harness.ts";
import {
  answer,
  begin,
  end,
  fail,
  hang,
  read,
  scripted,
  wait,
  type Script,
  type ScriptedOptions,
} from "../../../test/scripted-target.ts";
import { sequence, someReasoning, someText, someToolCall, wholeText } from "../../../test/scripts.ts";
import type { ChainOptions, FailoverEvent, Request, StreamEvent } from "../../index.ts";
import type { StreamPart } from "../../model/target.ts";

const FIRST =
  "The tide comes in twice a day because the Moon pulls the oceans towards itself. On the side that faces the Moon the " +
  "water is drawn nearer, and on the far side it is left behind a little, so that two bulges travel around the";
const REST = " Earth. Between them the water is lower, and that is the ebb.";
const LAST_WORDS = "so that two bulges travel around the";
const CUT = begin([FIRST], wait(60), fail("stream.reset"));

interface Played extends Omit<ChainOptions, "clock"> {
  readonly request?: string | Request;
  readonly targets?: readonly ScriptedOptions[];
}

/** Streams through one scripted target for each script, each of a vendor of its own. */
async function play(scripts: readonly (Script | readonly Script[])[], played: Played = {}) {
  const { request = "Why are there tides?", targets: given = [], ...options } = played;
  const { clock, chain, events: engineEvents } = harness();
  const targets = scripts.map((script, index) => {
    const list = Array.isArray(script) && "length" in (script[0] ?? {}) ? script : [script];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a script is a function, or a list of steps
    return scripted(clock, list as readonly Script[], { vendor: "abcdef".charAt(index), ...given[index] });
  });
  const stream = await finish(clock, chain(targets, { afterRelease: "continue", ...options }).stream(request));
  const { events, error } = await collect(clock, stream);
  const result = error === undefined ? await stream.result : undefined;
  return { targets, events, error, result, engineEvents, seams: events.filter((event) => event.type === "failover") };
}

function asked(call: { readonly request: { readonly messages: readonly unknown[] } } | undefined): readonly unknown[] {
  return (call?.request.messages ?? []).slice(1);
}

function partsOf(events: readonly StreamEvent[]): readonly string[] {
  return events.map((event) => ("id" in event ? `${event.type} ${event.id}` : event.type));
}

const cut = (text: string): Script => begin([text], wait(60), fail("stream.reset"));
const usage = (outputTokens: number): StreamPart => ({ type: "usage", usage: { inputTokens: 10, outputTokens } });
const turn = (text: string): object => ({ role: "assistant", content: [{ type: "text", text }] });
const restart = (events: readonly FailoverEvent[]): unknown =>
  events.map(({ mode, marker }) => [mode, marker !== null]);

const losesTurns = () => [{ what: "messages", action: "translated" }] as const;

describe("an answer that another target goes on with", () => {
  test("R15.1 MS-10 goes on in the same part behind the words that both have, as if one model had written it", async () => {
    const { events, result, seams, targets } = await play([
      CUT,
      answer(`${LAST_WORDS} Ear`, "th. Between them", REST.slice(20)),
    ]);

    const [from, to] = [1, 2].map((attempt) => {
      const vendor = attempt === 1 ? "a" : "b";
      return { attempt, tier: `${vendor}/one`, vendor, model: "one", sibling: undefined };
    });
    expect(partsOf(events)).toEqual([
      "start",
      "text-start p1",
      "text-delta p1",
      "failover",
      "text-delta p1",
      "text-delta p1",
      "text-delta p1",
      "text-end p1",
      "finish",
    ]);
    expect(seams).toEqual([
      {
        type: "failover",
        mode: "continue",
        from,
        to,
        reason: "stream.reset",
        marker: null,
        keeps: { textChars: FIRST.length, ids: ["p1"] },
        discards: { textChars: 0, ids: [] },
        sideEffects: false,
        losses: [],
      },
    ]);
    expect(shownText(events)).toBe(FIRST + REST);
    expect(events.findLast((event) => event.type === "text-end")?.part).toEqual({ type: "text", text: FIRST + REST });
    expect(result?.text).toBe(FIRST + REST);
    expect(result?.message.content).toEqual([{ type: "text", text: FIRST + REST }]);
    expect(result?.stitched).toEqual({ at: [FIRST.length], by: [from, to] });
    expect(result?.tier).toBe("b/one");
    const [, second] = targets;
    expect(asked(second?.calls[0])).toEqual([
      turn(FIRST),
      {
        role: "user",
        content: [
          {
            type: "text",
            text:
              "Your answer was cut off. Go on with it exactly where it stops: begin with its last words, character for " +
              `character, and then continue. Write nothing else. Its last words are:\n\n${"little, " + LAST_WORDS}`,
          },
        ],
      },
    ]);
  });

  test("R15.1 goes on in a part of its own where the last one had ended, and leaves the reasoning of both behind", async () => {
    const opaque = { signature: "x" };
    const first = sequence(someReasoning("Let me think."), wholeText(FIRST), wait(60), fail("stream.reset"));
    const second: Script = (call) => {
      const [thought, text] = [call.context.newId(), call.context.newId()];
      return [
        read({ type: "reasoning-start", id: thought }, { type: "reasoning-delta", id: thought, delta: "Go on." }),
        read({ type: "reasoning-end", id: thought, part: { type: "reasoning", text: "Go on.", opaque } }),
        read({ type: "text-start", id: text }, { type: "text-delta", id: text, delta: LAST_WORDS + REST }),
        read({ type: "text-end", id: text, part: { type: "text", text: LAST_WORDS + REST, opaque } }, end()),
      ];
    };

    const { events, result, seams } = await play([first, second]);

    expect(seams).toMatchObject([
      { mode: "continue", keeps: { ids: ["p2"] }, discards: { textChars: 0, ids: ["p1"] } },
    ]);
    expect(shownText(events)).toBe(FIRST + REST);
    expect(result?.text).toBe(FIRST + REST);
    expect(result?.message.content).toEqual([
      { type: "text", text: FIRST },
      { type: "reasoning", text: "Go on." },
      { type: "text", text: REST },
    ]);
    expect(events.flatMap((event) => ("part" in event ? event.part : []))).toEqual(result?.message.content);
  });

  test("R15.1 R8.5 counts the tokens of both, and each attempt says what it was and what it delivered", async () => {
    const first = sequence([read(usage(50))], CUT);
    const second = sequence([read(usage(20))], answer(LAST_WORDS, REST));

    const { result } = await play([first, second]);

    expect(result?.usage).toEqual({ inputTokens: 10, outputTokens: 20 });
    expect(result?.usageTotal).toMatchObject({ inputTokens: 20, outputTokens: 70 });
    expect(result?.trace.attempts.map((one) => [one.outcome, one.continues, one.deliveredChars])).toEqual([
      ["failed", undefined, FIRST.length],
      ["answered", "instruct", REST.length],
    ]);
  });

  test.each([
    ["prefix", `${FIRST} \n`, `${FIRST} \n`, "Earth."],
    ["prefill", `${FIRST} \n`, FIRST, " \nEarth."],
  ] as const)(
    "R15.2 asks a target that can go on from a turn by its turn alone, without reasoning: %s",
    async (by, shown, sent, rest) => {
      const request: Request = { messages: [{ role: "user", content: "Hi" }], reasoning: { effort: "high" } };
      const first = begin([shown], wait(60), fail("stream.truncated"));

      const { targets, result, seams } = await play([first, answer(rest)], {
        request,
        targets: [{}, { capabilities: { continuation: by } }],
      });

      const sentRequest = targets[1]?.calls[0]?.request;
      expect(asked(targets[1]?.calls[0])).toEqual([turn(sent)]);
      expect(sentRequest?.reasoning.effort).toBe("none");
      expect(sentRequest?.continuation).toBe(by);
      expect(result?.text).toBe(`${shown}Earth.`);
      expect(seams).toMatchObject([
        { losses: [{ what: "reasoning", action: "dropped", reason: "an answer is continued" }] },
      ]);
      expect(result?.trace.attempts[1]?.continues).toBe(by);
    },
  );

  test("R15.2 never adds a system prompt, never changes the caller's, and asks in the caller's own words", async () => {
    const given: string[][] = [];
    const continueWith = (...told: string[]): string => {
      given.push(told);
      return `Weiter, ab: ${told[1]}`;
    };
    const request: Request = { system: "Be brief.", messages: [{ role: "user", content: "Hi" }] };

    const { targets, result } = await play([CUT, answer(LAST_WORDS + REST)], { request, continueWith });

    const sentRequest = targets[1]?.calls[0]?.request;
    expect(given).toEqual([[FIRST, `little, ${LAST_WORDS}`]]);
    expect(sentRequest?.system).toBe("Be brief.");
    expect(sentRequest?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(asked(targets[1]?.calls[0])[1]).toEqual({
      role: "user",
      content: [{ type: "text", text: `Weiter, ab: little, ${LAST_WORDS}` }],
    });
    expect(result?.text).toBe(FIRST + REST);
    const fixed = await play([CUT, answer(LAST_WORDS + REST)], { continueWith: "Repeat your last line, then go on." });
    expect(asked(fixed.targets[1]?.calls[0])[1]).toEqual({
      role: "user",
      content: [{ type: "text", text: "Repeat your last line, then go on." }],
    });
  });

  test("R15.2 asks in words where the adapter would not send a turn of the model's as the last one", async () => {
    const { clock, chain } = harness();
    const second = scripted(clock, [answer(`${LAST_WORDS} Earth.`)], {
      vendor: "b",
      capabilities: { continuation: "prefill" },
    });
    const tiers = [scripted(clock, [CUT], { vendor: "a" }), { ...second, losses: losesTurns }];

    const stream = await finish(clock, chain(tiers, { afterRelease: "continue" }).stream("Why are there tides?"));
    const { events } = await collect(clock, stream);

    expect(second.calls[0]?.request.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(shownText(events)).toBe(`${FIRST} Earth.`);
  });

  test("R15.1 prints no marker: what textStream() yields is the joined text", async () => {
    const { clock, chain } = harness();
    const targets = [
      scripted(clock, [CUT], { vendor: "a" }),
      scripted(clock, [answer(LAST_WORDS + REST)], { vendor: "b" }),
    ];
    const stream = await finish(clock, chain(targets).stream("Hi", { afterRelease: "continue" }));

    let text = "";
    const reading = (async () => {
      for await (const delta of stream.textStream()) text += delta;
    })();
    await finish(clock, reading);

    expect(text).toBe(FIRST + REST);
  });

  test("R15.1 a result that nobody streams is joined, too", async () => {
    const { clock, chain } = harness();
    const targets = [
      scripted(clock, [CUT], { vendor: "a" }),
      scripted(clock, [answer(LAST_WORDS + REST)], { vendor: "b" }),
    ];
    const stream = await finish(clock, chain(targets, { afterRelease: "continue" }).stream("Hi"));

    const result = await finish(clock, stream.result);

    expect(result.text).toBe(FIRST + REST);
  });

  test("R4.11 is read as far ahead as any other answer", async () => {
    const { clock, chain } = harness();
    const state = { reads: 0 };
    const counted: Script = (call) => {
      const id = call.context.newId();
      const more = (): readonly StreamPart[] => {
        state.reads++;
        return [{ type: "text-delta", id, delta: "x".repeat(1_000) }];
      };
      return [
        read({ type: "text-start", id }, { type: "text-delta", id, delta: `${LAST_WORDS} Earth. ` }),
        ...Array.from({ length: 100 }, () => ({ type: "make" as const, parts: more })),
        hang,
      ];
    };
    const targets = [scripted(clock, [CUT], { vendor: "a" }), scripted(clock, [counted], { vendor: "b" })];

    const stream = await finish(clock, chain(targets, { afterRelease: "continue", holdMs: 0 }).stream("Hi"));
    await clock.advance(10_000);

    expect(state.reads).toBeGreaterThan(50);
    expect(state.reads).toBeLessThan(70);
    await stream[Symbol.asyncIterator]().return?.();
  });

  test("R15.1 goes on with an answer to a later turn of a conversation, too", async () => {
    const messages: Request["messages"] = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: [{ type: "text", text: "Hello." }] },
      { role: "user", content: "Why are there tides?" },
    ];
    const { result, seams } = await play([CUT, answer(`${LAST_WORDS} Earth.`)], { request: { messages } });

    expect(seams).toMatchObject([{ mode: "continue" }]);
    expect(result?.text).toBe(`${FIRST} Earth.`);
  });

  test("R2.4 R15.6 goes on with it also by a repeat, where the attempt before had written nothing", async () => {
    const dead = fail("network.reset", { beforeResponse: true, connection: "reused" });
    const { result, seams } = await play([CUT, [[dead], answer(`${LAST_WORDS} Earth.`)]]);

    expect(result?.trace.attempts.map(({ outcome, repeat }) => [outcome, repeat])).toEqual([
      ["failed", undefined],
      ["failed", undefined],
      ["answered", "fresh-connection"],
    ]);
    expect(seams).toMatchObject([{ mode: "continue" }]);
    expect(result?.text).toBe(`${FIRST} Earth.`);
  });

  test("R15.7 goes to a later turn as plain text, whoever answers it", async () => {
    const opaque = { id: "msg_1" };
    const first: Script = (call) => {
      const id = call.context.newId();
      const part = { type: "text", text: FIRST, opaque } as const;
      return [
        read({ type: "text-start", id }, { type: "text-delta", id, delta: FIRST }),
        read({ type: "text-end", id, part }),
        wait(60),
        fail("stream.reset"),
      ];
    };
    const { result } = await play([first, answer(LAST_WORDS + REST)]);
    const message = result?.message ?? { role: "assistant", content: "" };

    const next = await play([answer("Yes.")], {
      request: { messages: [{ role: "user", content: "Hi" }, message, { role: "user", content: "Really?" }] },
    });

    expect(JSON.stringify(message)).not.toContain("msg_1");
    expect(asked(next.targets[0]?.calls[0])[0]).toMatchObject({
      role: "assistant",
      content: [
        { type: "text", text: FIRST },
        { type: "text", text: REST },
      ],
    });
    expect(next.result?.losses).toEqual([]);
  });
});

describe("where it is not certain how the two meet", () => {
  test("R15.4 MS-11 the same target is asked again without, and nothing of its first answer is seen", async () => {
    const { events, seams, targets, result } = await play([
      CUT,
      [answer(" Earth. ", "And then."), answer("Tides are waves.")],
    ]);

    expect(restart(seams)).toEqual([["restart", true]]);
    expect(seams[0]).toMatchObject({ notContinued: "no-seam", discards: { textChars: FIRST.length, ids: ["p1"] } });
    expect(shownText(events)).toBe(`${FIRST}Tides are waves.`);
    expect(result?.text).toBe("Tides are waves.");
    expect(result?.stitched).toBeUndefined();
    expect(asked(targets[1]?.calls[1])).toEqual([]);
    expect(
      result?.trace.attempts.map((one) => [one.class, one.continues, one.repair, one.notContinued, one.deliveredChars]),
    ).toEqual([
      ["stream.reset", undefined, undefined, undefined, FIRST.length],
      ["output.no-seam", "instruct", undefined, undefined, 0],
      [undefined, undefined, "without continuing", "no-seam", 16],
    ]);
    expect(targets[1]?.calls[0]?.aborted).toBe(true);
  });

  test("R15.4 a whole answer that only repeats some of what was shown is none: it may be all there is", async () => {
    const { targets, result, seams } = await play([CUT, [answer("so that two"), answer("Tides.")]]);

    expect(seams).toMatchObject([{ mode: "restart" }]);
    expect(targets[1]?.calls).toHaveLength(2);
    expect(result?.text).toBe("Tides.");
  });

  test("R15.4 an answer that begins the whole again is shown from its beginning, and is not asked for twice", async () => {
    const again = `${FIRST.slice(0, 100)}, as sailors know.`;

    const { seams, targets, result, events } = await play([CUT, answer(...(again.match(/.{1,9}/gs) ?? []))]);

    expect(restart(seams)).toEqual([["restart", true]]);
    expect(result?.text).toBe(again);
    expect(shownText(events)).toBe(FIRST + again);
    expect(targets[1]?.calls).toHaveLength(1);
  });

  test("R15.3 an answer that begins again word for word goes on where the first one stopped", async () => {
    const { seams, result, events } = await play([CUT, answer(...((FIRST + REST).match(/.{1,30}/gs) ?? []))]);

    expect(seams.map(({ mode }) => mode)).toEqual(["continue"]);
    expect(shownText(events)).toBe(FIRST + REST);
    expect(result?.text).toBe(FIRST + REST);
  });

  test.each(["request.rejected", "request.unsupported", "request.context-length"] as const)(
    "R15.5 a target that refuses to go on is asked again without: %s",
    async (failureClass) => {
      const { seams, result, targets } = await play([
        CUT,
        [[fail(failureClass, { status: 400 })], answer("Tides are waves.")],
      ]);

      expect(seams).toMatchObject([
        { mode: "restart", notContinued: "refused", from: { vendor: "a" }, to: { vendor: "b" } },
      ]);
      expect(result?.text).toBe("Tides are waves.");
      expect(targets[1]?.calls).toHaveLength(2);
    },
  );

  test.each([
    ["at all", answer("")],
    ["but reasoning, up to its limit", sequence(someReasoning("Hm."), [read(end("length"))])],
  ])("R15.5 so is one that has nothing to say to it %s", async (_, silent) => {
    const { seams, result } = await play([CUT, [silent, answer("Tides are waves.")]]);

    expect(seams).toMatchObject([{ mode: "restart", notContinued: "refused" }]);
    expect(result?.text).toBe("Tides are waves.");
  });
});

describe("one continuation a call", () => {
  test("R15.6 MS-12 what was joined and breaks off again is begun again by the next target", async () => {
    const second = begin([LAST_WORDS, " Earth."], wait(60), fail("stream.reset"));

    const { seams, events, result } = await play([CUT, second, answer("Tides are waves.")]);

    expect(seams.map(({ mode }) => mode)).toEqual(["continue", "restart"]);
    expect(seams[1]).toMatchObject({
      notContinued: "used",
      discards: { textChars: FIRST.length + " Earth.".length, ids: ["p1"] },
    });
    expect(shownText(events)).toBe(`${FIRST} Earth.Tides are waves.`);
    expect(result?.text).toBe("Tides are waves.");
  });

  test("R15.6 the partial answer of a call that fails then is what was shown, of both", async () => {
    const second = begin([LAST_WORDS, " Earth."], wait(60), fail("stream.reset"));

    const { error } = await play([CUT, second]);

    expect(error).toMatchObject({
      partial: {
        text: `${FIRST} Earth.`,
        content: [{ type: "text", text: `${FIRST} Earth.` }],
        unreleasedToolCalls: [],
      },
    });
  });

  test("R15.6 an attempt that fails before it wrote anything has not gone on: the next one may", async () => {
    const { seams, result } = await play([
      CUT,
      [fail("server.overloaded", { status: 529 })],
      answer(LAST_WORDS + REST),
    ]);

    expect(seams).toMatchObject([{ mode: "continue", from: { vendor: "a" }, to: { vendor: "c" } }]);
    expect(result?.text).toBe(FIRST + REST);
  });

  test("R15.6 one that fails while its head is held is silent, and the next begins again", async () => {
    const { seams, events } = await play([
      CUT,
      begin(["so that two"], wait(10), fail("stream.reset")),
      answer("Tides are waves."),
    ]);

    expect(seams).toMatchObject([{ mode: "restart", notContinued: "used", to: { vendor: "c" } }]);
    expect(shownText(events)).toBe(`${FIRST}Tides are waves.`);
  });
});

describe("when an answer is not gone on with", () => {
  test.each([
    [199, "restart"],
    [200, "continue"],
  ])("R15.8 at %i characters that were shown: %s", async (length, mode) => {
    const { seams } = await play([cut(FIRST.slice(-length)), answer(`${LAST_WORDS} Earth.`)]);

    expect(FIRST.length).toBeGreaterThanOrEqual(200);
    expect(seams).toMatchObject([{ mode }]);
  });

  const messages: Request["messages"] = [{ role: "user", content: "Hi" }];
  const withPart = (part: StreamPart): Script =>
    sequence(someText(FIRST), [read(part), wait(60), fail("stream.reset")]);

  test.each<[string, Script, Played]>([
    ["too-short", cut("It is short."), {}],
    ["tools", CUT, { request: { messages, tools: [{ name: "look" }] } }],
    ["tools", CUT, { targets: [{}, { plan: { nativeTools: ["search"] } }] }],
    ["native-fields", CUT, { request: { messages, vendorOptions: { b: { logprobs: true } } } }],
    [
      "native-fields",
      CUT,
      {
        request: {
          messages: [
            {
              role: "user",
              content: [
                { type: "text", text: "Hi" },
                { type: "file", source: { type: "url", url: "https://a.test/b.pdf" }, citations: true },
              ],
            },
          ],
        },
      },
    ],
    ["ends-with-answer", CUT, { request: { messages: [...messages, { role: "assistant", content: "The" }] } }],
    ["repetitive", cut("All work and no play makes Jack a dull boy. ".repeat(8)), {}],
    ["wording", CUT, { continueWith: () => " " }],
    [
      "wording",
      CUT,
      {
        continueWith: () => {
          throw new Error("no words");
        },
      },
    ],
    ["no-attempt", CUT, { maxAttempts: 2 }],
    ["not-plain-text", sequence(someText(FIRST), someToolCall("{"), [wait(60), fail("stream.reset")]), {}],
    ["not-plain-text", withPart({ type: "source", id: "s1", part: { type: "source", url: "https://a.test" } }), {}],
    ["not-plain-text", withPart({ type: "working", kind: "server-tool", on: true }), {}],
    ["not-plain-text", sequence(someText(FIRST), wholeText("More."), [wait(60), fail("stream.reset")]), {}],
  ])("R15.8 MS-08 it begins again, and the event and the trace say why: %s", async (why, first, played) => {
    const { seams, result, targets } = await play([first, answer("Tides are waves.")], played);

    expect(seams).toMatchObject([{ mode: "restart", notContinued: why }]);
    expect(result?.text).toBe("Tides are waves.");
    expect(result?.trace.attempts[1]).toMatchObject({ notContinued: why, outcome: "answered" });
    expect(targets[1]?.calls).toHaveLength(1);
    expect(targets[1]?.calls[0]?.request.continuation).toBeUndefined();
  });

  test("R15.8 what a function for the words throws, or its promise, goes to onInternalError", async () => {
    const told: unknown[] = [];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the point
    const continueWith = (() => Promise.reject(new Error("late"))) as unknown as () => string;

    const { seams } = await play([CUT, answer("Tides.")], {
      continueWith,
      onInternalError: (error) => told.push(error),
    });

    expect(seams).toMatchObject([{ notContinued: "wording" }]);
    expect(told.map(String).toSorted()).toEqual([
      "Error: late",
      "TypeError: `continueWith` must return a text, at once.",
    ]);
  });

  test("R15.9 `restart` is the default, says nothing of continuing, and a call's own option comes before the chain's", async () => {
    const plain = await play([CUT, answer("Tides.")], { afterRelease: "restart" });
    expect(plain.seams).toMatchObject([{ mode: "restart" }]);
    expect(plain.seams[0]).not.toHaveProperty("notContinued", expect.anything());

    const { clock, chain } = harness();
    const targets = [scripted(clock, [CUT], { vendor: "a" }), scripted(clock, [answer("Tides.")], { vendor: "b" })];
    const { stream } = chain(targets, { afterRelease: "continue" });
    const events = await collect(clock, await finish(clock, stream("Hi", { afterRelease: "restart" })));
    expect(events.events.filter(({ type }) => type === "failover")).toMatchObject([{ mode: "restart" }]);
    expect(targets[1]?.calls[0]?.request.continuation).toBeUndefined();
  });

  test("R15.9 `fail` ends the call with the failure and what was shown, and asks nobody else", async () => {
    const { targets, error, events, seams } = await play([CUT, answer("Tides.")], { afterRelease: "fail" });

    expect(error).toMatchObject({ code: "interrupted", partial: { text: FIRST } });
    expect(shownText(events)).toBe(FIRST);
    expect(seams).toEqual([]);
    expect(targets[1]?.calls).toHaveLength(0);
    const early = await play([[fail("stream.reset")], answer("Tides.")], { afterRelease: "fail" });
    expect(early.result?.text).toBe("Tides.");
  });

  test("R8.7 options that are none are refused before anything is sent", () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Hi")]);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the point
    const wrong = { afterRelease: "goes-on", continueWith: "" } as unknown as ChainOptions;

    expect(() => chain([target], wrong)).toThrow(/afterRelease must be .*continueWith must be/);
  });

  test("R3.5 R9.4 a successor that hangs while its head is held is left in time, and nothing is left behind", async () => {
    const { clock, chain, events } = harness();
    const targets = [
      scripted(clock, [CUT], { vendor: "a" }),
      scripted(clock, [begin(["so that two"], hang)], { vendor: "b" }),
      scripted(clock, [answer("Tides.")], { vendor: "c" }),
    ];
    const stream = await finish(clock, chain(targets, { afterRelease: "continue" }).stream("Hi"));
    const { error } = await collect(clock, stream);

    expect(error).toBeUndefined();
    expect(events.filter(({ type }) => type === "failover")).toMatchObject([{ mode: "restart", to: { vendor: "c" } }]);
    expect(targets[1]?.calls[0]?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
