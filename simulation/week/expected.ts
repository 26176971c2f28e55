import type { Row, Week } from "./numbers.ts";
import { LIMIT_MS, MINUTE, PROCESSES, type Trouble } from "./plan.ts";

/**
 * A row of five opens a route for all; doubled with each opening from 10 s to 300 s, a quarter more or less, an hour then
 * has room for 20 probes. Each of the processes may not have heard yet, or be left alone by the store, or be a new one:
 * two rows of five for each.
 */
const MOST_ASKED_WHILE_DOWN = 20 + 2 * 5 * PROCESSES;

/** What is not as the script of the week demands; the numbers are none of the engine's. */
export function* complaintsOf({ plan }: Week, rows: readonly Row[]): Generator<string> {
  const rowOf = (name: string): Row | undefined => rows.find((row) => row.name === name);
  const all = rowOf("all");
  if (all === undefined || all.calls === 0) {
    yield "Nobody called.";
    return;
  }
  if (all.failed > 0) yield `${all.failed} calls failed, although the budget vendor is well all week.`;
  const quiet = rowOf("everything else");
  if (quiet !== undefined && quiet.by.primary < quiet.calls * 0.985) {
    yield `Of ${quiet.calls} calls without an event the primary answered ${quiet.by.primary} only.`;
  }
  for (const trouble of plan.troubles) {
    const row = rowOf(trouble.name);
    if (row !== undefined && row.calls > 0) yield* inTrouble(trouble, row);
  }
}

function* inTrouble(
  { kind, from, to, name }: Trouble,
  { calls, asked, by, firstWords, plain }: Row,
): Generator<string> {
  switch (kind) {
    case "down":
      if (asked > MOST_ASKED_WHILE_DOWN) {
        yield `${name}: it was asked ${asked} times, and ${MOST_ASKED_WHILE_DOWN} are enough.`;
      }
      if (plain.failed < calls * 0.9) yield `${name}: without a chain only ${plain.failed} of ${calls} calls failed.`;
      break;
    case "out-of-quota": {
      // A trial a minute for each process, and what was under way when it ran out.
      const most = (1 + (to - from) / MINUTE) * PROCESSES + PROCESSES;
      if (asked > most) yield `${name}: it was asked ${asked} times, and ${most} are enough.`;
      if (plain.failed < calls) yield `${name}: without a chain only ${plain.failed} of ${calls} calls failed.`;
      break;
    }
    case "hanging":
      if (firstWords.p95 > LIMIT_MS) yield `${name}: one in twenty waits longer than the limit.`;
      break;
    case "cutting":
      if (plain.failed < calls * 0.8) yield `${name}: without a chain only ${plain.failed} of ${calls} calls failed.`;
      break;
    case "overloaded":
      if (by.budget < calls * 0.9) yield `${name}: the budget vendor answered ${by.budget} of ${calls} only.`;
      break;
    default:
      kind satisfies never;
  }
}
