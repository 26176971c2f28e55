import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { StreamPart } from "../../model/target.ts";
import { isTargetFailure, TargetFailure } from "../../model/target-failure.ts";
import { loadEventParser } from "./event-parser.ts";
import { Evidence } from "./evidence.ts";
import { asObject, asString, parseEvent } from "../foreign.ts";
import { classifyFailures } from "../failures/http-failure.ts";
import { readAnswer, type AnswerLimits } from "./read-answer.ts";
import type { WireEvent, WireReader } from "./wire-reader.ts";

/** A wire with the least that can happen: text, usage, evidence, end, error. */
class ToyWire implements WireReader {
  readonly evidence: Evidence;

  constructor(usageFollows: boolean) {
    this.evidence = new Evidence({ usageFollows });
  }

  event({ data }: WireEvent, out: StreamPart[]): void {
    const native = parseEvent(data);
    const error = failures.inBand(native);
    if (error !== undefined) throw error;
    const text = asString(native["text"]);
    if (text !== undefined) out.push({ type: "text-delta", id: "t", delta: text });
    if (asString(native["held"]) !== undefined) this.evidence.content();
    if (native["tokens"] !== undefined) out.push({ type: "usage", usage: { outputTokens: 3 } });
    if (native["complete"] === true) this.evidence.complete();
    if (native["end"] === true) this.finish(out);
  }

  whole(body: unknown, out: StreamPart[]): void {
    const error = failures.inBand(body);
    if (error !== undefined) throw error;
    const text = asString(asObject(body)["answer"]);
    if (text === undefined) return;
    out.push({ type: "text-delta", id: "t", delta: text });
    this.finish(out);
  }

  finish(out: StreamPart[]): void {
    out.push({ type: "end", finishReason: "stop", rawFinishReason: "stop" });
  }
}

const failures = classifyFailures(
  {
    rows: [{ type: "busy", class: "server.overloaded" }],
    readError: (body) => {
      const type = asString(asObject(asObject(body)["error"])["type"]);
      return type === undefined ? undefined : { type };
    },
    requestIdHeaders: ["request-id"],
  },
  [],
);

interface Reading {
  readonly clock: VirtualClock;
  readonly controller: AbortController;
  readonly iterator: AsyncIterableIterator<readonly StreamPart[], undefined>;
}

function read(open: () => Promise<Response>, limits?: AnswerLimits, usageFollows = false): Reading {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const context = { signal: controller.signal, clock, newId: () => "t", loss: () => undefined };
  return {
    clock,
    controller,
    iterator: readAnswer({ open, wire: new ToyWire(usageFollows), failures, context, limits }),
  };
}

interface Outcome {
  readonly text: string;
  readonly failure: FailureClass | undefined;
  readonly ended: boolean;
  readonly tokens: number | undefined;
  readonly batches: number;
}

async function collect(iterator: AsyncIterable<readonly StreamPart[]> | readonly never[]): Promise<Outcome> {
  let text = "";
  let ended = false;
  let tokens: number | undefined;
  let batches = 0;
  let failure: FailureClass | undefined;
  try {
    for await (const parts of iterator) {
      batches += 1;
      for (const part of parts) {
        if (part.type === "text-delta") text += part.delta;
        if (part.type === "usage") tokens = part.usage.outputTokens;
        if (part.type === "end") ended = true;
      }
    }
  } catch (error) {
    if (!isTargetFailure(error)) throw error;
    failure = error.class;
  }
  return { text, failure, ended, tokens, batches };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A response whose body is these chunks, then ends, unless it is to stay open. */
function respond(
  chunks: readonly (string | Uint8Array)[],
  headers: Record<string, string> = {},
): () => Promise<Response> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? bytes(chunk) : chunk);
      controller.close();
    },
  });
  return () => Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream", ...headers } }));
}

