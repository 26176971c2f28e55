import type { AttemptRecord, SkipRecord, Trace } from "@understudy/core";
import { WrongUse } from "../wrong-use.ts";

type Json = Readonly<Record<string, unknown>>;

const EXPECTED =
  "a trace (`answer.trace`), an error as JSON, or engine events (what `onEvent` gets): one JSON value, or one per line";

/** Reads every call that a text tells of. Fields that are not known are ignored. Throws `WrongUse` for another shape. */
export function readTraces(given: string): readonly Trace[] {
  const values = valuesOf(given);
  const events = values.flat().filter((value) => isObject(value) && typeof value["type"] === "string");
  const traces = events.length > 0 ? fromEvents(events.filter(isObject)) : values.flat().map(fromValue);
  if (traces.length === 0) throw new WrongUse(`There is no call in it. Expected is ${EXPECTED}.`);
  return traces;
}

function valuesOf(given: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(given);
    return [value];
  } catch {
    // Then it is one value per line.
  }
  const lines = given.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    try {
      const value: unknown = JSON.parse(line);
      return value;
    } catch {
      throw new WrongUse(`Line ${index + 1} is no JSON. Expected is ${EXPECTED}.`);
    }
  });
}

/** A trace, what holds one (an answer), or an error's JSON. */
function fromValue(value: unknown, index: number): Trace {
  const outer = isObject(value) ? value : {};
  const inner = isObject(outer["trace"]) ? outer["trace"] : outer;
  const { attempts, skipped } = inner;
  if (!Array.isArray(attempts) && !Array.isArray(skipped))
    throw new WrongUse(`Value ${index + 1} tells of no call. Expected is ${EXPECTED}.`);
  return traceOf(inner, records(attempts), records(skipped));
}

/** Events of several calls may be mixed. */
function fromEvents(events: readonly Json[]): readonly Trace[] {
  const calls = new Map<unknown, { attempts: Json[]; skipped: Json[]; end: Json }>();
  for (const event of events) {
    const { type, callId, record, skip } = event;
    if (callId === undefined) continue;
    const call = calls.get(callId) ?? { attempts: [], skipped: [], end: {} };
    calls.set(callId, call);
    if (type === "attempt-end" && isObject(record)) call.attempts.push(record);
    if (type === "skipped" && isObject(skip)) call.skipped.push(skip);
    if (type === "end") call.end = event;
  }
  return [...calls].map(([callId, { attempts, skipped, end }]) => traceOf({ ...end, callId }, attempts, skipped));
}

function traceOf(from: Json, attempts: readonly Json[], skipped: readonly Json[]): Trace {
  const read = attempts.map(attemptOf);
  const ends = read.map(({ startedAtMs, endedMs }) => startedAtMs + endedMs);
  return {
    callId: number(from["callId"]) ?? 1,
    startedAt: number(from["startedAt"]) ?? 0,
    attempts: read,
    skipped: skipped.map(skipOf),
    totalMs: number(from["totalMs"]) ?? Math.max(0, ...ends),
    needsAttention: from["needsAttention"] === true,
  };
}

const OUTCOMES = ["answered", "failed", "stopped"] as const;

function attemptOf(from: Json, index: number): AttemptRecord {
  const failed = text(from["class"]);
  return {
    ...kept(
      from,
      ["class", "scope", "vendorCode", "explanation", "requestId", "servedModel", "venture", "repeat", "repair"],
      text,
    ),
    ...kept(from, ["stoppedBy"], (value) => (value === "hedge" ? value : undefined)),
    ...kept(from, ["hedge"], (value) => (value === true ? value : undefined)),
    ...kept(from, ["firstContentMs", "status", "retryAfterMs", "cooldownMs", "sibling"], number),
    ...names(from),
    attempt: number(from["attempt"]) ?? index + 1,
    startedAtMs: number(from["startedAtMs"]) ?? 0,
    endedMs: number(from["endedMs"]) ?? 0,
    outcome: OUTCOMES.find((one) => one === from["outcome"]) ?? (failed === undefined ? "answered" : "failed"),
    deliveredChars: number(from["deliveredChars"]) ?? 0,
    breakerBefore: breaker(from["breakerBefore"]),
    breakerAfter: breaker(from["breakerAfter"]),
    usageSource: "unknown",
    losses: records(from["losses"]).map(({ what, action }) => ({
      what: String(what),
      action: action === "dropped" || action === "translated" ? action : "downgraded",
    })),
  };
}

function skipOf(from: Json): SkipRecord {
  return {
    ...kept(from, ["detail", "class"], text),
    ...kept(from, ["sibling"], number),
    ...names(from),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only shown: a reason of another version is as good
    reason: (text(from["reason"]) ?? "no reason given") as SkipRecord["reason"],
  };
}

function names(from: Json): Pick<SkipRecord, "tier" | "vendor" | "model" | "endpoint"> {
  const vendor = text(from["vendor"]) ?? "unknown";
  const model = text(from["model"]) ?? "unknown";
  return {
    tier: text(from["tier"]) ?? `${vendor}/${model}`,
    vendor,
    model,
    endpoint: text(from["endpoint"]) ?? "unknown",
  };
}

function breaker(value: unknown): AttemptRecord["breakerBefore"] {
  return value === "open" || value === "half-open" ? value : "closed";
}

/** Those of the fields that are there, as what they have to be. */
function kept(from: Json, fields: readonly string[], read: (value: unknown) => unknown): object {
  return Object.fromEntries(
    fields.map((field) => [field, read(from[field])] as const).filter(([, value]) => value !== undefined),
  );
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  // What is written to a terminal must not move its cursor.
  return typeof value === "string" && value !== "" ? value.replaceAll(/\p{Cc}/gu, "?").slice(0, 200) : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
