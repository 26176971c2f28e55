import type { Rule, Shape } from "@understudy/core/adapter";
import {
  ANYTHING,
  duration,
  NUMBER,
  OBJECT,
  oneOf,
  required,
  TEXT,
  FULL_TEXT,
  whole,
  type ShapeOf,
} from "@understudy/core/toolkit";
import type { Fault } from "../faults/fault.ts";
import { isObject } from "../simulators/json.ts";
import type { VendorErrorName } from "../simulators/wire.ts";
import { fieldProblems } from "./refuse.ts";

type FaultShapes = {
  readonly [Type in Fault["type"]]: Omit<ShapeOf<Extract<Fault, { readonly type: Type }>>, "type">;
};

const ERRORS: Readonly<Record<VendorErrorName, true>> = {
  "bad-request": true,
  "bad-key": true,
  "out-of-quota": true,
  forbidden: true,
  "model-not-found": true,
  "too-large": true,
  "context-length": true,
  "rate-limited": true,
  "daily-limit": true,
  "concurrency-limit": true,
  "spend-limit": true,
  "server-error": true,
  overloaded: true,
  timeout: true,
};

const PLACES = ["headers", "preamble", "content", "evidence"];
const PLACE: Rule = {
  must: "be headers, preamble, { deltas: n }, content or evidence",
  test: (value) => PLACES.some((place) => place === value) || isDelta(value),
  known: PLACES,
};
const AT = required(PLACE);
const CUT = oneOf("clean", "close", "fin", "reset");
const HOW = required(CUT);
const ERROR = oneOf(...Object.keys(ERRORS));
const MS = duration(0);
const MISSING: Rule = {
  must: "be a number of bytes, or half",
  test: (value) => value === "half" || Number.isInteger(value),
  known: ["half"],
};
const EVENT = { at: AT };

const SHAPES: FaultShapes = {
  status: {
    status: { must: "be a whole number from 0 to 999", test: isStatus, isRequired: true },
    reason: { must: "be a string or bytes", test: (value) => TEXT.test(value) || value instanceof Uint8Array },
    headers: { must: "be an object of strings", test: areTexts },
    body: { must: "be a string or an object", test: (value) => TEXT.test(value) || OBJECT.test(value) },
  },
  error: { error: required(ERROR), retryAfterMs: MS, message: TEXT },
  delay: { ms: required(MS), next: ANYTHING },
  hang: {},
  "reset-before-headers": {},
  "fin-before-headers": {},
  "not-http": {},
  redirect: { location: required(FULL_TEXT), status: oneOf(301, 302, 303, 307, 308) },
  "header-flood": { bytes: whole(1) },
  html: { status: { must: "be a whole number from 0 to 999", test: isStatus }, body: TEXT },
  json: { content: required(oneOf("stranger", "error", "answer")), error: ERROR },
  empty: { status: oneOf(200, 204) },
  silence: { at: AT, ms: MS },
  "keep-alives": { at: AT, count: whole(0), everyMs: MS },
  "late-usage": { ms: required(MS) },
  drip: { bytes: whole(1), everyMs: MS },
  cut: { at: AT, how: HOW },
  "cut-in-event": { at: AT, how: HOW },
  "cut-in-character": { how: HOW },
  "gzip-cut": {},
  "bad-chunk-size": EVENT,
  "content-length": { missing: required(MISSING) },
  "open-end": {},
  "in-band-error": {
    at: AT,
    error: ERROR,
    form: oneOf("native", "nested", "failed", "bare"),
    code: { must: "be a number or a string", test: (value) => TEXT.test(value) || NUMBER.test(value) },
    message: TEXT,
    retryAfterMs: MS,
  },
  heartbeat: { at: AT, data: required(TEXT) },
  "early-finish": { in: required(oneOf("every", "first", "first-and-last")), at: PLACE, ms: MS, how: CUT },
  "usage-shrinks": {},
  "split-surrogate": {},
  "malformed-event": EVENT,
  "invalid-utf8": EVENT,
  "oversized-event": { at: AT, bytes: whole(1) },
  "duplicate-terminal": {},
  "late-events": {},
  "unknown-events": {},
  "no-evidence": {},
};

const TYPE: Rule = { ...required(oneOf(...Object.keys(SHAPES))), must: "be the type of a fault" };

/** Everything that is wrong with a fault. */
export function faultProblems(fault: unknown, where: string): string[] {
  const type = isObject(fault) ? fault["type"] : undefined;
  const must = 'a fault, such as { type: "error", error: "overloaded" }';
  if (!isObject(fault) || !isFaultType(type)) return fieldProblems(fault, { ...own(fault), type: TYPE }, where, must);
  const shape: Shape = { type: ANYTHING, ...SHAPES[type] };
  const next = type === "delay" && fault["next"] !== undefined ? faultProblems(fault["next"], `${where}.next`) : [];
  return [...fieldProblems(fault, shape, where, must), ...next];
}

/** Whether a value is a fault itself, and not a step that has one. */
export function isFaultType(type: unknown): type is Fault["type"] {
  return typeof type === "string" && Object.hasOwn(SHAPES, type);
}

/** Of a fault of unknown type only the type can be told to be wrong. */
function own(fault: unknown): Shape {
  return Object.fromEntries(Object.keys(isObject(fault) ? fault : {}).map((name) => [name, ANYTHING]));
}

function isDelta(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 1 && whole(1).test(value["deltas"]);
}

function isStatus(value: unknown): boolean {
  return whole(0).test(value) && Number(value) <= 999;
}

function areTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === "string");
}
