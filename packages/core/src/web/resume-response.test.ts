import { describe, expect, test } from "vitest";
import { finish, harness } from "../../test/harness.ts";
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
  type ScriptedCall,
  type Step,
} from "../../test/scripted-target.ts";
import type { VirtualClock } from "../../test/virtual-clock.ts";
import type { AnswerStore, KeptState } from "./answer-store.ts";
import { memoryAnswers } from "./memory-answers.ts";
import { resumeResponse, stopAnswer } from "./resume-response.ts";
import { toResponse, type AnswerResponseInit } from "./to-response.ts";

const WORDS = ["The ", "sky ", "is ", "blue."];
/** An answer, a word a second. */
const slow: Script = (call) => played(call, WORDS);
/** Half of it, then the connection breaks. */
const broken: Script = begin(["The ", "sea"], wait(1_000), fail("stream.reset"));

function played(call: ScriptedCall, words: readonly string[]): readonly Step[] {
  const id = call.context.newId();
  return [
    read({ type: "text-start", id }),
    ...words.flatMap((delta) => [wait(1_000), read({ type: "text-delta", id, delta })]),
    read({ type: "text-end", id, part: { type: "text", text: words.join("") } }, end()),
  ];
}

async function open(scripts: readonly Script[], makeStore: (clock: VirtualClock) => AnswerStore, init?: object) {
  const made = harness();
  const targets = scripts.map((script, index) => scripted(made.clock, [script], { vendor: "abc".charAt(index) }));
  const store = makeStore(made.clock);
  const { clock } = made;
  const stream = await finish(clock, made.chain(targets).stream("Hi"));
  const response = toResponse(stream, { clock, resumable: store, keepAliveMs: 0, ...init });
  return { clock, targets, store, client: connect(response), resume: (id: string) => again(clock, store, id) };
}

const inMemory = (clock: VirtualClock): AnswerStore => memoryAnswers({ clock });

async function again(clock: VirtualClock, store: AnswerStore, id: string) {
  return resumeResponse(id, { resumable: store, clock, keepAliveMs: 0 });
}

interface Client {
  /** Messages that have come, as text. */
  readonly messages: string[];
  readonly leave: () => void;
  isClosed: boolean;
}

/** Reads a response as it comes, until it leaves. */
function connect(response: Response | undefined): Client {
  const reader = response?.body?.getReader();
  const decoder = new TextDecoder();
  const client: Client = { messages: [], leave: () => void reader?.cancel(), isClosed: false };
  void (async () => {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      client.messages.push(...decoder.decode(value).split("\n\n").slice(0, -1));
    }
    client.isClosed = true;
  })();
  return client;
}

const idOf = (message = ""): string => /^id: (\S+)/.exec(message)?.[1] ?? "";
const dataOf = (message: string): unknown => JSON.parse(message.replace(/^id: .*\n/, "").slice("data: ".length));
const textOf = ({ messages }: Pick<Client, "messages">): string =>
  messages.map((message) => /"text-delta".*"delta":"([^"]*)"/.exec(message)?.[1] ?? "").join("");

/** A store whose `append` does what the function says, with a memory store behind it. */
function troubled(clock: VirtualClock, trouble: (appends: number) => "ok" | "fail" | "throw" | "lose" | "hang") {
  let inner = memoryAnswers({ clock });
  let appends = 0;
  const errors: unknown[] = [];
  const store: AnswerStore = {
    onError: (error) => errors.push(error),
    append: (...args): Promise<KeptState> => {
      switch (trouble(++appends)) {
        case "throw":
          throw new Error("thrown");
        case "fail":
          return Promise.reject(new Error("refused"));
        case "hang":
          return new Promise(() => undefined);
        case "lose":
          inner = memoryAnswers({ clock });
          return inner.append(...args);
        default:
          return inner.append(...args);
      }
    },
    read: (...args) => inner.read(...args),
    stop: (...args) => inner.stop(...args),
  };
  return { store, errors, appends: () => appends };
}

