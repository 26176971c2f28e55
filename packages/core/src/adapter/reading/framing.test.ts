import { beforeAll, describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { isTargetFailure, TargetFailure } from "../../model/target-failure.ts";
import type { StreamPart } from "../../model/target.ts";
import { classifyFailures } from "../failures/http-failure.ts";
import { asObject, asString, parseEvent } from "../foreign.ts";
import { loadEventParser } from "./event-parser.ts";
import { Evidence } from "./evidence.ts";
import type { FrameReader, Framing } from "./framing.ts";
import { readAnswer, type AnswerLimits } from "./read-answer.ts";
import type { WireEvent, WireReader } from "./wire-reader.ts";

const failures = classifyFailures(
  {
    rows: [{ type: "busy", class: "server.overloaded" }],
    readError: (body) => {
      const type = asString(asObject(asObject(body)["fault"])["kind"]);
      return type === undefined ? undefined : { type };
    },
    requestIdHeaders: [],
  },
  [],
);

/** Texts line by line; `bye` is the end and says so. */
class LineWire implements WireReader {
  readonly evidence = new Evidence();
  readonly events: string[] = [];

  event({ data }: WireEvent, out: StreamPart[]): void {
    this.events.push(data);
    const line = parseEvent(data);
    failures.check(line, line["say"] !== undefined);
    const text = asString(line["say"]);
    if (text !== undefined) out.push({ type: "text-delta", id: "t", delta: text });
    if (line["bye"] === undefined) return;
    this.evidence.complete();
    if (line["bye"] !== "quietly") this.finish(out);
  }

  whole(body: unknown, out: StreamPart[]): void {
    const answer = asObject(body);
    failures.check(answer, answer["all"] !== undefined);
    const text = asString(answer["all"]);
    if (text === undefined) return;
    out.push({ type: "text-delta", id: "t", delta: text });
    this.finish(out);
  }

  finish(out: StreamPart[]): void {
    out.push({ type: "end", finishReason: "stop", rawFinishReason: "stop" });
  }
}

/** Four bytes of length, then JSON. */
const lengthAndJson = (): FrameReader => ({
  name: "frames of a length and JSON",
  sizeOf: (bytes) =>
    bytes.byteLength < 4 ? undefined : 4 + new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true),
  read: (bytes) => {
    const data = new TextDecoder().decode(bytes.subarray(4));
    return data === "" ? undefined : { data };
  },
});

const unreadable = (): FrameReader => ({
  name: "test frames",
  sizeOf: () => 1,
  read: () => {
    throw new TargetFailure("stream.malformed");
  },
});

function frame(data: string): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(data);
  const bytes = new Uint8Array(4 + body.byteLength);
  new DataView(bytes.buffer).setInt32(0, body.byteLength, true);
  bytes.set(body, 4);
  return bytes;
}

interface Setup {
  readonly framing: Framing;
  readonly type?: string | undefined;
  readonly limits?: AnswerLimits | undefined;
}

type Chunk = string | Uint8Array<ArrayBuffer>;

async function read(setup: Setup, chunks: readonly Chunk[]) {
  const { framing, type = "application/x-ndjson", limits } = setup;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of chunks) {
        controller.enqueue(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk.slice());
      }
      controller.close();
    },
  });
  const wire = new LineWire();
  const signal = new AbortController().signal;
  const context = { signal, clock: new VirtualClock(), newId: () => "t", loss: () => undefined };
  const open = (): Promise<Response> => Promise.resolve(new Response(body, { headers: { "content-type": type } }));
  const texts: string[] = [];
  let ended = false;
  try {
    for await (const parts of readAnswer({ open, wire, framing, failures, context, limits })) {
      for (const part of parts) {
        if (part.type === "text-delta") texts.push(part.delta);
        if (part.type === "end") ended = true;
      }
    }
  } catch (error) {
    if (!isTargetFailure(error)) throw error;
    return { texts, ended, failure: error.class, explanation: error.details.explanation, events: wire.events };
  }
  return { texts, ended, failure: undefined, explanation: undefined, events: wire.events };
}

const LINES = ['{"say":"héllo"}', "", '{"say":" 🌍"}', "ping", '{"bye":"now"}'];
const readLines = (chunks: readonly Chunk[], type?: string) => read({ framing: "json-lines", type }, chunks);

