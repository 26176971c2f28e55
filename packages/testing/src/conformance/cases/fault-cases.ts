import type { FailureClass, TierLimits } from "@understudy/core";
import type { Cut } from "../../faults/fault.ts";
import type { NamedError, StatusCode } from "./case-id.ts";
import { CUT_OFF, RATE_LIMITED, TWO_DELTAS, type Expected, type FaultCase } from "./fault-case.ts";
import { FINISH_CASES } from "./finish.ts";
import { GATEWAY_CASES } from "./gateways.ts";
import { HEARTBEAT_CASES } from "./heartbeats.ts";
import { STATUS_LINE_CASES } from "./status-lines.ts";
import { USAGE_CASES } from "./usage.ts";

/** Silence before content is noticed by this; a healthy server answers far sooner. */
const IMPATIENT: TierLimits = { timeoutMs: 200, silentReasoningMs: 200 };
/** Silence after content. The wait for content stays long, so that a slow machine does not fail the wrong clock. */
const RESTLESS: TierLimits = { timeoutMs: 10_000, progressMs: 200 };

const EMPTY: readonly FailureClass[] = ["gateway.not-a-stream", "stream.truncated", "stream.reset"];

/** Every fault of the kit with what a chain has to make of it. */
export const FAULT_CASES: readonly FaultCase[] = [
  ...statuses(),
  ...STATUS_LINE_CASES,
  {
    id: "headers.reset",
    name: "a reset before the headers",
    fault: { type: "reset-before-headers" },
    expected: ["network.reset"],
  },
  {
    id: "headers.close",
    name: "a close before the headers",
    fault: { type: "fin-before-headers" },
    expected: ["network.reset"],
  },
  {
    id: "headers.not-http",
    name: "an answer that is not HTTP",
    fault: { type: "not-http" },
    expected: ["network.protocol"],
  },
  { id: "headers.flood", name: "a flood of headers", fault: { type: "header-flood" }, expected: ["network.protocol"] },
  {
    id: "page.200",
    name: "a web page with status 200",
    fault: { type: "html", status: 200 },
    expected: ["gateway.html"],
  },
  {
    id: "page.403",
    name: "a web page with status 403",
    fault: { type: "html", status: 403 },
    expected: ["gateway.html"],
  },
  {
    id: "page.502",
    name: "a web page with status 502",
    fault: { type: "html", status: 502 },
    expected: ["server.gateway"],
  },
  {
    id: "json.stranger",
    name: "JSON with status 200 that is no answer",
    fault: { type: "json", content: "stranger" },
    expected: ["gateway.not-a-stream"],
  },
  {
    id: "json.error",
    name: "the vendor's error body with status 200",
    fault: { type: "json", content: "error" },
    expected: ["server.overloaded"],
  },
  {
    id: "json.answer",
    name: "a whole answer where a stream was asked for",
    fault: { type: "json", content: "answer" },
    expected: "answered",
  },
  { id: "status.204", name: "status 204", fault: { type: "empty", status: 204 }, expected: ["gateway.not-a-stream"] },
  {
    id: "empty-body",
    name: "an empty body",
    fault: { type: "empty", status: 200 },
    expected: ["gateway.not-a-stream"],
  },
  ...silences(),
  ...HEARTBEAT_CASES,
  ...FINISH_CASES,
  ...cuts(),
  {
    id: "body.gzip-cut",
    name: "a compressed body that is cut",
    fault: { type: "gzip-cut" },
    expected: [...CUT_OFF, "network.protocol"],
  },
  {
    id: "body.bad-chunk-size",
    name: "a chunk size that is no number",
    fault: { type: "bad-chunk-size", at: TWO_DELTAS },
    expected: ["network.protocol", "stream.reset"],
  },
  {
    id: "body.too-short",
    name: "a content length that is too small",
    fault: { type: "content-length", missing: "half" },
    expected: CUT_OFF,
  },
  {
    id: "body.too-long",
    name: "a content length that is too large",
    fault: { type: "content-length", missing: -40 },
    expected: "answered",
  },
  {
    id: "body.open-end",
    name: "a body that never ends after the answer",
    fault: { type: "open-end" },
    expected: "answered",
    slow: true,
  },
  ...inBandErrors(),
  ...GATEWAY_CASES,
  ...USAGE_CASES,
  {
    id: "event.malformed",
    name: "an event of broken JSON",
    fault: { type: "malformed-event", at: TWO_DELTAS },
    expected: ["stream.malformed"],
  },
  {
    id: "event.invalid-utf8",
    name: "bytes that are no UTF-8",
    fault: { type: "invalid-utf8", at: TWO_DELTAS },
    expected: ["stream.malformed"],
  },
  {
    id: "event.oversized",
    name: "an event of 17 MiB",
    fault: { type: "oversized-event", at: TWO_DELTAS },
    expected: ["stream.oversized"],
  },
  {
    id: "event.second-terminal",
    name: "a second terminal event",
    fault: { type: "duplicate-terminal" },
    expected: "answered",
  },
  {
    id: "event.no-evidence",
    name: "a terminal event without a finish reason",
    fault: { type: "no-evidence" },
    expected: CUT_OFF,
  },
  { id: "event.late", name: "events after the terminal", fault: { type: "late-events" }, expected: "answered" },
  {
    id: "event.unknown",
    name: "events and fields of the future",
    fault: { type: "unknown-events" },
    expected: "answered",
  },
  {
    id: "event.split-surrogate",
    name: "a surrogate pair in two deltas",
    fault: { type: "split-surrogate" },
    expected: "answered",
  },
  { id: "event.dripped", name: "an answer in single bytes", fault: { type: "drip" }, expected: "answered" },
];

