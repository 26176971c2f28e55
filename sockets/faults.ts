import { constants, gzipSync } from "node:zlib";
import {
  after,
  bare,
  begin,
  chatter,
  CHUNKED,
  fin,
  headOf,
  html,
  JSON_TYPE,
  letters,
  LINE_BYTES,
  middle,
  nothing,
  pings,
  redirect,
  refused,
  reset,
  whole,
  type Fault,
} from "./acts.ts";
import { LATE } from "./body.ts";

/** A date is counted from the one that the response itself has. */
const NOW = "date: Mon, 05 Jan 2026 10:00:00 GMT";
const FLOOD_BYTES = 1_024 * 1_024;

/** Every fault. What has to become of each is written in `expected.ts`. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  none: {
    title: "nothing fails",
    play: after(begin, async (line, { body }) => {
      await line.chunk(body.rest);
      await line.whole();
    }),
  },

  // Before headers.
  refused: { title: "connection refused", at: "http://127.0.0.1:2", play: nothing },
  dns: { title: "name unknown", at: "https://vendor.invalid", play: nothing },
  "tls.self-signed": { title: "certificate signed by itself", scheme: "https", hasCertificate: true, play: nothing },
  "tls.silent": { title: "silent port under https", scheme: "https", short: "first-content", play: nothing },
  "headers.reset": { title: "RST before headers", play: reset },
  "headers.fin": { title: "FIN before headers", play: fin },
  "headers.hang": { title: "nothing comes", short: "first-content", play: nothing },
  "headers.not-http": { title: "no HTTP at all", play: (line) => line.write("SSH-2.0-OpenSSH_9.9\r\n\r\n") },
  "headers.flood": {
    title: "1 MiB of headers",
    play: async (line) => {
      await line.write("HTTP/1.1 200 OK\r\n");
      for (let sent = 0; sent < FLOOD_BYTES && line.isOpen; sent += 1_024) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await line.write(`x-more-${sent}: ${"a".repeat(1_000)}\r\n`);
      }
    },
  },

  // Another answer than that of the vendor.
  "redirect.301": redirect(301),
  "redirect.302": redirect(302),
  "redirect.303": redirect(303),
  "redirect.307": redirect(307),
  "redirect.308": redirect(308),
  "html.200": html(200),
  "html.403": html(403),
  "html.404": html(404),
  "html.502": html(502),
  "json.stranger": {
    title: "stranger's JSON with status 200",
    play: (line) => line.answer(200, [JSON_TYPE], '{"service":"proxy","healthy":true}'),
  },
  "json.error": {
    title: "vendor's error with status 200",
    refusal: { status: 529, reason: "overloaded" },
    play: (line, { wire }) => line.answer(200, [JSON_TYPE], wire.refuse(529, "overloaded")?.body ?? ""),
  },
  "empty.200": {
    title: "empty body",
    play: (line, { body }) => line.answer(200, [`content-type: ${body.contentType}`], ""),
  },
  "empty.chunked": {
    title: "empty stream",
    play: async (line, { body }) => {
      await headOf(line, body);
      await line.whole();
    },
  },
  "empty.204": {
    title: "status 204",
    play: async (line) => {
      await line.head(204, []);
      line.isIdle = true;
    },
  },

  // Each status.
  "status.400": refused(400),
  "status.400.bare": bare(400),
  "status.400.context": refused(400, "context"),
  "status.401": refused(401, "key"),
  "status.402": refused(402),
  "status.403": refused(403),
  "status.404.model": refused(404, "model"),
  "status.408": refused(408),
  "status.409": refused(409),
  "status.410": refused(410),
  "status.413": refused(413),
  "status.418": bare(418),
  "status.422": refused(422),
  "status.429": refused(429),
  "status.429.bare": bare(429),
  "status.429.requests": refused(429, "requests"),
  "status.429.tokens": refused(429, "tokens"),
  "status.429.daily": refused(429, "daily"),
  "status.429.quota": refused(429, "quota"),
  "status.429.after": refused(429, undefined, ["retry-after: 7"], "Retry-After 7"),
  "status.429.after-date": refused(
    429,
    undefined,
    [NOW, "retry-after: Mon, 05 Jan 2026 10:00:09 GMT"],
    "Retry-After a date",
  ),
  "status.429.after-ms": refused(429, undefined, ["retry-after: 7", "retry-after-ms: 1500"], "Retry-After-Ms 1500"),
  "status.429.after-junk": refused(429, undefined, ["retry-after: soon"], "Retry-After no number"),
  "status.429.after-negative": refused(429, undefined, ["retry-after: -3"], "Retry-After negative"),
  "status.500": refused(500),
  "status.502": bare(502),
  "status.503": refused(503),
  "status.503.bare": bare(503),
  "status.503.overloaded": refused(503, "overloaded"),
  "status.503.after": refused(503, undefined, ["retry-after: 7"], "Retry-After 7"),
  "status.504": bare(504),
  "status.520": bare(520),
  "status.522": bare(522),
  "status.524": bare(524),
  "status.526": bare(526),
  "status.529": refused(529, "overloaded"),
  "status.529.after": refused(529, "overloaded", ["retry-after: 7"], "Retry-After 7"),

  // The body ends too early.
  "cut.reset": { title: "RST in the middle", play: middle(reset) },
  "cut.fin": { title: "FIN in the middle", play: middle(fin) },
  "cut.clean": { title: "clean end in the middle", play: middle(whole) },
  "cut.closing": {
    title: "clean end of a body without length",
    play: async (line, act) => {
      await headOf(line, act.body, "connection: close");
      await line.write(Buffer.concat([act.body.preamble, act.body.text]));
      await line.seen();
      line.fin();
    },
  },
  "cut.length-over": {
    title: "FIN before the stated length",
    play: async (line, { body }) => {
      const { preamble, text, rest } = body;
      await headOf(line, body, `content-length: ${preamble.length + text.length + rest.length}`);
      await line.write(Buffer.concat([preamble, text]));
      await line.seen();
      line.fin();
    },
  },
  "cut.length-short": {
    title: "stated length too short",
    play: async (line, { body }) => {
      const { preamble, text, halfEvent } = body;
      await headOf(line, body, `content-length: ${preamble.length + text.length + halfEvent.length}`);
      await line.write(Buffer.concat([preamble, text]));
      await line.seen();
      await line.write(body.halfEvent);
      line.isIdle = true;
    },
  },
  "cut.in-event": {
    title: "clean end inside an event",
    play: middle(async (line, { body }) => {
      await line.chunk(body.halfEvent);
      await line.whole();
    }),
  },
  "cut.in-character": {
    title: "clean end inside a character",
    play: middle(async (line, { body }) => {
      await line.chunk(body.halfCharacter);
      await line.whole();
    }),
  },
  "cut.gzip": {
    title: "gzip without its end",
    play: async (line, { body }) => {
      await line.head(200, [`content-type: ${body.contentType}`, "content-encoding: gzip", CHUNKED]);
      const flushed = gzipSync(Buffer.concat([body.preamble, body.text]), { finishFlush: constants.Z_SYNC_FLUSH });
      await line.chunk(flushed);
      await line.seen();
      await line.whole();
    },
  },
  "chunk.size": { title: "chunk size that is no number", play: middle((line) => line.write("zz\r\nno\r\n")) },

  // Silence.
  "stall.headers": {
    title: "silence after headers",
    short: "first-content",
    play: (line, { body }) => headOf(line, body),
  },
  "stall.preamble": {
    title: "silence after the preamble",
    short: "first-content",
    only: "stream",
    play: async (line, { body }) => {
      await headOf(line, body);
      await line.chunk(body.preamble);
    },
  },
  "stall.text": { title: "silence after text", short: "progress", play: begin },
  "stall.pings-first": {
    title: "pings, no text",
    short: "first-content",
    only: "stream",
    play: async (line, act) => {
      await headOf(line, act.body);
      await line.chunk(act.body.preamble);
      await pings(line, act);
    },
  },
  "stall.pings": { title: "pings after text", short: "progress", only: "stream", play: middle(pings) },

  // What is wrong inside of a good body.
  "in-band.first": {
    title: "error event first",
    only: "stream",
    play: async (line, { body, wire }) => {
      await headOf(line, body);
      await line.chunk(wire.failing);
      await line.whole();
    },
  },
  "in-band.mid": {
    title: "error event after text",
    only: "stream",
    play: middle(async (line, { wire }) => {
      await line.chunk(wire.failing);
      await line.whole();
    }),
  },
  "in-band.open": {
    title: "error event, then silence",
    only: "stream",
    play: middle((line, { wire }) => line.chunk(wire.failing)),
  },
  "json.broken": {
    title: "broken JSON",
    play: middle(async (line, { wire, body, isStream }) => {
      // No text of JSON may hold a control character.
      await line.chunk(isStream ? wire.broken : Buffer.concat([Buffer.from([1]), body.rest]));
      if (!isStream) await line.whole();
    }),
  },
  "line.long": {
    title: "line of 64 MiB",
    play: middle(async (line, { wire, isStream }) => {
      if (isStream) await line.chunk(wire.endless);
      await letters(line, LINE_BYTES);
    }),
  },
  "late.terminal": {
    title: "second terminal event",
    only: "stream",
    play: middle(async (line, { body, wire }) => {
      await line.chunk(Buffer.concat([body.rest, wire.terminal]));
      await line.whole();
    }),
  },
  "late.events": {
    title: "text after the terminal event",
    only: "stream",
    play: middle(async (line, { body, wire }) => {
      await line.chunk(Buffer.concat([body.rest, wire.text(LATE)]));
      await line.whole();
    }),
  },
  "late.error": {
    title: "error after the terminal event",
    only: "stream",
    play: middle(async (line, { body, wire }) => {
      await line.chunk(Buffer.concat([body.rest, wire.failing]));
      await line.whole();
    }),
  },
  "late.silence": {
    title: "terminal event, then no end",
    only: "stream",
    play: middle((line, { body }) => line.chunk(body.rest)),
  },

  // What the consumer does.
  "consumer.breaks": { title: "consumer breaks", consumer: "breaks", play: begin },
  "consumer.aborts": { title: "consumer aborts", consumer: "aborts", play: begin },
  "consumer.pauses": { title: "consumer stops reading", consumer: "pauses", play: begin },
  "consumer.aborts-deaf": {
    title: "consumer aborts, server ignores it",
    consumer: "aborts",
    play: async (line, act) => {
      line.isDeaf = true;
      await begin(line, act);
      await chatter(line, act);
    },
  },
};

export function faultOf(id: string): Fault {
  const fault = FAULTS[id];
  if (fault === undefined) throw new Error(`There is no fault ${id}`);
  return fault;
}