beforeAll(() => loadEventParser());

describe("json-lines", () => {
  test.each([
    ["LF", LINES.join("\n") + "\n"],
    ["CRLF", LINES.join("\r\n") + "\r\n"],
    ["a last line without its end", LINES.join("\n")],
    ["a byte order mark and blank lines first", `\u{feff}\n\r\n${LINES.join("\n")}`],
  ])("TR-13 give the same answer wherever the bytes are cut: %s", async (_name, text) => {
    const bytes = new TextEncoder().encode(text);
    const cuts = Array.from(bytes, (_, at) => [bytes.slice(0, at), bytes.slice(at)]);
    const drip = Array.from(bytes, (byte) => Uint8Array.of(byte));

    const readings = await Promise.all([drip, ...cuts].map((chunks) => readLines(chunks)));

    for (const reading of readings) {
      expect(reading).toMatchObject({ texts: ["héllo", " 🌍"], ended: true, failure: undefined });
      expect(reading.events).toEqual(['{"say":"héllo"}', '{"say":" 🌍"}', '{"bye":"now"}']);
    }
  });

  test("hand a line on when its end has come, and do not wait for the next one", async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"say":"at once"}\n')),
      pull: () => promise,
    });
    const wire = new LineWire();
    const signal = new AbortController().signal;
    const context = { signal, clock: new VirtualClock(), newId: () => "t", loss: () => undefined };
    const headers = { "content-type": "application/x-ndjson" };
    const open = (): Promise<Response> => Promise.resolve(new Response(body, { headers }));
    const iterator = readAnswer({ open, wire, framing: "json-lines", failures, context });

    await iterator.next();
    const first = await iterator.next();
    resolve(undefined);
    await iterator.return?.();

    expect(first.value).toEqual([{ type: "text-delta", id: "t", delta: "at once" }]);
  });

  test.each(["application/x-ndjson", "application/json", "text/plain", "application/octet-stream"])(
    "are lines, and one value alone is an answer in one piece, also as %s",
    async (type) => {
      const whole = { texts: ["all of it"], ended: true, failure: undefined };

      expect(
        await readLines(
          LINES.map((line) => `${line}\n`),
          type,
        ),
      ).toMatchObject({ texts: ["héllo", " 🌍"] });
      expect(await readLines(['{"all":"all of it"}'], type)).toMatchObject(whole);
      expect(await readLines(['\n{"all":', '"all of it"}\n', "\n"], type)).toMatchObject(whole);
      expect(await readLines(['{\r\n  "all":\r\n', ' "all of it"\r\n}\r\n'], type)).toMatchObject(whole);
    },
  );

  test.each([
    ["first of all", ['{"fault":{"kind":"busy"}}\n'], []],
    ["without its end", ['{"say":"one"}\n{"fault":{"ki', 'nd":"busy"}}'], ["one"]],
    ["in one piece over several lines", ['{\n "fault": {\n  "kind": "busy"\n }\n}\n'], []],
    ["called JSON", ['{"fault":{"kind":"busy"}}\n'], [], "application/json"],
  ])("fail with the class of an error in a line %s", async (_name, chunks, texts, type?) => {
    expect(await readLines(chunks, type)).toMatchObject({ texts, failure: "server.overloaded", ended: false });
  });

  test.each<readonly [string, readonly string[], string]>([
    ["after a line", ['{"say":"one"}\n'], "stream.truncated"],
    ["inside a line", ['{"say":"one"}\n{"say":"tw'], "stream.truncated"],
    ["inside the first line", ['{"say":"o'], "stream.truncated"],
    ["with [DONE] and no evidence", ['{"say":"one"}\n[DONE]\n'], "stream.truncated"],
  ])("ED-01 R5.1 are truncated by an end %s", async (_name, chunks, failure) => {
    expect(await readLines(chunks)).toMatchObject({ failure, ended: false });
  });

  test("R5.1 are complete at an end behind the evidence, and at [DONE]", async () => {
    const quietly = ['{"say":"one"}\n', '{"bye":"quietly"}\n'];

    expect(await readLines(quietly)).toMatchObject({ texts: ["one"], ended: true });
    expect(await readLines([...quietly, "[DONE]"])).toMatchObject({ texts: ["one"], ended: true });
    expect(await readLines(['{"say":"one"}\n', '{"bye":"quietly"}'])).toMatchObject({ texts: ["one"], ended: true });
  });

  test("R5.3 are waited for a second behind the evidence, where no line has begun", async () => {
    const bytes = new TextEncoder().encode('{"say":"one"}\n{"bye":"quietly"}\n');
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes) });
    const clock = new VirtualClock();
    const context = { signal: new AbortController().signal, clock, newId: () => "t", loss: () => undefined };
    const open = (): Promise<Response> => Promise.resolve(new Response(body));
    const parts: StreamPart[] = [];
    const reading = (async () => {
      const answer = readAnswer({ open, wire: new LineWire(), framing: "json-lines", failures, context });
      for await (const batch of answer) parts.push(...batch);
    })();

    await clock.advance(1_100);
    await reading;

    expect(parts.at(-1)?.type).toBe("end");
  });

  test("R10.5 fail as oversized where a line, the first line or a value in one piece is too long", async () => {
    const setup = { framing: "json-lines", limits: { maxEventChars: 40 } } as const;
    const long = "x".repeat(41);

    for (const chunks of [[`{"say":"${long}`], ['{"say":"one"}\n', '{"say":"', long], ["{\n", `"all":"${long}"`]]) {
      expect(await read(setup, chunks)).toMatchObject({ failure: "stream.oversized" });
    }
    const blank = Array.from({ length: 50 }, () => "\n");
    expect(await read(setup, [...blank, '{"say":"one"}\n', '{"bye":"now"}'])).toMatchObject({
      failure: undefined,
      ended: true,
    });
    const many = Array.from({ length: 50 }, () => '{"say":"one"}\n');
    expect(await read(setup, [...many, '{"bye":"now"}'])).toMatchObject({ failure: undefined, ended: true });
  });
});

