import { FIRST, FULL, LATE } from "./body.ts";
import type { ErrorCode, FailureClass, FailureScope } from "@understudy/core";
import type { Column } from "./columns.ts";
import type { Form } from "./form.ts";
import type { WireName } from "./wires/all.ts";

/** What plays the cells. */
export type Runtime = "node" | "bun" | "deno";

/** What has to become of a fault, in words of the specification. */
export interface Expected {
  /** The good answer of the very first attempt, or the class of its failure; several where either is right. */
  readonly is: "answered" | readonly FailureClass[];
  /** Attempts at the failing target; each has the same class. Default 1. */
  readonly attempts?: number | undefined;
  /** Requests that reach it. Default: one for each attempt. */
  readonly requests?: number | undefined;
  /** What a reader of the stream has seen when it fails. Default: nothing. */
  readonly shown?: string | undefined;
  /** Of an answer. Default: what the good answer says. */
  readonly answer?: string | undefined;
  /** Where the vendor's page says more than the class does. */
  readonly scope?: FailureScope | undefined;
  /** How soon the server sees its connection closed, in milliseconds. Default 100; Infinity where nobody can say. */
  readonly closesWithinMs?: number | undefined;
  /** What the vendor stated, in milliseconds. Default: nothing. */
  readonly retryAfterMs?: number | undefined;
  /** The call ends with it, whatever other targets there are. */
  readonly isOver?: true | undefined;
}

/** What a class belongs to, and what the caller sees where the chain ends with it. */
export const CLASSES: Readonly<Partial<Record<FailureClass, readonly [scope: FailureScope, code: ErrorCode]>>> = {
  "network.dns": ["endpoint", "unavailable"],
  "network.refused": ["endpoint", "unavailable"],
  "network.tls": ["endpoint", "unavailable"],
  "network.reset": ["target", "unavailable"],
  "network.protocol": ["target", "bad-response"],
  "timeout.first-content": ["target", "timeout"],
  "gateway.html": ["target", "bad-response"],
  "gateway.not-a-stream": ["target", "bad-response"],
  redirect: ["endpoint", "config"],
  "request.rejected": ["target", "invalid-request"],
  unknown: ["target", "server-error"],
  "request.context-length": ["target", "context-length"],
  "request.too-large": ["target", "too-large"],
  "auth.invalid": ["key", "auth"],
  "auth.forbidden": ["key+model", "auth"],
  "billing.exhausted": ["quota", "billing"],
  "model.not-found": ["model@endpoint", "model-not-found"],
  "model.deprecated": ["model@endpoint", "model-not-found"],
  "endpoint.not-found": ["endpoint", "config"],
  "timeout.upstream": ["target", "timeout"],
  conflict: ["target", "conflict"],
  "rate.requests": ["quota+model", "rate-limited"],
  "rate.tokens": ["quota+model", "rate-limited"],
  "rate.daily": ["quota+model", "rate-limited"],
  "rate.unknown": ["quota+model", "rate-limited"],
  "server.error": ["target", "server-error"],
  "server.gateway": ["endpoint", "server-error"],
  "server.overloaded": ["model@endpoint", "overloaded"],
  "stream.reset": ["target", "interrupted"],
  "stream.truncated": ["target", "interrupted"],
  "stream.malformed": ["target", "bad-response"],
  "stream.oversized": ["target", "bad-response"],
  "timeout.progress": ["target", "timeout"],
  "caller.aborted": ["caller", "aborted"],
  "caller.returned": ["caller", "aborted"],
  "caller.stopped-reading": ["caller", "aborted"],
};

