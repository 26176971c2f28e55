import { describe, expect, test, vi } from "vitest";
import { foldEvents, readEvents, type ResponseEvent, type VisiblePart } from "./index.ts";

const NAME = { attempt: 1, tier: "a/one", vendor: "a", model: "one" };
const EVENTS: readonly ResponseEvent[] = [
  { type: "start", ...NAME, losses: [] },
  { type: "text-start", id: "p1" },
  { type: "text-delta", id: "p1", delta: "Ein Häuschen ✓ \u{1f642}\n\ndata: no line of its own" },
  { type: "done" },
];

function bodyOf(events: readonly ResponseEvent[], lineBreak = "\n"): Uint8Array<ArrayBuffer> {
  const messages = events.flatMap((event) => [": keep-alive", "", `data: ${JSON.stringify(event)}`, ""]);
  return new TextEncoder().encode(messages.map((line) => line + lineBreak).join(""));
}

async function collect(response: Response): Promise<ResponseEvent[]> {
  const events: ResponseEvent[] = [];
  for await (const event of readEvents(response)) events.push(event);
  return events;
}

function fold(events: readonly ResponseEvent[]): readonly VisiblePart[] {
  const add = foldEvents();
  return events.map(add).at(-1) ?? [];
}

describe("readEvents()", () => {
  test.each(["\n", "\r\n", "\r"])(
    "29: gives all events between comments, split at every byte, with lines that end in %j",
    async (lineBreak) => {
      const bytes = bodyOf(EVENTS, lineBreak);

      const single = ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte)));
      expect(await collect(new Response(single))).toEqual(EVENTS);
      for (let at = 0; at <= bytes.length; at++) {
        const pieces = ReadableStream.from([bytes.slice(0, at), bytes.slice(at)]);
        // oxlint-disable-next-line no-await-in-loop
        expect(await collect(new Response(pieces))).toEqual(EVENTS);
      }
    },
  );

  test("29: throws when neither `done` nor `error` came, behind what did come", async () => {
    const events: ResponseEvent[] = [];
    const reading = (async () => {
      for await (const event of readEvents(new Response(bodyOf(EVENTS.slice(0, 3))))) events.push(event);
    })();

    await expect(reading).rejects.toThrow("The answer broke off.");
    expect(events).toEqual(EVENTS.slice(0, 3));
  });

  test("gives an error as the last event, with its code", async () => {
    const events: ResponseEvent[] = [...EVENTS.slice(0, 3), { type: "error", code: "all-failed", retryAfterMs: 5_000 }];

    expect(await collect(new Response(bodyOf(events)))).toEqual(events);
  });

  test.each([new Response("no", { status: 503 }), new Response(null, { status: 429 })])(
    "throws for a response that is no answer",
    async (response) => {
      await expect(collect(response)).rejects.toThrow(`The response has status ${response.status}.`);
    },
  );

  test.each([undefined, null, "Hi", {}, Promise.resolve(new Response("Hi"))])(
    "throws for what is no response: %s",
    async (value) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what callers without types pass
      await expect(collect(value as never)).rejects.toThrow("readEvents() takes a response, awaited.");
    },
  );

  test("throws for a response without a body", async () => {
    await expect(collect(new Response(null))).rejects.toThrow("The answer broke off.");
  });

  test("closes the connection when the loop is left early", async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bodyOf(EVENTS.slice(0, 1))),
      cancel: () => {
        isCancelled = true;
      },
    });

    for await (const event of readEvents(new Response(body))) {
      expect(event).toEqual(EVENTS[0]);
      break;
    }

    expect(isCancelled).toBe(true);
  });
});