describe("frames of an adapter's own", () => {
  const all = [frame('{"say":"héllo"}'), frame(""), frame(`{"say":"${"x".repeat(113)}"}`), frame('{"bye":"now"}')];

  test("TR-13 give the same answer wherever the bytes are cut, also where a frame begins like JSON", async () => {
    // The low byte of its length is that of a brace.
    const first = frame(`{"say":"${"y".repeat(113)}"}`);
    const bytes = new Uint8Array([...first, ...all.flatMap((one) => [...one])]);
    const cuts = Array.from(bytes, (_, at) => [bytes.slice(0, at), bytes.slice(at)]);
    const drip = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const setup = { framing: lengthAndJson, type: "application/octet-stream" };

    const readings = await Promise.all([drip, ...cuts].map((chunks) => read(setup, chunks)));

    expect(first[0]).toBe("{".charCodeAt(0));
    for (const reading of readings) {
      expect(reading).toMatchObject({ failure: undefined, ended: true });
      expect(reading.texts).toEqual(["y".repeat(113), "héllo", "x".repeat(113)]);
    }
  });

  test("ask for the size once a frame, with the bytes that came since, and again only while it is unknown", async () => {
    const asked: (readonly [length: number, seen: number])[] = [];
    const toNewline = (): FrameReader => ({
      name: "lines",
      sizeOf: (bytes, seen) => {
        asked.push([bytes.byteLength, seen]);
        const at = bytes.indexOf(10, seen);
        return at === -1 ? undefined : at + 1;
      },
      read: (line) => ({ data: new TextDecoder().decode(line) }),
    });

    const reading = await read({ framing: toNewline, type: "application/x-lines" }, ['{"bye":', '"now"', "}\n"]);

    expect(reading).toMatchObject({ ended: true, failure: undefined });
    expect(asked).toEqual([
      [7, 0],
      [12, 7],
      [14, 12],
    ]);
  });

  test("are an answer or an error in one piece where the server calls it JSON, and a page where it calls it text", async () => {
    const setup = { framing: lengthAndJson, type: "application/json; charset=utf-8" };

    expect(await read(setup, ['\n{"all":', '"all of it"}'])).toMatchObject({ texts: ["all of it"], ended: true });
    expect(await read(setup, ['{"fault":{"kind":"busy"}}'])).toMatchObject({ failure: "server.overloaded" });
    expect(await read({ ...setup, type: "application/problem+json" }, ['{"fault":{"kind":"busy"}}'])).toMatchObject({
      failure: "server.overloaded",
    });
    expect(await read({ ...setup, type: "text/html" }, ["<html>"])).toMatchObject({ failure: "gateway.html" });
  });

  test("ED-01 R5.1 are truncated by an end between two frames without evidence, and inside of one", async () => {
    const setup = { framing: lengthAndJson, type: "application/octet-stream" };
    const one = frame('{"say":"one"}');

    for (const last of [new Uint8Array(), one.slice(0, 3), one.slice(0, 9)]) {
      expect(await read(setup, [one, last])).toMatchObject({ texts: ["one"], failure: "stream.truncated" });
    }
  });

  test("R10.5 fail as oversized or malformed by the size of a frame, before its bytes are kept", async () => {
    const type = "application/octet-stream";
    const limits = { maxEventChars: 40 };
    const sized = (size: number | undefined): Setup => ({
      framing: () => ({ name: "test frames", sizeOf: () => size, read: () => undefined }),
      type,
      limits,
    });

    expect(await read({ framing: lengthAndJson, type, limits }, [frame("x".repeat(37)).slice(0, 5)])).toMatchObject({
      failure: "stream.oversized",
      explanation: "expected frames of a length and JSON; the size of one is 41 bytes",
    });
    expect(await read(sized(undefined), ["x".repeat(30), "x".repeat(30)])).toMatchObject({
      failure: "stream.oversized",
    });
    for (const size of [0, -4, 1.5, Number.NaN]) {
      expect(await read(sized(size), ["x"])).toMatchObject({
        failure: "stream.malformed",
        explanation: `expected test frames; the size of one is ${size} bytes`,
      });
    }
  });

  test("pass on what their reader throws", async () => {
    expect(await read({ framing: unreadable, type: "" }, ["x"])).toMatchObject({ failure: "stream.malformed" });
  });
});