function statuses(): FaultCase[] {
  return [
    named("overloaded", ["server.overloaded"]),
    named("server-error", ["server.error"]),
    named("timeout", ["timeout.upstream"]),
    named("rate-limited", RATE_LIMITED),
    named("out-of-quota", ["billing.exhausted"]),
    named("bad-key", ["auth.invalid"]),
    named("forbidden", ["auth.forbidden"]),
    named("model-not-found", ["model.not-found"]),
    named("too-large", ["request.too-large"]),
    named("context-length", ["request.context-length"]),
    named("bad-request", ["request.rejected", "request.unsupported"]),
    status(400, ["request.rejected"], ""),
    status(402, ["billing.exhausted"]),
    status(404, ["endpoint.not-found"], "<html>no such page</html>"),
    status(408, ["timeout.upstream"]),
    status(409, ["conflict"]),
    status(418, ["unknown"], ""),
    status(422, ["request.rejected"], ""),
    status(429, RATE_LIMITED, ""),
    status(500, ["server.error"], ""),
    status(502, ["server.gateway"], ""),
    status(503, ["server.gateway", "server.overloaded"], ""),
    status(504, ["timeout.upstream"], ""),
    status(529, ["server.overloaded"], ""),
  ];
}

function named(error: NamedError, expected: Expected): FaultCase {
  return {
    id: `error.${error}`,
    name: `the vendor's own error for ${error}`,
    fault: { type: "error", error },
    expected,
  };
}

function status(code: StatusCode, expected: Expected, body?: string): FaultCase {
  const described = body === undefined ? "" : body === "" ? " without a body" : " with a web page";
  return {
    id: `status.${code}`,
    name: `status ${code}${described}`,
    fault: { type: "status", status: code, body },
    expected,
  };
}

function silences(): FaultCase[] {
  const first: Expected = ["timeout.first-content"];
  const progress: Expected = ["timeout.progress"];
  return [
    { id: "silence.all", name: "no headers", fault: { type: "hang" }, expected: first, limits: IMPATIENT },
    {
      id: "silence.headers",
      name: "silence after the headers",
      fault: { type: "silence", at: "headers" },
      expected: first,
      limits: IMPATIENT,
    },
    {
      id: "silence.preamble",
      name: "silence after the preamble",
      fault: { type: "silence", at: "preamble" },
      expected: first,
      limits: IMPATIENT,
    },
    {
      id: "silence.later",
      name: "silence after two deltas",
      fault: { type: "silence", at: TWO_DELTAS },
      expected: progress,
      limits: RESTLESS,
    },
    {
      id: "keep-alives.only",
      name: "keep-alives only",
      fault: { type: "keep-alives", at: "headers" },
      expected: first,
      limits: IMPATIENT,
    },
    {
      id: "keep-alives.preamble",
      name: "keep-alives only after the preamble",
      fault: { type: "keep-alives", at: "preamble" },
      expected: first,
      limits: IMPATIENT,
    },
    {
      id: "keep-alives.later",
      name: "keep-alives only after two deltas",
      fault: { type: "keep-alives", at: TWO_DELTAS },
      expected: progress,
      limits: RESTLESS,
    },
    {
      id: "keep-alives.some",
      name: "some keep-alives, then the answer",
      fault: { type: "keep-alives", at: "headers", count: 3 },
      expected: "answered",
    },
    {
      id: "silence.evidence",
      name: "silence after the evidence",
      fault: { type: "silence", at: "evidence" },
      expected: "answered",
      slow: true,
    },
  ];
}

