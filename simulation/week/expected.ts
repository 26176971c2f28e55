import type { Row, Week } from "./numbers.ts";
import { LIMIT_MS, MINUTE, PROCESSES, type Trouble } from "./plan.ts";

/**
 * Alone, a process asks a row of five, some that are under way meanwhile, and a probe after each opening: doubled from 10 s to
 * 300 s, a quarter less at times, these are ten in 40 minutes. Nobody has to ask more, even if the store never helps.
 */
const MOST_ASKED_WHILE_DOWN = 20 * PROCESSES;

/**
 * In an hour there is time for 15 probes, of which two or three are spared; each of those costs a row of five and one answer of
 * every process. Three times as much is too much, however many calls there are.
 */
const MOST_SEAMS = 3 * (15 + 3 * (5 + PROCESSES));

/** 300 s and a quarter: it may begin at the end of an outage. */
const LONGEST_OPEN_MS = 375_000;

/** What is not as the script of the week demands; the numbers are none of the engine's. */
export function* complaintsOf({ plan, fleet }: Week, rows: readonly Row[]): Generator<string> {
  const rowOf = (name: string): Row | undefined => rows.find((row) => row.name === name);
  const all = rowOf("all");
  if (all === undefined || all.calls === 0) {
    yield "Nobody called.";
    return;
  }
  if (all.failed > 0) yield `${all.failed} calls failed, although the budget vendor is well all week.`;
  const quiet = fleet.calls.filter(
    ({ at }) => !plan.troubles.some(({ from, to }) => at >= from && at < to + LONGEST_OPEN_MS),
  );
  const primary = quiet.filter(({ by }) => by === "primary").length;
  if (primary < quiet.length * 0.99) {
    yield `Of ${quiet.length} calls while all vendors are well the primary answered ${primary} only.`;
  }
  for (const trouble of plan.troubles) {
    const row = rowOf(trouble.name);
    if (row !== undefined && row.calls > 0) yield* inTrouble(trouble, row);
  }
}

function* inTrouble(
  { kind, from, to, name }: Trouble,
  { calls, asked, by, seams, firstWords, plain }: Row,
): Generator<string> {
  switch (kind) {
    case "down":
      if (asked > MOST_ASKED_WHILE_DOWN) {
        yield `${name}: it was asked ${asked} times, and ${MOST_ASKED_WHILE_DOWN} are enough.`;
      }
      if (plain.failed < calls * 0.9) yield `${name}: without a chain only ${plain.failed} of ${calls} calls failed.`;
      break;
    case "out-of-quota": {
      // R11.7: a trial a minute for all, and for each process of the fleet and each that replaces it one that it makes before
      // it has heard of the block.
      const most = (to - from) / MINUTE + 2 * PROCESSES;
      if (asked > most) yield `${name}: it was asked ${asked} times, and ${most} are enough.`;
      // Who asks at its end is answered at the last retry.
      if (plain.failed < calls * 0.99) yield `${name}: without a chain only ${plain.failed} of ${calls} calls failed.`;
      break;
    }
    case "hanging":
      // An answer among ten may end the opening: then a row waits for the limit again. Most calls are never in one.
      if (firstWords.p50 > LIMIT_MS / 5) yield `${name}: one call in two waits ${Math.round(firstWords.p50)} ms.`;
      break;
    case "cutting":
      if (plain.failed < calls * 0.8) yield `${name}: without a chain only ${plain.failed} of ${calls} calls failed.`;
      if (seams > MOST_SEAMS) yield `${name}: ${seams} of ${calls} answers began again in view.`;
      break;
    case "overloaded":
      if (by.budget < calls * 0.9) yield `${name}: the budget vendor answered ${by.budget} of ${calls} only.`;
      break;
    default:
      kind satisfies never;
  }
}