describe("what cannot be read says what was expected and what came", () => {
  test.each<readonly [Framing, string, readonly Chunk[], string, string]>([
    [
      "sse",
      "JSON lines",
      ['{"say":"secret"}\n{"say":"more"}\n{"sa'],
      "stream.malformed",
      "expected server-sent events or one JSON value; several JSON values came, one on each line",
    ],
    [
      "sse",
      "broken JSON",
      ['{"say":secret}'],
      "stream.malformed",
      "expected server-sent events or one JSON value; text came that begins like JSON and is not",
    ],
    [
      "sse",
      "words behind a list",
      ['[1, "secret"] words'],
      "stream.malformed",
      "expected server-sent events or one JSON value; text came that begins like JSON and is not",
    ],
    [
      "sse",
      "bytes that are no UTF-8",
      ["data: secret", Uint8Array.of(0xff)],
      "stream.malformed",
      "expected server-sent events or one JSON value; bytes came that are no UTF-8",
    ],
    ["sse", "a broken event", ['data: {"say":secret}\n\n'], "stream.malformed", "an event is broken JSON"],
    [
      "sse",
      "an event that is a list",
      ['data: ["secret"]\n\n'],
      "stream.malformed",
      "an event is JSON and not an object",
    ],
    [
      "sse",
      "prose",
      ["secret words"],
      "gateway.not-a-stream",
      "expected server-sent events or one JSON value; text came that is neither",
    ],
    [
      "sse",
      "JSON of a stranger",
      ['{"secret":1}'],
      "gateway.not-a-stream",
      "expected server-sent events or one JSON value; JSON came that is neither an answer nor an error",
    ],
    ["sse", "nothing", [""], "gateway.not-a-stream", "expected server-sent events or one JSON value; nothing came"],
    [
      "json-lines",
      "server-sent events",
      ['event: secret\ndata: {"say":"secret"}\n\n'],
      "gateway.not-a-stream",
      "expected JSON lines or one JSON value; server-sent events came",
    ],
    [
      "json-lines",
      "prose",
      ["secret\nwords"],
      "gateway.not-a-stream",
      "expected JSON lines or one JSON value; text came that is neither",
    ],
    ["json-lines", "a broken line", ['{"say":"one"}\n{secret}\n'], "stream.malformed", "an event is broken JSON"],
  ])("%s: %s", async (framing, _name, chunks, failure, explanation) => {
    const reading = await read({ framing, type: "application/octet-stream" }, chunks);

    expect(reading).toMatchObject({ failure, explanation });
  });
});