function cuts(): FaultCase[] {
  const kinds: readonly Cut[] = ["clean", "close", "fin", "reset"];
  return kinds.flatMap((how): FaultCase[] => [
    {
      id: `cut.${how}.headers`,
      name: `a ${how} cut after the headers`,
      fault: { type: "cut", at: "headers", how },
      expected: EMPTY,
    },
    // Some wires have no preamble.
    {
      id: `cut.${how}.preamble`,
      name: `a ${how} cut after the preamble`,
      fault: { type: "cut", at: "preamble", how },
      expected: EMPTY,
    },
    {
      id: `cut.${how}.later`,
      name: `a ${how} cut after two deltas`,
      fault: { type: "cut", at: TWO_DELTAS, how },
      expected: CUT_OFF,
    },
    {
      id: `cut.${how}.content`,
      name: `a ${how} cut before the evidence`,
      fault: { type: "cut", at: "content", how },
      expected: CUT_OFF,
    },
    {
      id: `cut.${how}.evidence`,
      name: `a ${how} cut after the evidence`,
      fault: { type: "cut", at: "evidence", how },
      expected: "answered",
    },
    {
      id: `cut.${how}.in-event`,
      name: `a ${how} cut inside an event`,
      fault: { type: "cut-in-event", at: TWO_DELTAS, how },
      expected: CUT_OFF,
    },
    {
      id: `cut.${how}.in-character`,
      name: `a ${how} cut inside a character`,
      fault: { type: "cut-in-character", how },
      expected: CUT_OFF,
    },
  ]);
}

function inBandErrors(): FaultCase[] {
  const overloaded: Expected = ["server.overloaded"];
  return [
    {
      id: "in-band.preamble",
      name: "an in-band error before text",
      fault: { type: "in-band-error", at: "preamble" },
      expected: overloaded,
    },
    {
      id: "in-band.headers",
      name: "an in-band error first of all",
      fault: { type: "in-band-error", at: "headers" },
      expected: overloaded,
    },
    {
      id: "in-band.later",
      name: "an in-band error after text",
      fault: { type: "in-band-error", at: TWO_DELTAS },
      expected: overloaded,
    },
    {
      id: "in-band.evidence",
      name: "an in-band error after the evidence",
      fault: { type: "in-band-error", at: "evidence" },
      expected: overloaded,
    },
    {
      id: "in-band.nested",
      name: "an in-band error of another form",
      fault: { type: "in-band-error", at: TWO_DELTAS, form: "nested" },
      expected: overloaded,
    },
    {
      id: "in-band.failed",
      name: "an in-band failure event",
      fault: { type: "in-band-error", at: TWO_DELTAS, form: "failed" },
      expected: ["server.overloaded", "server.error"],
    },
    {
      id: "in-band.bare",
      name: "an in-band error without framing",
      fault: { type: "in-band-error", at: TWO_DELTAS, form: "bare" },
      expected: overloaded,
    },
    {
      id: "in-band.rate-limited",
      name: "an in-band rate limit",
      fault: { type: "in-band-error", at: "preamble", error: "rate-limited" },
      expected: RATE_LIMITED,
    },
    {
      id: "in-band.out-of-quota",
      name: "an in-band lack of credit",
      fault: { type: "in-band-error", at: "preamble", error: "out-of-quota" },
      expected: ["billing.exhausted"],
    },
  ];
}
