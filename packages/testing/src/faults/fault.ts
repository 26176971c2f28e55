import type { InBandForm, VendorErrorName } from "../simulators/wire.ts";

/**
 * Where in an answer a fault strikes.
 * - `headers`: right after the headers, before any byte of the body
 * - `preamble`: after the start events, before the first delta
 * - `{ deltas: n }`: right after the n-th delta (or the last one, when there are fewer)
 * - `content`: after all content, before the vendor's evidence that it is complete
 * - `evidence`: after the evidence, before the terminal event
 *
 * An answer in one piece has no events: it is cut into four parts that count as two deltas, evidence and terminal.
 */
export type Place = "headers" | "preamble" | { readonly deltas: number } | "content" | "evidence";

/**
 * How a connection ends too early.
 * - `clean`: the body ends as HTTP wants it, so no transport error tells
 * - `close`: the same, for a body without length that ends with its connection
 * - `fin`: the connection closes in an orderly way inside a chunked body
 * - `reset`: the connection is reset
 */
export type Cut = "clean" | "close" | "fin" | "reset";

/** What can go wrong with one request. Exactly one of these is played; a delay has a `next` one. */
export type Fault =
  // Before and at the headers

  /** Any status. The default body is the vendor's own error for that status. */
  | {
      readonly type: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly body?: string | Readonly<Record<string, unknown>> | undefined;
    }
  /** A failure by its common name, with the vendor's status, body and headers, the wait included. */
  | { readonly type: "error"; readonly error: VendorErrorName; readonly retryAfterMs?: number | undefined }
  /** Waits before the headers, then goes on, well or with another fault. */
  | { readonly type: "delay"; readonly ms: number; readonly next?: Fault | undefined }
  /** Takes the request and never answers. */
  | { readonly type: "hang" }
  /** Resets the connection before the headers. */
  | { readonly type: "reset-before-headers" }
  /** Closes the connection in an orderly way before the headers. */
  | { readonly type: "fin-before-headers" }
  /** Answers bytes that are not HTTP. */
  | { readonly type: "not-http" }
  /** Points somewhere else. Default status: 307. */
  | { readonly type: "redirect"; readonly location: string; readonly status?: 301 | 302 | 303 | 307 | 308 | undefined }
  /** Sends more headers than clients accept. Default: 64 KiB of them. */
  | { readonly type: "header-flood"; readonly bytes?: number | undefined }

  // Another body than the one asked for

  /** A web page, as gateways and firewalls send it. Default status: 502. */
  | { readonly type: "html"; readonly status?: number | undefined; readonly body?: string | undefined }
  /**
   * JSON with status 200: `stranger` is no answer of this vendor, `error` is the vendor's error body (default:
   * `overloaded`), `answer` is its complete answer in one piece, also where a stream was asked for.
   */
  | {
      readonly type: "json";
      readonly content: "stranger" | "error" | "answer";
      readonly error?: VendorErrorName | undefined;
    }
  /** No body at all. Default status: 204. */
  | { readonly type: "empty"; readonly status?: 200 | 204 | undefined }

  // Time

  /** Says nothing more. With `ms` it goes on after that time. */
  | { readonly type: "silence"; readonly at: Place; readonly ms?: number | undefined }
  /**
   * Sends only the wire's keep-alives: pings, comments, blank lines before a whole answer. With `count` it goes on
   * after so many. Default pause: 10 ms.
   */
  | {
      readonly type: "keep-alives";
      readonly at: Place;
      readonly count?: number | undefined;
      readonly everyMs?: number | undefined;
    }
  /** The whole body in pieces of so many bytes, regardless of events and characters. Default: 1 byte, no pause. */
  | { readonly type: "drip"; readonly bytes?: number | undefined; readonly everyMs?: number | undefined }

  // The end of the body

  /** The answer stops between two events. */
  | { readonly type: "cut"; readonly at: Place; readonly how: Cut }
  /** The answer stops in the middle of the event after the place. */
  | { readonly type: "cut-in-event"; readonly at: Place; readonly how: Cut }
  /** The answer stops inside a character of several bytes. One is added to the text when it has none. */
  | { readonly type: "cut-in-character"; readonly how: Cut }
  /** A compressed body that ends in the middle. */
  | { readonly type: "gzip-cut" }
  /** A chunk header that is no number. */
  | { readonly type: "bad-chunk-size"; readonly at: Place }
  /** A content length that is smaller than the body by so many bytes; negative: larger. */
  | { readonly type: "content-length"; readonly missing: number }
  /** The answer is whole and the body never ends. */
  | { readonly type: "open-end" }

  // What the events say

  /** The vendor's error inside a 200. Default error: `overloaded`, default form: the documented one. */
  | {
      readonly type: "in-band-error";
      readonly at: Place;
      readonly error?: VendorErrorName | undefined;
      readonly form?: InBandForm | undefined;
    }
  /** An event whose JSON is broken; the rest follows as if nothing had been. */
  | { readonly type: "malformed-event"; readonly at: Place }
  /** A delta with bytes that are no UTF-8; the rest follows. */
  | { readonly type: "invalid-utf8"; readonly at: Place }
  /** One event of so many bytes. Default: 17 MiB. */
  | { readonly type: "oversized-event"; readonly at: Place; readonly bytes?: number | undefined }
  /** The terminal event twice. */
  | { readonly type: "duplicate-terminal" }
  /** Deltas after the terminal event. */
  | { readonly type: "late-events" }
  /** Events and fields of the future, between and inside all events. */
  | { readonly type: "unknown-events" };
