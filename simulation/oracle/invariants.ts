import type { Facts } from "../facts.ts";
import { attemptsAreBounded, failedScopesAreLeft, noneAfterTheEnd, traceIsTrue } from "./attempts.ts";
import { deadlinesHold, limitsFire } from "./clocks.ts";
import { gateHolds } from "./gate.ts";
import { HealthReplay } from "./health.ts";
import * as output from "./output.ts";
import * as resources from "./resources.ts";
import type { Violation } from "./words.ts";

type Check = (facts: Facts) => Iterable<string>;

/** The invariants of failover.md §5.1 by number; 16 (cooldowns), 17, 19 and 22-31 are the replay's, 36, 39 and 40 need sockets or a store. */
const CHECKS: readonly (readonly [number, Check])[] = [
  [1, output.oneTerminal],
  [2, output.nothingAfter],
  [3, output.finishNeedsEvidence],
  [4, output.shownEqualsMessage],
  [5, output.neverEmpty],
  [6, output.changesAreAnnounced],
  [7, output.nothingLost],
  [8, gateHolds],
  [9, output.noticeIsFollowed],
  [10, output.oneStart],
  [11, output.toolCallsWait],
  [13, output.reasonIsTheVendors],
  [14, attemptsAreBounded],
  [15, noneAfterTheEnd],
  [16, failedScopesAreLeft],
  [18, traceIsTrue],
  [20, deadlinesHold],
  [21, limitsFire],
  [27, resources.everythingRecovers],
  [32, resources.nothingIsLeft],
  [33, resources.losersAreStopped],
  [34, resources.nothingIsStray],
  [35, resources.readAheadIsBounded],
  [41, resources.secretsStay],
];

export function findViolations(facts: Facts): Violation[] {
  const found = CHECKS.flatMap(([invariant, check]) => Array.from(check(facts), (text) => ({ invariant, text })));
  // A text may hold a whole answer.
  return [...found, ...new HealthReplay(facts).run()].map((one) => ({ ...one, text: one.text.slice(0, 240) }));
}
