import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startAnthropic } from "../simulators/anthropic/wire.ts";
import type { Vendor } from "../simulators/vendor.ts";
import type { Fault } from "./fault.ts";
import { rawExchange, type RawAnswer } from "./raw-client.ts";

let vendor: Vendor;

beforeEach(async () => {
  vendor = await startAnthropic();
  vendor.answer({ text: ["One ", "two ", "three."] });
});

afterEach(() => vendor.close());

interface Options {
  readonly stream?: boolean;
  readonly until?: string;
}

function ask(fault: Fault, { stream = true, until }: Options = {}): Promise<RawAnswer> {
  vendor.script([{ fault }]);
  const messages = [{ role: "user", content: "Count." }];
  return rawExchange({
    url: vendor.url,
    path: "/v1/messages",
    headers: { "x-api-key": "key", "anthropic-version": "2023-06-01", connection: "close" },
    body: JSON.stringify({ model: "claude-sonnet-5-5", max_tokens: 64, messages, stream }),
    until,
  });
}

const terminal = "event: message_stop";
const lastChunk = "\r\n0\r\n\r\n";

describe("before and at the headers", () => {
  test("a status comes with the vendor's own error body", async () => {
    const answer = await ask({ type: "status", status: 529 });

    expect(answer.status).toBe(529);
    expect(JSON.parse(answer.body)).toMatchObject({ type: "error", error: { type: "overloaded_error" } });
  });

  test("a status takes any headers and any body", async () => {
    const answer = await ask({ type: "status", status: 503, headers: { "retry-after": "7" }, body: "later" });

    expect(answer.status).toBe(503);
    expect(answer.head).toContain("retry-after: 7");
    expect(answer.body).toBe("later");
  });

  test.each([
    ["503 of other letters", { status: 503, reason: "服务不可用" }, "HTTP/1.1 503 服务不可用\r\n"],
    ["429 with an umlaut", { status: 429, reason: "Überlastet" }, "HTTP/1.1 429 Überlastet\r\n"],
    ["503 without a phrase", { status: 503, reason: "" }, "HTTP/1.1 503 \r\n"],
    ["600", { status: 600 }, "HTTP/1.1 600 Odd\r\n"],
    ["999", { status: 999 }, "HTTP/1.1 999 Odd\r\n"],
    ["000", { status: 0 }, "HTTP/1.1 000 Odd\r\n"],
  ] as const)("the status line %s goes out as it is, with headers and body", async (_name, line, sent) => {
    const answer = await ask({ type: "status", ...line, headers: { "retry-after": "30" }, body: "later" });
    await vendor.idle();

    expect(Buffer.from(answer.text, "latin1").toString("utf8").startsWith(sent)).toBe(true);
    expect(answer.head).toContain("retry-after: 30");
    expect(answer).toMatchObject({ status: line.status, body: "later", end: "fin" });
    expect(vendor.requests[0]).toMatchObject({ status: line.status, closedByClient: false });
  });

  test("a reason phrase may be bytes that are no UTF-8", async () => {
    const answer = await ask({ type: "status", status: 429, reason: Buffer.from("Überlastet", "latin1") });

    expect(answer.text.startsWith("HTTP/1.1 429 Überlastet\r\n")).toBe(true);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: "rate_limit_error" } });
  });

  test("a named failure says how long to wait", async () => {
    const answer = await ask({ type: "error", error: "rate-limited", retryAfterMs: 3000 });

    expect(answer.status).toBe(429);
    expect(answer.head).toContain("retry-after: 3");
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: "rate_limit_error" } });
  });

  test("a delay goes on with the fault behind it", async () => {
    const answer = await ask({ type: "delay", ms: 1, next: { type: "status", status: 500 } });

    expect(answer.status).toBe(500);
  });

  test("a hang takes the request and sends no byte", async () => {
    const pending = ask({ type: "hang" });
    const record = await vendor.arrived(0);

    await vendor.close();

    expect((await pending).text).toBe("");
    expect(record.status).toBeUndefined();
    expect(record.closedByClient).toBe(false);
  });

  test("a reset before the headers is a reset without a byte", async () => {
    const answer = await ask({ type: "reset-before-headers" });

    expect(answer).toMatchObject({ text: "", end: "reset" });
  });

  test("an orderly close before the headers is a close without a byte", async () => {
    const answer = await ask({ type: "fin-before-headers" });

    expect(answer).toMatchObject({ text: "", end: "fin" });
  });

  test("an answer that is not HTTP has no status line", async () => {
    const answer = await ask({ type: "not-http" });

    expect(answer.text).toMatch(/^SSH-2\.0/);
    expect(answer.end).toBe("fin");
  });

  test("a redirect names its location", async () => {
    const answer = await ask({ type: "redirect", location: "http://127.0.0.1:9/elsewhere" });

    expect(answer.status).toBe(307);
    expect(answer.head).toContain("location: http://127.0.0.1:9/elsewhere");
  });

  test("a header flood is larger than clients accept", async () => {
    const answer = await ask({ type: "header-flood" });

    expect(answer.head.length).toBeGreaterThan(65_536);
  });
});