/** The same, and it neither ends nor errs by itself. */
function openBody(chunks: readonly string[]): { open: () => Promise<Response>; isCancelled: () => boolean } {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => chunks.forEach((chunk) => controller.enqueue(bytes(chunk))),
    cancel: () => {
      isCancelled = true;
    },
  });
  return { open: () => Promise.resolve(new Response(body)), isCancelled: () => isCancelled };
}

/** The same, and more can be sent. */
function timedBody(chunks: readonly string[]): ReturnType<typeof openBody> & { send: (chunk: string) => void } {
  let isCancelled = false;
  const { readable, writable } = new TransformStream<string, Uint8Array>(
    { transform: (chunk, controller) => controller.enqueue(bytes(chunk)) },
    { highWaterMark: 100 },
    { highWaterMark: 100 },
  );
  const writer = writable.getWriter();
  const send = (chunk: string): void => {
    writer.write(chunk).catch(() => undefined);
  };
  writer.closed.catch(() => {
    isCancelled = true;
  });
  for (const chunk of chunks) send(chunk);
  return { open: () => Promise.resolve(new Response(readable)), isCancelled: () => isCancelled, send };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

const HELLO = event({ text: "héllo 🌍" });
const COMPLETE = event({ complete: true });
const END = event({ end: true });

async function outcomeOf(chunks: readonly (string | Uint8Array)[], headers?: Record<string, string>): Promise<Outcome> {
  return collect(read(respond(chunks, headers)).iterator);
}

// Loading it takes time that no virtual clock knows of.
beforeAll(() => loadEventParser());

describe("readAnswer", () => {
  test("yields the response part first, then one array per network read", async () => {
    const { iterator } = read(respond([HELLO, ": ping\n\n", COMPLETE + END], { "request-id": "req_1" }));

    const batches: (readonly StreamPart[])[] = [];
    for await (const parts of iterator) batches.push(parts);

    expect(batches).toEqual([
      [{ type: "response", requestId: "req_1", rateLimits: undefined }],
      [{ type: "text-delta", id: "t", delta: "héllo 🌍" }],
      [],
      [{ type: "end", finishReason: "stop", rawFinishReason: "stop" }],
    ]);
  });

  test("TR-13 gives the same answer however the bytes are cut", async () => {
    const wire = bytes(`﻿: hi\r\n\r\n${HELLO.replaceAll("\n", "\r\n")}data:{"text":"\u2028"}\n\n${COMPLETE}${END}`);

    const cuts = Array.from({ length: wire.length - 1 }, (_, at) => [wire.slice(0, at + 1), wire.slice(at + 1)]);
    const outcomes = await Promise.all(
      [[...wire].map((byte) => Uint8Array.of(byte)), ...cuts].map((cut) => outcomeOf(cut)),
    );

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ text: "héllo 🌍\u2028", ended: true, failure: undefined });
    }
  });

  test("ED-01 R5.1 calls every end without evidence truncated, inside an event too", async () => {
    const wire = bytes(`event: x\n${HELLO}${HELLO}${COMPLETE}`);
    const cuts = Array.from({ length: wire.length - 3 }, (_, at) => wire.slice(0, at + 1));

    const outcomes = await Promise.all(cuts.map((cut) => outcomeOf([cut])));

    for (const outcome of outcomes) expect(outcome).toMatchObject({ failure: "stream.truncated", ended: false });
  });

  test("takes blank lines for a stream's, also where nothing but the start of a field follows", async () => {
    for (const body of [["\n\nda"], ["\r\n", "\r\n", "eve"], [" \n", "data"]]) {
      // oxlint-disable-next-line no-await-in-loop -- one answer after the other
      expect(await outcomeOf(body)).toMatchObject({ failure: "stream.truncated", ended: false });
    }
  });

  test("sees a bare error behind the events however the bytes are cut, and after evidence too", async () => {
    const stray = `{\n "error": {"type": "busy"}\n}\n`;
    const bodies = [`${HELLO}${stray}`, `${HELLO}${COMPLETE}${stray}\n`, `${HELLO}${stray.trim()}`].flatMap((body) => [
      bytes(body),
      bytes(body.replaceAll("\n", "\r\n")),
    ]);

    const cuts = bodies.flatMap((wire) => [
      [...wire].map((byte) => Uint8Array.of(byte)),
      ...Array.from({ length: wire.length - 1 }, (_, at) => [wire.slice(0, at + 1), wire.slice(at + 1)]),
    ]);
    const outcomes = await Promise.all(cuts.map((cut) => outcomeOf(cut)));

    for (const outcome of outcomes) expect(outcome).toMatchObject({ failure: "server.overloaded", ended: false });
  });

  test("takes a last event that lacks its blank line", async () => {
    expect(await outcomeOf([HELLO, `data: {"end":true}`])).toMatchObject({ ended: true, failure: undefined });
  });

  test("ends at [DONE] where the answer is complete, and calls it truncated where it is not", async () => {
    expect(await outcomeOf([HELLO, COMPLETE, "data: [DONE]\n\n"])).toMatchObject({ ended: true, batches: 4 });
    expect(await outcomeOf([HELLO, COMPLETE, "data:  [DONE]"])).toMatchObject({ ended: true });
    expect(await outcomeOf([HELLO, COMPLETE, "data: [DO"])).toMatchObject({ ended: true });
    expect(await outcomeOf([HELLO, "data: [DONE]\n\n"])).toMatchObject({ failure: "stream.truncated", ended: false });
  });

  test.each(["", " ", "null", "ping", ": keep-alive", "0", '"ping"', "\ndata: "])(
    "takes data that cannot be an answer for a heartbeat: %j",
    async (data) => {
      const beat = `data: ${data}\n\n`;
      const named = `event: ping\n\n${beat}event: ping\n${beat}`;

      const outcome = await outcomeOf([named, HELLO, named, HELLO, named, COMPLETE, named, END]);

      expect(outcome).toMatchObject({ text: "héllo 🌍".repeat(2), ended: true, failure: undefined, batches: 9 });
    },
  );

  test("R5.14 calls a body of heartbeats alone truncated", async () => {
    expect(await outcomeOf(["data: ping\n\n", "data:\n\n"])).toMatchObject({ failure: "stream.truncated" });
  });

  test("reads JSON that begins with blanks or fills several lines", async () => {
    expect(await outcomeOf([`data:   {"text":\ndata: "a"}\n\n`, COMPLETE])).toMatchObject({ text: "a", ended: true });
  });

  test("takes an event that was cut behind the evidence for content that is missing", async () => {
    expect(await outcomeOf([HELLO, COMPLETE, `data: {"tex`])).toMatchObject({ failure: "stream.truncated" });
  });

  test("ends at the end of the body once there is evidence", async () => {
    expect(await outcomeOf([HELLO, COMPLETE])).toMatchObject({ ended: true, text: "héllo 🌍" });
  });

  test("throws the parts' failure after the parts that came in the same read", async () => {
    expect(await outcomeOf([HELLO + event({ error: { type: "busy" } })])).toMatchObject({
      text: "héllo 🌍",
      failure: "server.overloaded",
    });
  });

  test("lets an error event fail the attempt after evidence too", async () => {
    expect(await outcomeOf([HELLO, COMPLETE, event({ error: { type: "busy" } })])).toMatchObject({
      failure: "server.overloaded",
      ended: false,
    });
  });

  test.each<[string, readonly (string | Uint8Array)[], FailureClass]>([
    ["broken JSON in a whole event", [HELLO, "data: {oops}\n\n", END], "stream.malformed"],
    ["data that begins like a list and is none", [HELLO, "data: [DONE\n\n", END], "stream.malformed"],
    ["bytes that are no UTF-8", [HELLO, Uint8Array.of(0x64, 0xff, 0xfe)], "stream.malformed"],
    ["a web page", ["  <!doctype html><p>busy"], "gateway.html"],
    ["prose", ["upstream unavailable\n"], "gateway.not-a-stream"],
    ["nothing", [], "gateway.not-a-stream"],
    ["blank lines", ["\n\n \n"], "gateway.not-a-stream"],
    ["keep-alives only", [": keep-alive\n\n", ": keep-alive\n\n"], "stream.truncated"],
    ["JSON that is no answer", [`{"hello":1}`], "gateway.not-a-stream"],
    ["JSON that was cut in a text", [`{"answer":"a\\"}`], "stream.truncated"],
    ["JSON that was cut behind a bracket", [`{"list":[1],"answer":{"a":[{}]`], "stream.truncated"],
    ["JSON that is whole and broken", [`{"answer":oops}`], "stream.malformed"],
    ["the vendor's error as JSON", [`{"error":`, `{"type":"busy"}}`], "server.overloaded"],
    ["a bare error after events", [HELLO, `{\n "error": {`, `"type": "busy"}\n}\n`], "server.overloaded"],
  ])("classifies %s", async (_, chunks, failure) => {
    expect(await outcomeOf(chunks)).toMatchObject({ failure, ended: false });
  });

  test("DS-01 takes a whole answer as JSON, whatever its content type and the blank lines before it", async () => {
    const chunks = ["\n", "\n\n", `{"answer":`, `"42"}\n`];

    expect(await outcomeOf(chunks, { "content-type": "application/json" })).toMatchObject({ text: "42", ended: true });
    expect(await outcomeOf(chunks)).toMatchObject({ text: "42", ended: true, batches: 6 });
  });

  test("calls a response without a body no stream", async () => {
    const { iterator } = read(() => Promise.resolve(new Response(null, { status: 204 })));

    expect(await collect(iterator)).toMatchObject({ failure: "gateway.not-a-stream" });
  });

  test("R10.5 stops at the limit of one event, of a whole answer and of a body", async () => {
    const big = "x".repeat(2_000);
    const limits = { maxEventChars: 1_000, maxBytes: 5_000 };

    const oneEvent = await collect(read(respond(["data: ", big, "\n\n"]), limits).iterator);
    const whole = await collect(read(respond([`{"answer":"`, big, `"}`]), limits).iterator);
    const body = await collect(read(respond(Array.from({ length: 500 }, () => HELLO)), limits).iterator);

    for (const outcome of [oneEvent, whole, body]) expect(outcome.failure).toBe("stream.oversized");
  });

  test("classifies what the request itself throws or answers", async () => {
    const refused = read(() => Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } })));
    const unauthorized = read(() => Promise.resolve(new Response("no", { status: 401 })));

    expect(await collect(refused.iterator)).toMatchObject({ failure: "network.refused" });
    expect(await collect(unauthorized.iterator)).toMatchObject({ failure: "auth.invalid" });
  });

  test("names request and status in the failure of an answer", async () => {
    const { iterator } = read(respond(["<html>"], { "request-id": "req_7" }));
    await iterator.next();

    const error: unknown = await iterator.next().catch((thrown: unknown) => thrown);

    expect(isTargetFailure(error) && error.details).toMatchObject({ requestId: "req_7", status: 200 });
  });
});