const RESET = fails("network.reset", { attempts: 2 });
const GATEWAY = fails("server.gateway");
const OVERLOADED = fails("server.overloaded");
const UPSTREAM = fails("timeout.upstream");
const RATE = fails("rate.unknown");
const ANSWERED: Expected = { is: "answered" };
const TRUNCATED = fails("stream.truncated", { shown: FIRST });
const BROKEN_OFF = fails("stream.reset", { shown: FIRST });
const NO_STREAM = fails("gateway.not-a-stream");
const REDIRECT = fails("redirect");
const MALFORMED = fails("stream.malformed", { shown: FIRST });
const SLOW_START = fails("timeout.first-content");
const SLOW = fails("timeout.progress", { shown: FIRST });
const FAILING = fails("server.overloaded", { shown: FIRST });
/** It says no more than that it is not available. */
const UNAVAILABLE: Expected = { is: ["server.overloaded", "server.gateway"] };

/** By the table of failures, for every wire and form that has no row of its own below. */
const ALL: Readonly<Record<string, Expected>> = {
  none: ANSWERED,
  refused: fails("network.refused", { requests: 0 }),
  dns: fails("network.dns", { requests: 0 }),
  "tls.self-signed": fails("network.tls", { requests: 0 }),
  "tls.silent": fails("timeout.first-content", { requests: 0 }),
  "headers.reset": RESET,
  "headers.fin": RESET,
  "headers.hang": SLOW_START,
  "headers.not-http": fails("network.protocol"),
  "headers.flood": fails("network.protocol"),
  "redirect.301": REDIRECT,
  "redirect.302": REDIRECT,
  "redirect.303": REDIRECT,
  "redirect.307": REDIRECT,
  "redirect.308": REDIRECT,
  "html.200": fails("gateway.html"),
  "html.403": fails("gateway.html"),
  "html.404": fails("endpoint.not-found"),
  "html.502": GATEWAY,
  "json.stranger": NO_STREAM,
  "json.error": OVERLOADED,
  "empty.200": NO_STREAM,
  "empty.chunked": NO_STREAM,
  "empty.204": NO_STREAM,
  "status.400": fails("request.rejected"),
  "status.400.bare": fails("request.rejected"),
  "status.400.context": fails("request.context-length"),
  "status.401": fails("auth.invalid"),
  "status.402": fails("billing.exhausted"),
  "status.403": fails("auth.forbidden"),
  "status.404.model": fails("model.not-found"),
  "status.408": UPSTREAM,
  "status.409": fails("conflict"),
  "status.410": { is: ["model.not-found", "model.deprecated"] },
  "status.413": fails("request.too-large"),
  "status.418": fails("unknown"),
  "status.422": fails("request.rejected"),
  "status.429": RATE,
  "status.429.bare": RATE,
  "status.429.requests": fails("rate.requests"),
  "status.429.tokens": fails("rate.tokens"),
  "status.429.daily": fails("rate.daily"),
  "status.429.quota": fails("billing.exhausted"),
  "status.429.after": fails("rate.unknown", { retryAfterMs: 7_000 }),
  "status.429.after-date": fails("rate.unknown", { retryAfterMs: 9_000 }),
  "status.429.after-ms": fails("rate.unknown", { retryAfterMs: 1_500 }),
  "status.429.after-junk": RATE,
  "status.429.after-negative": RATE,
  "status.500": fails("server.error"),
  "status.502": GATEWAY,
  "status.503": GATEWAY,
  "status.503.bare": GATEWAY,
  "status.503.overloaded": OVERLOADED,
  "status.503.after": fails("server.gateway", { retryAfterMs: 7_000 }),
  "status.504": UPSTREAM,
  "status.520": GATEWAY,
  "status.522": GATEWAY,
  "status.524": GATEWAY,
  "status.526": GATEWAY,
  "status.529": OVERLOADED,
  "status.529.after": fails("server.overloaded", { retryAfterMs: 7_000 }),
  "cut.reset": BROKEN_OFF,
  "cut.fin": BROKEN_OFF,
  "cut.clean": TRUNCATED,
  "cut.closing": TRUNCATED,
  "cut.length-over": BROKEN_OFF,
  "cut.length-short": TRUNCATED,
  "cut.in-event": TRUNCATED,
  "cut.in-character": TRUNCATED,
  "cut.gzip": { is: ["stream.truncated", "stream.reset"], shown: FIRST },
  "chunk.size": { is: ["network.protocol", "stream.reset"], shown: FIRST },
  "stall.headers": SLOW_START,
  "stall.preamble": SLOW_START,
  "stall.text": SLOW,
  "stall.pings-first": SLOW_START,
  "stall.pings": SLOW,
  "in-band.first": OVERLOADED,
  "in-band.mid": FAILING,
  "in-band.open": FAILING,
  "json.broken": MALFORMED,
  "line.long": fails("stream.oversized", { shown: FIRST }),
  "late.terminal": ANSWERED,
  "late.events": ANSWERED,
  "late.error": ANSWERED,
  // What is left is read, so that the connection can be used again, and not for long.
  "late.silence": { is: "answered", closesWithinMs: 600 },
  "consumer.breaks": { is: ["caller.returned"], shown: FIRST, isOver: true },
  "consumer.aborts": { is: ["caller.aborted"], shown: FIRST, isOver: true },
  "consumer.pauses": { is: ["caller.stopped-reading"], shown: FIRST, isOver: true },
  "consumer.aborts-deaf": { is: ["caller.aborted"], shown: FIRST, isOver: true },
};

