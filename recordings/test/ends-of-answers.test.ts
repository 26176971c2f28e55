import { isTargetFailure, type AttemptContext, type TargetRequest } from "@understudy/core/adapter";
import { beforeAll, describe, expect, test } from "vitest";
import { VirtualClock } from "../../packages/core/test/virtual-clock.ts";
import { chatWire, deepSeekWire, geminiWire, mistralWire, type AdaptedWire } from "../src/adapters.ts";

/** What a wire sends, by what it means. */
interface Sends {
  readonly wire: AdaptedWire;
  content(text: string): object;
  readonly evidence: object;
  /** Both in one event. */
  last(text: string): object;
  readonly usage: object;
}

function chunk(delta: object, finish_reason: string | null): object {
  return { model: "m", choices: [{ index: 0, delta, finish_reason }] };
}

function chatSends(wire: AdaptedWire): Sends {
  return {
    wire,
    content: (text) => chunk({ content: text }, null),
    evidence: chunk({}, "stop"),
    last: (text) => chunk({ content: text }, "stop"),
    usage: { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } },
  };
}

const geminiSends: Sends = {
  wire: geminiWire,
  content: (text) => ({ candidates: [{ index: 0, content: { role: "model", parts: [{ text }] } }] }),
  evidence: { candidates: [{ index: 0, finishReason: "STOP" }] },
  last: (text) => ({ candidates: [{ index: 0, content: { parts: [{ text }] }, finishReason: "STOP" }] }),
  usage: { usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3 } },
};

const wires: readonly Sends[] = [chatSends(chatWire), chatSends(deepSeekWire), chatSends(mistralWire), geminiSends];

type Event = (sends: Sends) => object;

const content: Event = (sends) => sends.content("x");
const evidence: Event = (sends) => sends.evidence;
const both: Event = (sends) => sends.last("x");
const usage: Event = (sends) => sends.usage;

/** How the body goes on behind its events. */
type Rest = "ends" | "resets" | "ends inside an event" | "says that it is done" | "stays silent";

interface Column {
  readonly events?: readonly Event[];
  readonly rest: Rest;
  /** When to look. Default: at once. */
  readonly afterMs?: number;
}

const columns = {
  done: { rest: "says that it is done" },
  eof: { rest: "ends" },
  "usage, eof": { events: [usage], rest: "ends" },
  "content, eof": { events: [content], rest: "ends" },
  "content, reset": { events: [content], rest: "resets" },
  reset: { rest: "resets" },
  "usage, reset": { events: [usage], rest: "resets" },
  cut: { rest: "ends inside an event" },
  "0.5 s": { rest: "stays silent", afterMs: 500 },
  "2 s": { rest: "stays silent", afterMs: 2_000 },
  "6 s": { rest: "stays silent", afterMs: 6_000 },
  "usage, 0.5 s": { events: [usage], rest: "stays silent", afterMs: 500 },
  "usage, 2 s": { events: [usage], rest: "stays silent", afterMs: 2_000 },
  "usage, 6 s": { events: [usage], rest: "stays silent", afterMs: 6_000 },
  "content, 6 s": { events: [content], rest: "stays silent", afterMs: 6_000 },
} satisfies Record<string, Column>;

type Outcome = "whole" | "waiting" | "stream.truncated" | "stream.reset";
type Row = Readonly<Record<keyof typeof columns, Outcome>>;

/** Of wires that gave their evidence before the last of the content. */
const doubted: Row = {
  done: "whole",
  eof: "whole",
  "usage, eof": "whole",
  "content, eof": "whole",
  "content, reset": "stream.reset",
  reset: "stream.reset",
  "usage, reset": "stream.reset",
  cut: "stream.truncated",
  "0.5 s": "waiting",
  "2 s": "waiting",
  "6 s": "waiting",
  "usage, 0.5 s": "waiting",
  "usage, 2 s": "waiting",
  "usage, 6 s": "waiting",
  "content, 6 s": "waiting",
};
/** Of wires whose evidence stands, in an event of its own: usage is waited for, and nothing else. */
const believed: Row = {
  ...doubted,
  reset: "whole",
  "usage, reset": "whole",
  "6 s": "whole",
  "usage, 2 s": "whole",
  "usage, 6 s": "whole",
};
/** The evidence stands beside content: more may come. */
const watched: Row = { ...believed, "usage, 2 s": "waiting" };

const rows: readonly (readonly [string, readonly Event[], Row])[] = [
  ["alone, without any content", [evidence], doubted],
  ["alone before the content", [evidence, content, content], doubted],
  ["in every event of content", [both, both, both], doubted],
  ["in the first event of content", [both, content, content], doubted],
  ["alone before the content and again behind it", [evidence, content, evidence], doubted],
  ["in the last event of content", [content, content, both], watched],
  ["in an event of its own behind the content", [content, content, evidence], believed],
  ["twice behind the content", [content, evidence, evidence], believed],
  ["in the last event of content and again behind it", [content, both, evidence], believed],
];

const request: TargetRequest = {
  messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  reasoning: { visible: true },
  stop: [],
};

function framed(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** Each piece is one read. An error would throw away what was not read yet. */
function bodyOf(pieces: readonly string[], rest: Rest): ReadableStream<Uint8Array> {
  const left = [...pieces];
  const next = (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | undefined => {
    const piece = left.shift();
    if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
    else if (rest === "stays silent") return new Promise(() => undefined);
    else if (rest === "resets") controller.error(new TypeError("terminated", { cause: { code: "ECONNRESET" } }));
    else controller.close();
    return undefined;
  };
  return new ReadableStream({ pull: next }, { highWaterMark: 0 });
}

async function outcomeOf(sends: Sends, events: readonly Event[], column: Column): Promise<Outcome> {
  const sent = [...events, ...(column.events ?? [])];
  const pieces = sent.map((event) => framed(event(sends)));
  if (column.rest === "says that it is done") pieces.push("data: [DONE]\n\n");
  if (column.rest === "ends inside an event") pieces.push(framed(content(sends)).slice(0, 40));
  const target = sends.wire.inProcess(sends.wire.usualModel, () => new Response(bodyOf(pieces, column.rest)));
  const clock = new VirtualClock();
  let ids = 0;
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => String(++ids),
    loss: () => undefined,
  };
  let text = "";
  let outcome: string = "waiting";
  const run = async (): Promise<void> => {
    for await (const parts of target.stream(request, context)) {
      for (const part of parts) {
        if (part.type === "text-delta") text += part.delta;
        if (part.type === "end") outcome = "whole";
      }
    }
  };
  const running = run().catch((error: unknown) => {
    outcome = isTargetFailure(error) ? error.class : String(error);
  });
  await clock.advance(column.afterMs ?? 0);
  // What is to end by itself is waited for; time stands still.
  if (column.rest !== "stays silent") await running;
  expect(text, "nothing is lost").toBe("x".repeat(sent.filter((event) => event === content || event === both).length));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- compared with the table
  return outcome as Outcome;
}

// The parser is loaded with the first request, which takes time that no virtual clock knows of.
beforeAll(() => Promise.all(wires.map((sends) => outcomeOf(sends, [content, evidence], columns.eof))));

describe.each(wires)("an answer of $wire.name", (sends) => {
  test.each(rows)("R5.2 R5.3 with the evidence %s ends when the table says so", async (_, events, expected) => {
    const outcomes = Object.entries<Column>(columns).map(async ([name, column]) => {
      return [name, await outcomeOf(sends, events, column)] as const;
    });

    expect(Object.fromEntries(await Promise.all(outcomes))).toEqual(expected);
  });
});
