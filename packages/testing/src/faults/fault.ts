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
export type Place =
  | "headers"
  | "preamble"
  | {
      /** Counted from 1. */
      readonly deltas: number;
    }
  | "content"
  | "evidence";

/**
 * How a connection ends too early.
 * - `clean`: the body ends as HTTP wants it, so no transport error shows it
 * - `close`: the same, for a body without length that ends with its connection
 * - `fin`: the connection closes in an orderly way inside a chunked body
 * - `reset`: the connection is reset
 */
export type Cut = "clean" | "close" | "fin" | "reset";

/** What can go wrong with one request. Exactly one of these is played; a delay has a `next` one. */
export type Fault =
  // Before and at the headers

  /**
   * Any status from 0 to 999. The default body is the vendor's own error for that status. A reason phrase may be empty
   * or hold any letters, sent as UTF-8; bytes are sent as they are. With a phrase, or with a status below 200 or above
   * 599, the connection closes behind the answer.
   */
  | {
      readonly type: "status";
      /** The HTTP status that is sent. */
      readonly status: number;
      /** The reason phrase. Default: the usual one of the status. */
      readonly reason?: string | Uint8Array | undefined;
      /** More headers, or others in place of the usual ones. */
      readonly headers?: Readonly<Record<string, string>> | undefined;
      /** An object is sent as JSON. Default: the vendor's own error for the status. */
      readonly body?: string | Readonly<Record<string, unknown>> | undefined;
    }
  /** A failure by its common name, with the vendor's status, body and headers, the wait included. */
  | {
      readonly type: "error";
      /** The failure by its common name. */
      readonly error: VendorErrorName;
      /** Milliseconds that the vendor asks to wait. Default: as the vendor does for that failure. */
      readonly retryAfterMs?: number | undefined;
      /** Takes the place of the vendor's usual sentence. A wire that writes it nowhere shows in `vendor.unplayable`. */
      readonly message?: string | undefined;
    }
  /** Waits before the headers, then continues, well or with another fault. */
  | {
      readonly type: "delay";
      /** Milliseconds before anything is sent. */
      readonly ms: number;
      /** What happens after the wait. Default: the answer. */
      readonly next?: Fault | undefined;
    }
  /** Takes the request and never answers. */
  | { readonly type: "hang" }
  /** Resets the connection before the headers. */
  | { readonly type: "reset-before-headers" }
  /** Closes the connection in an orderly way before the headers. */
  | { readonly type: "fin-before-headers" }
  /** Answers bytes that are not HTTP. */
  | { readonly type: "not-http" }
  /** Points somewhere else. Default status: 307. */
  | {
      readonly type: "redirect";
      /** The URL that is pointed to. */
      readonly location: string;
      readonly status?: 301 | 302 | 303 | 307 | 308 | undefined;
    }
  /** Sends more headers than clients accept. Default: 64 KiB of them. */
  | {
      readonly type: "header-flood";
      /** Bytes of headers. */
      readonly bytes?: number | undefined;
    }

  // Another body than the one asked for

  /** A web page, as gateways and firewalls send it. Default status: 502. */
  | { readonly type: "html"; readonly status?: number | undefined; readonly body?: string | undefined }
  /**
   * JSON with status 200: `stranger` is not an answer of this vendor, `error` is the vendor's error body (default:
   * `overloaded`), `answer` is its complete answer in one piece, also where a stream was asked for.
   */
  | {
      readonly type: "json";
      /** Which body is sent. */
      readonly content: "stranger" | "error" | "answer";
      readonly error?: VendorErrorName | undefined;
    }
  /** No body at all. Default status: 204. */
  | { readonly type: "empty"; readonly status?: 200 | 204 | undefined }

  // Time

  /** Says nothing more. With `ms` it continues after that time. */
  | {
      readonly type: "silence";
      /** Where in the answer. */
      readonly at: Place;
      readonly ms?: number | undefined;
    }
  /**
   * Sends only the wire's keep-alives: pings, comments, blank lines before a whole answer. With `count` it continues
   * after so many. Default pause: 10 ms.
   */
  | {
      readonly type: "keep-alives";
      readonly at: Place;
      /** How many are sent. Default: they never end. */
      readonly count?: number | undefined;
      /** Milliseconds between two of them. */
      readonly everyMs?: number | undefined;
    }
  /**
   * The usage comes so many milliseconds after the finish reason, in its own event where the wire has one. On
   * wires that say both at once nothing comes for that time after they were said.
   */
  | { readonly type: "late-usage"; readonly ms: number }
  /** The whole body in pieces of so many bytes, regardless of events and characters. Default: 1 byte, no pause. */
  | { readonly type: "drip"; readonly bytes?: number | undefined; readonly everyMs?: number | undefined }

  // The end of the body

  /** The answer stops between two events. */
  | {
      readonly type: "cut";
      readonly at: Place;
      /** How the connection ends. */
      readonly how: Cut;
    }
  /** The answer stops in the middle of the event after the place. */
  | { readonly type: "cut-in-event"; readonly at: Place; readonly how: Cut }
  /** The answer stops inside a character of several bytes. One is added to the text when it has none. */
  | { readonly type: "cut-in-character"; readonly how: Cut }
  /** A compressed body that ends in the middle. */
  | { readonly type: "gzip-cut" }
  /** A chunk header that is not a number. */
  | { readonly type: "bad-chunk-size"; readonly at: Place }
  /** A content length that is smaller than the body by so many bytes, or by half of them; negative: larger. */
  | {
      readonly type: "content-length";
      /** Bytes by which the stated length is too small; of a shorter body all but one. */
      readonly missing: number | "half";
    }
  /** The answer is whole and the body never ends. */
  | { readonly type: "open-end" }

  // What the events say

  /**
   * An error inside a 200. Default: the vendor's own for `overloaded`, in the documented form. With a `code` it is an
   * error as gateways write it: that code, often the status of a server behind them, and a message. A `message` takes
   * the place of the usual one.
   */
  | {
      readonly type: "in-band-error";
      readonly at: Place;
      readonly error?: VendorErrorName | undefined;
      /** How the failure is written into the stream. */
      readonly form?: InBandForm | undefined;
      /** The code in the error, often a status. */
      readonly code?: number | string | undefined;
      /** Takes the place of the vendor's usual sentence. A wire that writes it nowhere shows in `vendor.unplayable`. */
      readonly message?: string | undefined;
      readonly retryAfterMs?: number | undefined;
    }
  /** A `data:` line that holds nothing of the answer: empty, or a word. Outside an event stream, blank lines. */
  | {
      readonly type: "heartbeat";
      readonly at: Place;
      /** What the line holds. */
      readonly data: string;
    }
  /**
   * The finish reason in every delta and the last event, in the first delta only, or in that and the last event. Then
   * the answer pauses at the place for so many milliseconds, or breaks off there. Default place: after two deltas.
   * Wires that have their own event for the finish reason say it there.
   */
  | {
      readonly type: "early-finish";
      /** Which deltas carry the finish reason. */
      readonly in: "every" | "first" | "first-and-last";
      readonly at?: Place | undefined;
      readonly ms?: number | undefined;
      readonly how?: Cut | undefined;
    }
  /** The last word on usage counts no input, after a true count. Wires that state it once state it truly. */
  | { readonly type: "usage-shrinks" }
  /** A delta that ends between the two halves of a surrogate pair. An emoji is added to the text when it has none. */
  | { readonly type: "split-surrogate" }
  /** An event whose JSON is broken; the rest follows as if nothing had been. */
  | { readonly type: "malformed-event"; readonly at: Place }
  /** A delta with bytes that are no UTF-8; the rest follows. */
  | { readonly type: "invalid-utf8"; readonly at: Place }
  /** One event of so many bytes. Default: 17 MiB. */
  | { readonly type: "oversized-event"; readonly at: Place; readonly bytes?: number | undefined }
  /** The terminal event twice. */
  | { readonly type: "duplicate-terminal" }
  /** The terminal event without the vendor's word that the answer is complete. On wires where both are one, neither comes. */
  | { readonly type: "no-evidence" }
  /** Deltas after the terminal event. */
  | { readonly type: "late-events" }
  /** Events and fields of the future, between and inside all events. */
  | { readonly type: "unknown-events" };