describe("readEvents() of a resumable answer", () => {
  const MESSAGES = EVENTS.map((event, index) => `id: a.${index + 1}\ndata: ${JSON.stringify(event)}\n\n`);

  /** A server that drops the connection behind so many messages of each response. */
  function dropping(...lengths: readonly (number | Response | Error)[]) {
    const asked: string[] = [];
    const left = [...lengths];
    const respond = (from: number): Response => {
      const length = left.shift() ?? MESSAGES.length;
      if (length instanceof Error) throw length;
      if (length instanceof Response) return length;
      const pieces = [...MESSAGES.slice(from, from + length), "id: a.99\nda"];
      const body = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
      return new Response(body);
    };
    const resume = async (lastEventId: string): Promise<Response> => {
      asked.push(lastEventId);
      return respond(Number(lastEventId.slice(2)));
    };
    return { response: respond(0), resume, asked };
  }

  async function read({ response, resume }: ReturnType<typeof dropping>): Promise<readonly ResponseEvent[]> {
    const events: ResponseEvent[] = [];
    for await (const event of readEvents(response, { resume })) events.push(event);
    return events;
  }

  test("asks for the rest from the last event that it has, as often as needed", async () => {
    const server = dropping(1, 2);

    expect(await read(server)).toEqual(EVENTS);
    expect(server.asked).toEqual(["a.1", "a.3"]);
  });

  test("asks again behind errors of the server and of the network, with growing pauses", async () => {
    vi.useFakeTimers();
    const server = dropping(2, new Response(null, { status: 503 }), new Error("offline"), new Error("offline"));
    const reading = read(server);

    await vi.advanceTimersByTimeAsync(240);
    expect(server.asked).toEqual(["a.2"]);
    await vi.advanceTimersByTimeAsync(20);
    expect(server.asked).toEqual(["a.2", "a.2"]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await reading).toEqual(EVENTS);
    expect(server.asked).toEqual(["a.2", "a.2", "a.2", "a.2"]);
    vi.useRealTimers();
  });

  test("gives up after six times without an event", async () => {
    vi.useFakeTimers();
    const server = dropping(2, ...Array.from({ length: 9 }, () => new Error("offline")));
    const reading = read(server).catch(String);

    await vi.advanceTimersByTimeAsync(60_000);
    expect(await reading).toBe("Error: offline");
    expect(server.asked).toHaveLength(6);
    vi.useRealTimers();
  });

  test.each([204, 404])("throws at once where the server has nothing more (%i)", async (status) => {
    const server = dropping(2, new Response(null, { status }));

    await expect(read(server)).rejects.toThrow(
      status === 204 ? "The answer broke off." : "The response has status 404.",
    );
    expect(server.asked).toHaveLength(1);
  });

  test("asks nobody for an answer without ids, or that never began", async () => {
    const asked: string[] = [];
    const resume = async (id: string): Promise<Response> => {
      asked.push(id);
      return new Response();
    };
    for (const response of [new Response(bodyOf(EVENTS.slice(0, 2))), new Response("no", { status: 500 })]) {
      // oxlint-disable-next-line no-await-in-loop
      await expect(read({ response, resume, asked })).rejects.toThrow(Error);
    }
    expect(asked).toEqual([]);
  });
});

describe("foldEvents()", () => {
  test("puts the parts together in the order in which they began, by id", () => {
    const text = { type: "text", text: "The sky" } as const;
    const call = { type: "tool-call", toolCallId: "c", toolName: "look", input: {} } as const;
    const source = { type: "source", url: "https://a.test" } as const;

    const parts = fold([
      { type: "start", ...NAME, losses: [] },
      { type: "reasoning-start", id: "p1" },
      { type: "text-start", id: "p2" },
      { type: "reasoning-delta", id: "p1", delta: "Hmm" },
      { type: "text-delta", id: "p2", delta: "The" },
      { type: "text-delta", id: "p2", delta: " sky" },
      { type: "tool-call-start", id: "p3", toolCallId: "c", toolName: "look" },
      { type: "tool-call-delta", id: "p3", delta: "{}" },
      { type: "text-end", id: "p2", part: text },
      { type: "source", id: "p4", part: source },
      { type: "tool-call-invalid", id: "p3", part: call, reason: "no such tool" },
    ]);

    expect(parts).toEqual([
      { id: "p1", type: "reasoning", text: "Hmm" },
      { id: "p2", type: "text", text: "The sky", part: text },
      { id: "p3", type: "tool-call", text: "{}", toolName: "look", part: call, invalid: "no such tool" },
      { id: "p4", type: "source", text: "", part: source },
    ]);
  });

  test("drops what a failover voids, and nothing else", () => {
    const failover = {
      type: "failover",
      mode: "restart",
      from: NAME,
      to: { ...NAME, attempt: 2 },
      reason: "stream.reset",
      marker: null,
      discards: { textChars: 3, ids: ["p1", "p2"] },
      sideEffects: false,
      losses: [],
    } as const;

    const parts = fold([
      { type: "text-start", id: "p1" },
      { type: "text-delta", id: "p1", delta: "The" },
      { type: "tool-call-start", id: "p2", toolCallId: "c", toolName: "look" },
      failover,
      { type: "text-start", id: "p3" },
      { type: "text-delta", id: "p3", delta: "Whole." },
    ]);

    expect(parts).toEqual([{ id: "p3", type: "text", text: "Whole." }]);
  });

  test("changes no part that it gave back before", () => {
    const add = foldEvents();
    add({ type: "text-start", id: "p1" });
    const before = add({ type: "text-delta", id: "p1", delta: "The" });
    add({ type: "text-delta", id: "p1", delta: " sky" });

    expect(before).toEqual([{ id: "p1", type: "text", text: "The" }]);
  });

  test("shows nothing of a message that the application made itself", () => {
    const own: object = { type: "progress", id: "job", percent: 5 };

    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `events` of toResponse() may send
    expect(fold([{ type: "text-start", id: "p1" }, own as ResponseEvent])).toEqual([
      { id: "p1", type: "text", text: "" },
    ]);
  });
});