describe("readAnswer and time", () => {
  test("R5.3 ends an answer with evidence after a second of silence", async () => {
    const { open, isCancelled } = openBody([HELLO, COMPLETE]);
    const { iterator, clock } = read(open);
    const outcome = collect(iterator);

    await clock.advance(999);
    expect(isCancelled()).toBe(false);
    await clock.advance(2);

    expect(await outcome).toMatchObject({ ended: true, failure: undefined });
    expect(isCancelled()).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("R5.3 waits five seconds for usage that was asked for, and keeps it when it comes", async () => {
    const late = timedBody([HELLO, COMPLETE]);
    const never = timedBody([HELLO, COMPLETE]);
    const [first, second] = [late, never].map(({ open }) => read(open, undefined, true));
    const outcomes = [first, second].map((reading) => collect(reading?.iterator ?? []));

    await first?.clock.advance(4_900);
    late.send(event({ tokens: 3 }));
    await first?.clock.advance(99);
    expect(late.isCancelled()).toBe(false);
    await first?.clock.advance(2);
    await second?.clock.advance(4_999);
    expect(never.isCancelled()).toBe(false);
    await second?.clock.advance(2);

    expect(await Promise.all(outcomes)).toMatchObject([
      { ended: true, tokens: 3 },
      { ended: true, tokens: undefined },
    ]);
  });

  test("R5.3 waits a second as soon as nothing is owed any more", async () => {
    const { open, isCancelled } = openBody([HELLO, COMPLETE, event({ tokens: 3 })]);
    const { iterator, clock } = read(open, undefined, true);
    const outcome = collect(iterator);

    await clock.advance(999);
    expect(isCancelled()).toBe(false);
    await clock.advance(2);

    expect(isCancelled()).toBe(true);
    expect(await outcome).toMatchObject({ ended: true, tokens: 3 });
  });

  test("does not take usage from before the evidence for the last one", async () => {
    const { open, isCancelled } = openBody([event({ tokens: 1 }), HELLO, COMPLETE]);
    const { iterator, clock } = read(open, undefined, true);
    const outcome = collect(iterator);

    await clock.advance(4_999);
    expect(isCancelled()).toBe(false);
    await clock.advance(2);

    expect(await outcome).toMatchObject({ ended: true });
  });

  test("R5.3 holds a complete answer for five seconds at most, whatever keeps the body alive", async () => {
    const { open, send, isCancelled } = timedBody([HELLO, COMPLETE]);
    const { iterator, clock } = read(open);
    const outcome = collect(iterator);

    for (let beat = 0; beat < 7; beat++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await clock.advance(700);
      send(": keep-alive\n\n");
    }
    await clock.advance(99);
    expect(isCancelled()).toBe(false);
    await clock.advance(2);

    expect(await outcome).toMatchObject({ ended: true });
    expect(isCancelled()).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("waits longer while an event is still coming, and calls it truncated when it does not", async () => {
    const { open, isCancelled } = openBody([HELLO, COMPLETE, `data: {"tex`]);
    const { iterator, clock } = read(open);
    const outcome = collect(iterator);

    await clock.advance(4_999);
    expect(isCancelled()).toBe(false);
    await clock.advance(2);

    expect(await outcome).toMatchObject({ failure: "stream.truncated", ended: false });
  });

  test("reads what arrived while the process stood still before it calls the wire silent", async () => {
    const { open, send } = timedBody([HELLO, COMPLETE]);
    const { iterator, clock, controller } = read(open);
    const outcome = collect(iterator);
    await clock.advance(500);

    // A timer that is late runs before what lies in the socket is read.
    const onTime = clock.setTimeout.bind(clock);
    const inSocket = [HELLO];
    clock.setTimeout = (callback, delayMs, background) => {
      if (delayMs === 0) inSocket.splice(0).forEach(send);
      return onTime(callback, delayMs, background);
    };
    await clock.suspend(60_000);
    await clock.advance(60_000);

    expect(clock.pending).toBe(0);
    controller.abort(new TargetFailure("timeout.progress"));
    expect(await outcome).toMatchObject({ text: "héllo 🌍".repeat(2), ended: false, failure: "timeout.progress" });
  });

  test("counts content that is not shown yet as content", async () => {
    const held = event({ held: "x" });
    const bodies = [[event({ held: "x", complete: true })], [held, COMPLETE], [HELLO, COMPLETE, held]].map((chunks) =>
      openBody(chunks),
    );
    const readings = bodies.map(({ open }) => read(open));
    const outcomes = readings.map(({ iterator }) => collect(iterator));
    const cancelled = async (milliseconds: number): Promise<readonly boolean[]> => {
      for (const { clock } of readings) {
        // oxlint-disable-next-line no-await-in-loop -- one clock after the other
        await clock.advance(milliseconds);
      }
      return bodies.map(({ isCancelled }) => isCancelled());
    };

    expect(await cancelled(1_001)).toEqual([false, true, false]);
    expect(await cancelled(4_000)).toEqual([true, true, false]);
    readings[2]?.controller.abort(new TargetFailure("timeout.progress"));
    expect((await Promise.all(outcomes)).map(({ ended }) => ended)).toEqual([true, true, false]);
  });

  test("sets no timer before evidence: waiting is the engine's matter", async () => {
    const { open } = openBody([HELLO]);
    const { iterator, clock, controller } = read(open);
    const outcome = collect(iterator);

    await clock.advance(3_600_000);
    expect(clock.pending).toBe(0);

    controller.abort(new TargetFailure("timeout.progress"));
    expect(await outcome).toMatchObject({ failure: "timeout.progress" });
  });

  test("R10.7 drains after the end for a quarter of a second, then cancels", async () => {
    const { open, isCancelled } = openBody([HELLO + COMPLETE + END]);
    const { iterator, clock } = read(open);
    await iterator.next();
    await iterator.next();

    const returned = iterator.return?.();
    await clock.advance(249);
    expect(isCancelled()).toBe(false);
    await clock.advance(1);
    await returned;

    expect(isCancelled()).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("R10.7 drains at most 64 KiB", async () => {
    const rest = Array.from({ length: 10 }, () => "x".repeat(16 * 1024));
    const { open, isCancelled } = openBody([HELLO + COMPLETE + END, ...rest]);
    const { iterator } = read(open);
    await iterator.next();
    await iterator.next();

    await iterator.return?.();

    expect(isCancelled()).toBe(true);
  });

  test("does not drain when the attempt was stopped", async () => {
    const { open, isCancelled } = openBody([HELLO + COMPLETE + END]);
    const { iterator, controller, clock } = read(open);
    await iterator.next();
    await iterator.next();

    controller.abort();
    await iterator.return?.();

    expect(isCancelled()).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe("readAnswer and cancellation", () => {
  test("AB-06 sends nothing when the attempt was stopped before", async () => {
    let sent = 0;
    const { iterator, controller } = read(() => {
      sent += 1;
      return Promise.reject(new Error("unreachable"));
    });
    controller.abort(new TargetFailure("caller.aborted"));

    expect(await collect(iterator)).toMatchObject({ failure: "caller.aborted" });
    expect(sent).toBe(0);
  });

  test("ends a pending read at once when the attempt is stopped, and lets go of body and listener", async () => {
    const { open, isCancelled } = openBody([HELLO]);
    const { iterator, controller } = read(open);
    await iterator.next();
    await iterator.next();
    const pending = iterator.next().catch((error: unknown) => error);

    controller.abort(new TargetFailure("timeout.liveness"));
    void iterator.return?.();
    const error = await pending;

    expect(isTargetFailure(error) && error.class).toBe("timeout.liveness");
    expect(isCancelled()).toBe(true);
  });

  test("AB-01 cancels the body when the consumer leaves early", async () => {
    const { open, isCancelled } = openBody([HELLO]);
    const { iterator } = read(open);
    await iterator.next();
    await iterator.next();

    await iterator.return?.();

    expect(isCancelled()).toBe(true);
  });
});

describe("readAnswer and what it holds", () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");

  /** Whoever keeps an error keeps what ran when it was made: the reading, which is held here as by a stack. */
  async function isHeldAfter(end: (reading: Reading) => Promise<unknown>): Promise<boolean> {
    let body: WeakRef<ReadableStream> | undefined;
    const reading = read(() => {
      const stream = new ReadableStream<Uint8Array>({ start: (its) => its.enqueue(bytes('data: {"text":"a"}\n\n')) });
      body = new WeakRef(stream);
      return Promise.resolve(new Response(stream));
    });
    await reading.iterator.next();
    await reading.iterator.next();
    await end(reading);
    for (let round = 0; round < 10 && body?.deref() !== undefined; round++) {
      // A reference that was looked at holds until the turn is over.
      // oxlint-disable-next-line no-await-in-loop -- one collection after the other
      await nextTurn();
      if (typeof collectGarbage === "function") collectGarbage();
    }
    const isHeld = body?.deref() !== undefined;
    // Read last, so that the reading is held until here.
    return isHeld && typeof reading.iterator.next === "function";
  }

  test.each<[string, (reading: Reading) => Promise<unknown>]>([
    ["is left", ({ iterator }) => iterator.return?.() ?? Promise.resolve()],
    [
      "is stopped",
      ({ iterator, controller }) => {
        controller.abort(new TargetFailure("caller.aborted"));
        return iterator.next().catch(() => undefined);
      },
    ],
  ])("lets go of the body of an answer that %s, though the reading is held", async (_, end) => {
    expect(await isHeldAfter(() => Promise.resolve())).toBe(true);
    expect(await isHeldAfter(end)).toBe(false);
  });
});

describe("readAnswer over a socket", () => {
  let server: Server | undefined;
  let sockets = 0;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function serve(handler: (response: ServerResponse) => void): Promise<string> {
    sockets = 0;
    server = createServer((request, response) => {
      request.resume().on("end", () => handler(response));
    });
    server.on("connection", () => {
      sockets += 1;
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listening TCP server has such an address
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test("CL-14 calls a connection that breaks before evidence a reset", async () => {
    const url = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(HELLO, () => setImmediate(() => response.socket?.resetAndDestroy()));
    });

    expect(await collect(read(() => fetch(url)).iterator)).toMatchObject({ failure: "stream.reset" });
  });

  test("takes a connection that breaks after evidence for the end", async () => {
    const url = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(HELLO + COMPLETE, () => setImmediate(() => response.socket?.destroy()));
    });

    expect(await collect(read(() => fetch(url)).iterator)).toMatchObject({ text: "héllo 🌍", ended: true });
  });

  test.each<[string, string, FailureClass]>([
    ["breaks behind evidence that came with every piece", "", "stream.reset"],
    ["breaks inside an event behind such evidence", `data: {"te`, "stream.reset"],
  ])("does not take half an answer for a whole one when a connection %s", async (_, rest, failure) => {
    const piece = event({ text: "x", complete: true });
    const url = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(piece, () => {
        setImmediate(() => response.write(piece + rest, () => setImmediate(() => response.socket?.resetAndDestroy())));
      });
    });

    expect(await collect(read(() => fetch(url)).iterator)).toMatchObject({ failure, ended: false });
  });

  test("R5.2 takes the orderly end of a body for the end of an answer that said early that it is complete", async () => {
    const url = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(COMPLETE + HELLO + HELLO);
    });

    expect(await collect(read(() => fetch(url)).iterator)).toMatchObject({ ended: true, failure: undefined });
  });

  test("R5.2 calls a body truncated that closes inside an event behind the evidence", async () => {
    const url = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`${HELLO}${COMPLETE}data: {"te`);
    });

    expect(await collect(read(() => fetch(url)).iterator)).toMatchObject({ failure: "stream.truncated", ended: false });
  });

  test("leaves a connection that can be used again", async () => {
    const url = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(HELLO + COMPLETE + END);
      setImmediate(() => response.end(": bye\n\n"));
    });

    for (let call = 0; call < 3; call++) {
      const { iterator } = read(() => fetch(url));
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that the connection is free
      await collect(iterator);
      // oxlint-disable-next-line no-await-in-loop -- the same
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(sockets).toBe(1);
  });
});