describe("another body than the one asked for", () => {
  test.each([200, 403, 502])("a web page comes with status %i", async (status) => {
    const answer = await ask({ type: "html", status });

    expect(answer.status).toBe(status);
    expect(answer.head).toContain("content-type: text/html");
    expect(answer.body).toContain("<!DOCTYPE html>");
  });

  test("JSON of a stranger comes with status 200", async () => {
    const answer = await ask({ type: "json", content: "stranger" });

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toStrictEqual({ status: "ok" });
  });

  test("the vendor's error body comes with status 200", async () => {
    const answer = await ask({ type: "json", content: "error" });

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: "overloaded_error" } });
  });

  test("a complete answer comes where a stream was asked for", async () => {
    const answer = await ask({ type: "json", content: "answer" });

    expect(answer.head).toContain("content-type: application/json");
    expect(JSON.parse(answer.body)).toMatchObject({ content: [{ type: "text", text: "One two three." }] });
  });

  test.each([200, 204] as const)("nothing comes with status %i", async (status) => {
    const answer = await ask({ type: "empty", status });

    expect(answer).toMatchObject({ status, body: "", end: "fin" });
  });
});

describe("time", () => {
  test("silence after the preamble sends the start event and no delta", async () => {
    const answer = await ask({ type: "silence", at: "preamble" }, { until: "content_block_start" });
    await vendor.idle();

    expect(answer.text).toContain("event: message_start");
    expect(answer.text).not.toContain("content_block_delta");
    expect(vendor.requests[0]).toMatchObject({ closedByClient: true, status: 200 });
  });

  test("silence with a time is followed by the rest", async () => {
    const answer = await ask({ type: "silence", at: { deltas: 1 }, ms: 1 });

    expect(answer.body).toContain(terminal);
  });

  test("keep-alives are the wire's own pings", async () => {
    const answer = await ask({ type: "keep-alives", at: "headers", count: 3, everyMs: 0 });

    expect(answer.body.match(/event: ping/g)).toHaveLength(4);
    expect(answer.body.indexOf("event: ping")).toBeLessThan(answer.body.indexOf("event: message_start"));
    expect(answer.body).toContain(terminal);
  });

  test("keep-alives before a whole answer are blank lines", async () => {
    const answer = await ask({ type: "keep-alives", at: "headers", count: 2, everyMs: 0 }, { stream: false });

    expect(unchunked(answer.body)).toMatch(/^\n\n\{/);
  });

  test.each([
    ["", "\n\ndata:\n\nevent: "],
    ["ping", "\n\ndata: ping\n\nevent: "],
    [": keep-alive", "\n\ndata: : keep-alive\n\nevent: "],
  ])("a heartbeat of %j is a data line between two events", async (data, sent) => {
    const answer = await ask({ type: "heartbeat", at: { deltas: 2 }, data });
    const body = unchunked(answer.body);

    expect(body.split(sent)).toHaveLength(2);
    expect(body.indexOf(sent)).toBeGreaterThan(body.indexOf("two "));
    expect(body.indexOf(sent)).toBeLessThan(body.indexOf("three."));
    expect(body).toContain(terminal);
  });

  test("a heartbeat before a whole answer is a blank line", async () => {
    const answer = await ask({ type: "heartbeat", at: "headers", data: "ping" }, { stream: false });

    expect(unchunked(answer.body)).toMatch(/^\n\{/);
  });

  test("a drip sends one byte in each chunk", async () => {
    const answer = await ask({ type: "drip" });

    expect(answer.body).toMatch(/^1\r\ne\r\n1\r\nv\r\n1\r\ne\r\n/);
    expect(unchunked(answer.body)).toContain(terminal);
  });
});

describe("the end of the body", () => {
  test("a clean cut ends the body as HTTP wants it", async () => {
    const answer = await ask({ type: "cut", at: { deltas: 2 }, how: "clean" });

    expect(answer.body).toContain("two ");
    expect(answer.body).not.toContain("three.");
    expect(answer.body.endsWith(lastChunk)).toBe(true);
  });

  test("a cut with the connection has neither length nor chunks", async () => {
    const answer = await ask({ type: "cut", at: { deltas: 1 }, how: "close" });

    expect(answer.head).not.toMatch(/content-length|transfer-encoding/i);
    expect(answer.body).toMatch(/^event: message_start/);
    expect(answer.end).toBe("fin");
  });

  test("a cut by FIN lacks the last chunk", async () => {
    const answer = await ask({ type: "cut", at: { deltas: 1 }, how: "fin" });

    expect(answer.body).toContain("One ");
    expect(answer.body.endsWith(lastChunk)).toBe(false);
    expect(answer.end).toBe("fin");
  });

  test("a cut by reset delivers what was sent before", async () => {
    const answer = await ask({ type: "cut", at: { deltas: 1 }, how: "reset" });

    expect(answer.body).toContain("One ");
    expect(answer.end).toBe("reset");
  });

  test("a cut after the evidence lacks only the terminal event", async () => {
    const answer = await ask({ type: "cut", at: "evidence", how: "clean" });

    expect(answer.body).toContain("event: message_delta");
    expect(answer.body).not.toContain(terminal);
  });

  test("a cut before the evidence has all the content", async () => {
    const answer = await ask({ type: "cut", at: "content", how: "clean" });

    expect(answer.body).toContain("three.");
    expect(answer.body).not.toContain("event: message_delta");
  });

  test("a cut inside an event ends without a line end", async () => {
    const answer = await ask({ type: "cut-in-event", at: { deltas: 1 }, how: "clean" });

    expect(unchunked(answer.body)).toMatch(/event: content_block_delta\ndata: [^\n]+$/);
    expect(answer.body).not.toContain("two ");
  });

  test("a cut inside a character ends with its first byte", async () => {
    const answer = await ask({ type: "cut-in-character", how: "close" });

    expect(answer.body.charCodeAt(answer.body.length - 1)).toBe(0xf0);
  });

  test("a compressed body ends in the middle", async () => {
    const answer = await ask({ type: "gzip-cut" });

    expect(answer.head).toContain("content-encoding: gzip");
    expect(answer.body.endsWith(lastChunk)).toBe(true);
  });

  test("a bad chunk size follows the good chunks", async () => {
    const answer = await ask({ type: "bad-chunk-size", at: { deltas: 1 } });

    expect(answer.body.endsWith("\r\nnot-a-size\r\n")).toBe(true);
  });

  test("a content length can be too small or too large", async () => {
    for (const missing of [10, -10]) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await ask({ type: "content-length", missing }, { stream: false });
      const declared = Number(/content-length: (\d+)/.exec(answer.head)?.[1]);

      expect(answer.body.length - declared).toBe(missing);
    }
  });

  test("an open end keeps the connection after the terminal event", async () => {
    const answer = await ask({ type: "open-end" }, { until: terminal });
    await vendor.idle();

    expect(answer.body.endsWith(lastChunk)).toBe(false);
    expect(vendor.requests[0]?.closedByClient).toBe(true);
  });
});

describe("what the events say", () => {
  test("an in-band error before any text follows a 200", async () => {
    const answer = await ask({ type: "in-band-error", at: "preamble" });

    expect(answer.status).toBe(200);
    expect(answer.body).toContain("event: error\n");
    expect(answer.body).toContain("overloaded_error");
    expect(answer.body).not.toContain("One ");
  });

  test("an in-band error after text follows it", async () => {
    const answer = await ask({ type: "in-band-error", at: { deltas: 2 }, error: "server-error" });

    expect(answer.body.indexOf("api_error")).toBeGreaterThan(answer.body.indexOf("two "));
    expect(answer.body).not.toContain(terminal);
  });

  test("an in-band error of a whole answer is the error body with status 200", async () => {
    const answer = await ask({ type: "in-band-error", at: "headers" }, { stream: false });

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ type: "error" });
  });

  test.each([402, "402"])("an in-band error with the code %j is a gateway's", async (code) => {
    const events = dataOf(await ask({ type: "in-band-error", at: { deltas: 1 }, code, message: "No balance." }));

    expect(JSON.parse(events.at(-1) ?? "")).toStrictEqual({ type: "error", error: { code, message: "No balance." } });
  });

  test("an in-band error of a common name takes another message", async () => {
    const message = "Please try again in 41.054s.";
    const events = dataOf(await ask({ type: "in-band-error", at: "headers", error: "rate-limited", message }));

    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ error: { type: "rate_limit_error", message } });
  });

  test("a split surrogate pair stands in two deltas, each with one half", async () => {
    const events = dataOf(await ask({ type: "split-surrogate" }));
    const texts = events.flatMap((data) => JSON.parse(data).delta?.text ?? []);

    expect(texts).toStrictEqual(["\ud83d", "\udc41", "One ", "two ", "three."]);
  });

  test("usage that shrinks has the true count first and no input at the end", async () => {
    const answer = await ask({ type: "usage-shrinks" });
    const [start, end] = unchunked(answer.body).match(/"input_tokens":\d+/g) ?? [];

    expect(start).toMatch(/:[1-9]/);
    expect(end).toBe('"input_tokens":0');
  });

  test("a malformed event breaks its JSON and nothing else", async () => {
    const events = dataOf(await ask({ type: "malformed-event", at: { deltas: 1 } }));

    expect(events.filter((data) => !isJson(data))).toHaveLength(1);
    expect(events.at(-1)).toContain("message_stop");
  });

  test("invalid UTF-8 stands inside a delta", async () => {
    const answer = await ask({ type: "invalid-utf8", at: { deltas: 1 } });

    expect(answer.body).toContain("\u00c3\u0028");
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(answer.body, "latin1"))).toThrow(
      TypeError,
    );
  });

  test("an oversized event has the size asked for and is still JSON", async () => {
    const events = dataOf(await ask({ type: "oversized-event", at: { deltas: 1 }, bytes: 200_000 }));
    const longest = events.toSorted((one, two) => two.length - one.length)[0] ?? "";

    expect(longest.length).toBeGreaterThan(199_900);
    expect(isJson(longest)).toBe(true);
  });

  test("a duplicate terminal is the terminal event twice", async () => {
    const answer = await ask({ type: "duplicate-terminal" });

    expect(answer.body.split(terminal)).toHaveLength(3);
  });

  test("late events follow the terminal event", async () => {
    const answer = await ask({ type: "late-events" });

    expect(answer.body.lastIndexOf("text_delta")).toBeGreaterThan(answer.body.indexOf(terminal));
  });

  test("events and fields of the future stand between and inside all others", async () => {
    const answer = await ask({ type: "unknown-events" });

    expect(answer.body).toContain("event: understudy_future_event");
    expect(answer.body).toContain("understudy_future_field");
    expect(answer.body).toContain(terminal);
  });
});

/** The payload of a chunked body. */
function unchunked(body: string): string {
  let rest = body;
  let payload = "";
  for (;;) {
    const size = Number.parseInt(rest, 16);
    if (!(size > 0)) return payload;
    const start = rest.indexOf("\r\n") + 2;
    payload += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
  }
}

function dataOf(answer: RawAnswer): readonly string[] {
  return [...unchunked(answer.body).matchAll(/^data: (.*)$/gm)].map((match) => match[1] ?? "");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The question was whether it parses.
    return false;
  }
}