/** Where a vendor's wire means something else. */
const OF_WIRES: Readonly<Partial<Record<WireName, Readonly<Record<string, Expected>>>>> = {
  gemini: {
    // `UNAVAILABLE` is its word for overload.
    "status.503": OVERLOADED,
    "status.503.after": fails("server.overloaded", { retryAfterMs: 7_000 }),
    // A refused project or leaked key is refused for every model.
    "status.403": fails("auth.forbidden", { scope: "key" }),
    // Nothing but the end of the body is its end.
    "late.events": { is: "answered", answer: FULL + LATE },
    "late.error": { ...OVERLOADED, shown: FULL },
  },
  bedrock: {
    "status.503": UNAVAILABLE,
    "status.503.after": { ...UNAVAILABLE, retryAfterMs: 7_000 },
    "in-band.first": UNAVAILABLE,
    "in-band.mid": { ...UNAVAILABLE, shown: FIRST },
    "in-band.open": { ...UNAVAILABLE, shown: FIRST },
  },
};

/** Where nothing of an answer in one piece counts before all of it is there. */
const WHOLE: Readonly<Record<string, Expected>> = {
  "stall.text": SLOW_START,
};

/** What is known of a runtime's own `fetch`, and cannot be helped. */
const OF_FETCH: Readonly<Record<string, Partial<Expected>>> = {
  // It goes on with a handshake that was given up, until its own limit of 10 s.
  "tls.silent": { closesWithinMs: Infinity },
};

/** What else runs it than Node says less of why a connection failed; then it is tried once more. */
const UNSAID: Expected = { is: ["network.reset"], attempts: 2 };
const OF_RUNTIMES: Readonly<Record<Runtime, Readonly<Record<string, Expected>>>> = {
  node: {},
  bun: { "headers.not-http": UNSAID, "headers.flood": UNSAID },
  deno: {},
};

export function expectedOf(fault: string, { wire, transport }: Column, form: Form, runtime: Runtime): Expected {
  const ofForm = form === "whole" ? WHOLE[fault] : undefined;
  if (transport === "node") return found(fault, ofForm, OF_WIRES[wire]?.[fault], ALL[fault]);
  const expected = found(fault, OF_RUNTIMES[runtime][fault], ofForm, OF_WIRES[wire]?.[fault], ALL[fault]);
  return { ...expected, ...OF_FETCH[fault] };
}

function found(fault: string, ...rows: readonly (Expected | undefined)[]): Expected {
  const row = rows.find((one) => one !== undefined);
  if (row === undefined) throw new Error(`Nothing says what is expected of ${fault}`);
  return row;
}

function fails(name: FailureClass, more: Omit<Expected, "is"> = {}): Expected {
  return { is: [name], ...more };
}
