import { FULL, OTHER_FULL } from "./body.ts";
import { SHORT_MS, type Cell, type Finding } from "./cell.ts";
import { CLASSES, expectedOf, type Expected, type Runtime } from "./expected.ts";
import { faultOf } from "./faults.ts";

/** Longest time until the server sees that a connection was given up. */
const CLOSE_MS = 100;
const EARLIEST_MS = 100;
const LATEST_MS = 5_000;

/** One difference between what became of a cell and what is specified, with the letter that the grid has for its kind. */
export interface Difference {
  readonly letter: string;
  readonly text: string;
}

/** Everything in which a finding differs from what is specified. */
export function differencesOf(cell: Cell, finding: Finding, runtime: Runtime = "node"): readonly Difference[] {
  const expected = expectedOf(cell.fault, cell.column, cell.form, runtime);
  const differences: Difference[] = [];
  const must = (letter: string, what: string, got: unknown, wanted: unknown): void => {
    if (got !== wanted) differences.push({ letter, text: `${what} ${String(got)}, not ${String(wanted)}` });
  };
  must("x", "threw", finding.stranger, undefined);
  must("e", "ends", finding.ends, 1);
  compareAttempts(cell, finding, expected, must);
  compareOutput(cell, finding, expected, must);
  const { witness } = finding;
  const requests = expected.requests ?? attemptsOf(cell, expected);
  must("n", "requests", witness.requests, requests);
  const connections = faultOf(cell.fault).at === undefined ? attemptsOf(cell, expected) : 0;
  must("n", "connections", witness.connections, connections);
  must(
    "f",
    "asked in another form",
    witness.streams.filter((isStream) => isStream !== (cell.form !== "whole")).length,
    0,
  );
  const { closesWithinMs = CLOSE_MS } = expected;
  if (witness.closedMs === null) {
    if (closesWithinMs < Infinity) differences.push({ letter: "o", text: "a connection stays open" });
  } else if (witness.closedMs > closesWithinMs)
    differences.push({ letter: "o", text: `closed after ${witness.closedMs} ms` });
  return differences;
}

type Must = (letter: string, what: string, got: unknown, wanted: unknown) => void;

/** A call that ends with its first failure repeats nothing. */
function attemptsOf({ form }: Cell, { attempts = 1 }: Expected): number {
  return form === "last" ? 1 : attempts;
}

function compareAttempts(cell: Cell, { attempts: made }: Finding, expected: Expected, must: Must): void {
  const first = made.filter(({ tier }) => tier === "first");
  must("n", "attempts", first.length, attemptsOf(cell, expected));
  for (const attempt of first) {
    if (expected.is === "answered") {
      must("c", "class", attempt.class, undefined);
      continue;
    }
    const name = attempt.class;
    if (name === undefined || !expected.is.includes(name)) must("c", "class", name, expected.is.join(" or "));
    else must("s", "scope", attempt.scope, expected.scope ?? CLASSES[name]?.[0]);
    const { short } = faultOf(cell.fault);
    const ms = Math.round(attempt.endedMs);
    if (short !== undefined && !isInTime(ms)) must("l", "struck after", `${ms} ms`, `${SHORT_MS} ms`);
    must("r", "Retry-After", attempt.retryAfterMs, expected.retryAfterMs);
  }
}

/** It may count from before the attempt, and strike late on a full machine. */
function isInTime(ms: number): boolean {
  return ms > SHORT_MS - EARLIEST_MS && ms < SHORT_MS + LATEST_MS;
}

function compareOutput(cell: Cell, finding: Finding, expected: Expected, must: Must): void {
  const isRead = cell.form === "stream" || cell.form === "last";
  const shown = isRead ? (expected.shown ?? "") : "";
  must("t", "shown", finding.shown, shown);
  const isOver = expected.isOver === true || cell.form === "last";
  if (expected.is === "answered") {
    must("t", "answer", finding.answer, expected.answer ?? FULL);
    must("b", "asked the good target", finding.witness.backups, 0);
  } else if (!isOver) {
    must("t", "answer", finding.answer, OTHER_FULL);
    must("b", "asked the good target", finding.witness.backups, 1);
  } else {
    must("b", "asked the good target", finding.witness.backups, 0);
    const [attempt] = finding.attempts;
    if (attempt?.class === "caller.returned") return;
    must("e", "code", finding.code, attempt?.class === undefined ? "an error" : CLASSES[attempt.class]?.[1]);
    must("t", "partial", finding.partial ?? "", shown);
  }
}