describe("a resumable answer", () => {
  test("is sent whole, its messages numbered, with the same data as any other", async () => {
    const plain = await open([slow], inMemory, { resumable: undefined });
    await plain.clock.advance(10_000);
    const { clock, client } = await open([slow], inMemory);
    await clock.advance(10_000);

    const ids = client.messages.map(idOf);
    const [first = ""] = ids;
    expect(first).toMatch(/^[\w-]{22}\.1$/);
    expect(ids).toEqual(ids.map((_, index) => `${first.slice(0, -2)}.${index + 1}`));
    expect(client.messages.map(dataOf)).toEqual(plain.client.messages.map(dataOf));
    expect(client.messages.map(dataOf).at(-1)).toEqual({ type: "done" });
    expect(client.isClosed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("has another id each time, of 128 bits", async () => {
    const ids = new Set<string>();
    for (let calls = 0; calls < 50; calls++) {
      // oxlint-disable-next-line no-await-in-loop
      const { clock, client } = await open([answer("Blue")], inMemory);
      // oxlint-disable-next-line no-await-in-loop
      await clock.advance(100);
      ids.add(idOf(client.messages[0]));
    }
    expect(ids.size).toBe(50);
  });

  test("goes on behind the last message of a client that dropped, and its vendor is asked once", async () => {
    const { clock, targets, client, resume } = await open([slow], inMemory);
    await clock.advance(2_100);
    client.leave();
    await clock.advance(20_000);

    const second = connect(await resume(idOf(client.messages.at(-1))));
    await clock.advance(100);

    expect(textOf(client) + textOf(second)).toBe("The sky is blue.");
    expect(second.messages.map(dataOf).at(-1)).toEqual({ type: "done" });
    expect(second.isClosed).toBe(true);
    expect(targets[0]?.calls).toMatchObject([{ aborted: false }]);
  });

  test("also while it is still being written, for two who came back", async () => {
    const { clock, client, resume } = await open([slow], inMemory);
    await clock.advance(500);
    client.leave();
    const last = idOf(client.messages.at(-1));

    const [one, two] = [connect(await resume(last)), connect(await resume(last))];
    await clock.advance(1_000);
    const meanwhile = [textOf(client), textOf(one)];
    await clock.advance(10_000);

    expect(meanwhile).toEqual(["The ", "sky "]);
    for (const reader of [one, two]) expect(textOf(client) + textOf(reader)).toBe("The sky is blue.");
  });

  test("can be cut behind every message, and what follows is always the rest", async () => {
    const { clock, client, resume } = await open([broken, slow], inMemory);
    await clock.advance(20_000);

    for (const [index, message] of client.messages.slice(0, -1).entries()) {
      // oxlint-disable-next-line no-await-in-loop
      const rest = connect(await resume(idOf(message)));
      // oxlint-disable-next-line no-await-in-loop
      await clock.advance(0);
      expect(rest.messages).toEqual(client.messages.slice(index + 1));
    }
    expect(client.messages.filter((message) => message.includes('"failover"'))).toHaveLength(1);
  });

  test("tells one who comes back of the failover in between, so that half an answer is taken back", async () => {
    const { clock, client, targets, resume } = await open([broken, slow], inMemory);
    await clock.advance(500);
    client.leave();
    await clock.advance(10_000);

    const second = connect(await resume(idOf(client.messages.at(-1))));
    await clock.advance(100);

    expect(textOf(client)).toBe("The sea");
    expect(second.messages.map(dataOf)[0]).toMatchObject({ type: "failover", discards: { textChars: 7 } });
    expect(textOf(second)).toBe("The sky is blue.");
    expect(targets.map(({ calls }) => calls.length)).toEqual([1, 1]);
  });

  test("ends as it failed", async () => {
    const { clock, client, resume } = await open([broken], inMemory);
    await clock.advance(500);
    client.leave();
    await clock.advance(10_000);

    const second = connect(await resume(idOf(client.messages.at(-1))));
    await clock.advance(100);

    expect(second.messages.map(dataOf)).toEqual([{ type: "error", code: "interrupted" }]);
  });

  test("reads on for a client that does not read", async () => {
    const made = harness();
    const { clock } = made;
    const target = scripted(clock, [slow]);
    const store = memoryAnswers({ clock });
    const stream = await finish(clock, made.chain([target]).stream("Hi"));
    const reader = toResponse(stream, { clock, resumable: store }).body?.getReader();
    const first = await reader?.read();
    await clock.advance(20_000);

    const rest = connect(await again(clock, store, idOf(new TextDecoder().decode(first?.value))));
    await clock.advance(100);

    expect(textOf(rest)).toBe("The sky is blue.");
  });

  test("is given to `waitUntil`, which waits until all of it is kept", async () => {
    let isKept = false;
    const waitUntil: AnswerResponseInit["waitUntil"] = async (kept) => {
      await kept;
      isKept = true;
    };
    const { clock } = await open([slow], inMemory, { waitUntil });

    await clock.advance(2_500);
    expect(isKept).toBe(false);
    await clock.advance(1_000);
    expect(isKept).toBe(true);
  });
});

describe("a resumable answer that nobody wants any more", () => {
  test("goes on for `finishMs`, then its call ends, and one who comes later is told", async () => {
    const { clock, client, targets, resume } = await open([begin(["The "], wait(100_000), hang)], (from) =>
      memoryAnswers({ clock: from, finishMs: 12_000 }),
    );
    await clock.advance(100);
    client.leave();

    await clock.advance(11_900);
    const before = targets[0]?.calls[0]?.aborted;
    await clock.advance(11_000);
    const after = targets[0]?.calls[0]?.aborted;
    const late = connect(await resume(idOf(client.messages.at(-1))));
    await clock.advance(100);

    expect([before, after]).toEqual([false, true]);
    expect(late.messages.map(dataOf)).toEqual([{ type: "error", code: "aborted" }]);
    expect(clock.pending).toBe(0);
  });

  test("does not end while one waits through a long silence", async () => {
    const silent = begin(["The "], wait(25_000), read({ type: "text-delta", id: "p1", delta: "sky" }), hang);
    const { clock, client, targets, resume } = await open([silent], (from) =>
      memoryAnswers({ clock: from, finishMs: 6_000 }),
    );
    await clock.advance(100);
    client.leave();
    const second = connect(await resume(idOf(client.messages.at(-1))));

    await clock.advance(26_000);

    expect(targets[0]?.calls).toMatchObject([{ aborted: false }]);
    expect(textOf(second)).toBe("sky");
    second.leave();
    await clock.advance(20_000);
    expect(targets[0]?.calls).toMatchObject([{ aborted: true }]);
  });

  test("ends when somebody presses stop, by the id of any of its messages", async () => {
    const { clock, client, targets, store } = await open([begin(["The "], wait(100_000), hang)], inMemory);
    await clock.advance(100);

    await stopAnswer(idOf(client.messages[1]), { resumable: store });
    await clock.advance(5_100);

    expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(client.messages.map(dataOf).at(-1)).toEqual({ type: "error", code: "aborted" });
    await stopAnswer("nothing of ours", { resumable: store });
    await stopAnswer(`${"x".repeat(22)}.1`, { resumable: store });
  });
});

describe("a client that comes back", () => {
  test("with all of the answer is told that nothing follows", async () => {
    const { clock, client, resume } = await open([slow], inMemory);
    await clock.advance(10_000);

    expect((await resume(idOf(client.messages.at(-1))))?.status).toBe(204);
  });

  test.each([
    "x",
    "constructor",
    `${"x".repeat(22)}.1`,
    `${"x".repeat(22)}.0`,
    `${"x".repeat(22)}.-1`,
    `${"x".repeat(22)}.1.1`,
    `${"x".repeat(22)}.9999999999`,
    "\u{1f600}".repeat(10_000),
  ])("with %s is told that nothing follows", async (id) => {
    const { resume } = await open([slow], inMemory);

    expect((await resume(id))?.status).toBe(204);
  });

  test("with a number that the answer has not reached is told that nothing follows", async () => {
    const { clock, client, resume } = await open([slow], inMemory);
    await clock.advance(1_100);
    const id = idOf(client.messages[0]).slice(0, -1);

    const asked = resume(`${id}77`);
    await clock.advance(6_000);

    expect((await asked)?.status).toBe(204);
  });

  test.each([null, undefined, ""])("without an id (%j) makes a new call", async (id) => {
    expect(await resumeResponse(id, { resumable: memoryAnswers() })).toBeUndefined();
  });

  test("too late finds nothing", async () => {
    const { clock, client, resume } = await open([slow], (from) => memoryAnswers({ clock: from, keepMs: 30_000 }));
    await clock.advance(10_000);
    const id = idOf(client.messages[1]);

    expect((await resume(id))?.status).toBe(200);
    await clock.advance(30_000);
    expect((await resume(id))?.status).toBe(204);
  });

  test("is told to try again while the store fails", async () => {
    const errors: unknown[] = [];
    const store: AnswerStore = {
      append: () => Promise.reject(new Error("down")),
      read: () => Promise.reject(new Error("down")),
      stop: async () => undefined,
      onError: (error) => errors.push(error),
    };

    const response = await resumeResponse(`${"x".repeat(22)}.1`, { resumable: store });

    expect([response?.status, response?.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(errors).toEqual([new Error("down")]);
  });

  test("is told when the process that wrote has died", async () => {
    const { clock } = harness();
    const store: AnswerStore = {
      append: () => Promise.reject(new Error("down")),
      read: async (_id, after) => ({
        messages: ["id: a.1\ndata: {}\n\n", "id: a.2\ndata: {}\n\n"].slice(after),
        isOver: false,
        silentMs: clock.now(),
      }),
      stop: async () => undefined,
    };

    const client = connect(await again(clock, store, `${"x".repeat(22)}.1`));
    await clock.advance(10_000);
    const before = client.messages.length;
    await clock.advance(15_000);

    expect(before).toBe(1);
    expect(client.messages.slice(1)).toEqual(['data: {"type":"error","code":"interrupted"}']);
    expect(client.isClosed).toBe(true);
  });
});

describe("a store of answers that fails", () => {
  test.each(["fail", "throw", "hang"] as const)("(%s) takes nothing from the client that is connected", async (how) => {
    const made = harness();
    const { store } = troubled(made.clock, () => how);
    const { clock, client } = await open([slow], () => store);

    await clock.advance(10_000);

    expect(textOf(client)).toBe("The sky is blue.");
    expect(client.isClosed).toBe(true);
    await clock.advance(70_000);
    expect(clock.pending).toBe(0);
  });

  test("for seven seconds is told everything then, and once per five seconds asked at most", async () => {
    const { clock } = harness();
    const { store, errors, appends } = troubled(clock, () => (clock.now() < 7_000 ? "fail" : "ok"));
    const target = scripted(clock, [slow]);
    const { createChain } = await import("../index.ts");
    const stream = await finish(clock, createChain([target], { clock }).stream("Hi"));
    const client = connect(toResponse(stream, { clock, resumable: store }));
    await clock.advance(12_000);

    const second = connect(await again(clock, store, idOf(client.messages[0])));
    await clock.advance(100);

    expect(second.messages).toEqual(client.messages.slice(1));
    expect(errors.length).toBeLessThanOrEqual(2);
    expect(appends()).toBeLessThanOrEqual(4);
  });

  test("and loses what it had is told all of it again", async () => {
    const { clock } = harness();
    const { store } = troubled(clock, (appends) => (appends === 4 ? "lose" : "ok"));
    const target = scripted(clock, [slow]);
    const { createChain } = await import("../index.ts");
    const stream = await finish(clock, createChain([target], { clock }).stream("Hi"));
    const client = connect(toResponse(stream, { clock, resumable: store }));
    await clock.advance(12_000);

    const second = connect(await again(clock, store, idOf(client.messages[0])));
    await clock.advance(100);

    expect(second.messages).toEqual(client.messages.slice(1));
  });

  test("and loses it each time is told a few times, not all of it with every message", async () => {
    const { clock } = harness();
    const { store, errors, appends } = troubled(clock, () => "lose");
    const target = scripted(clock, [answer(...Array.from({ length: 200 }, (_, index) => `${index} `))]);
    const { createChain } = await import("../index.ts");
    const stream = await finish(clock, createChain([target], { clock }).stream("Hi"));
    const client = connect(toResponse(stream, { clock, resumable: store }));

    await clock.advance(30_000);

    expect(client.messages.map(dataOf).at(-1)).toEqual({ type: "done" });
    expect(appends()).toBeLessThan(20);
    expect(errors).toEqual([
      new Error("The store of answers has no room for this one: it cannot be resumed any more."),
    ]);
    expect(clock.pending).toBe(0);
  });

  test.each([-1, Number.NaN, 1e9, undefined])("and says that it has %s messages is not believed", async (kept) => {
    const errors: unknown[] = [];
    const store = {
      onError: (error: unknown) => errors.push(error),
      append: async () => ({ kept, unreadMs: undefined, isStopped: false }),
      read: async () => undefined,
      stop: async () => undefined,
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as JavaScript may
    const { clock, client } = await open([slow], () => store as unknown as AnswerStore);

    await clock.advance(10_000);

    expect(textOf(client)).toBe("The sky is blue.");
    expect(errors[0]).toEqual(new Error("The store of answers does not take what it is told."));
    await clock.advance(70_000);
    expect(clock.pending).toBe(0);
  });
});

describe("memoryAnswers()", () => {
  test("forgets the oldest answers beyond `maxChars`, never the one that is written", async () => {
    const store = memoryAnswers({ maxChars: 10 });
    await store.append("one", 0, ["12345"], true);
    await store.append("two", 0, ["12345"], true);
    await store.append("three", 0, ["1234567890123"], true);

    expect(await store.read("one", 0)).toBeUndefined();
    expect(await store.read("two", 0)).toBeUndefined();
    expect(await store.read("three", 0)).toMatchObject({ messages: ["1234567890123"], isOver: true });
  });

  test("keeps once what it is told twice, and nothing that leaves a gap", async () => {
    const store = memoryAnswers();
    await store.append("a", 0, ["1", "2"], false);

    expect(await store.append("a", 1, ["2", "3"], false)).toMatchObject({ kept: 3 });
    expect(await store.append("a", 0, ["1"], false)).toMatchObject({ kept: 3 });
    expect(await store.append("a", 7, ["8"], true)).toMatchObject({ kept: 3 });
    expect(await store.read("a", 0)).toMatchObject({ messages: ["1", "2", "3"], isOver: false });
  });

  test.each([
    [{ keepMs: -1 }, "keepMs must be a number of milliseconds, at least 0"],
    [{ keepMS: 1 }, "unknown option `keepMS` (did you mean `keepMs`?)"],
    [{ maxChars: 0.5 }, "maxChars must be a whole number of at least 1"],
    [{ onError: "log" }, "onError must be a function"],
    [null, "its options must be an object"],
  ])("refuses %j", (options, problem) => {
    expect(() => Reflect.apply(memoryAnswers, undefined, [options])).toThrow(problem);
  });
});

describe("what is no store", () => {
  test.each([undefined, {}, { resumable: {} }, { resumable: memoryAnswers }])("is refused: %o", async (init) => {
    await expect(Reflect.apply(resumeResponse, undefined, ["", init])).rejects.toThrow("resumable");
    await expect(Reflect.apply(stopAnswer, undefined, ["", init])).rejects.toThrow("resumable");
  });

  test("is refused before anything is sent, and the call ends", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["The "], hang)]);
    const stream = await finish(clock, chain([target]).stream("Hi"));

    expect(() => Reflect.apply(toResponse, undefined, [stream, { resumable: {} }])).toThrow(
      "resumable must be a store of answers",
    );
    await clock.settle();
    expect(target.calls).toMatchObject([{ aborted: true, returned: 1 }]);
  });
});

const throwing = (): never => {
  throw new Error("no context");
};

describe("what may throw", () => {
  test("is done before an answer is kept: a `waitUntil` that fails ends the call and leaves nothing in the store", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [slow]);
    const { store, appends } = troubled(clock, () => "ok");
    const stream = await finish(clock, chain([target]).stream("Hi"));

    expect(() => toResponse(stream, { clock, resumable: store, waitUntil: throwing })).toThrow(
      "No response can be made",
    );
    await clock.settle();
    expect(target.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(appends()).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
