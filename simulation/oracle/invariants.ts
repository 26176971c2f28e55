import type { Facts } from "../facts.ts";
import {
  attemptsAreBounded,
  failedScopesAreLeft,
  newConnectionsAreNew,
  noneAfterTheEnd,
  stubbornModelsAreLeft,
  traceIsTrue,
} from "./attempts.ts";
import { deadlinesHold, limitsFire } from "./clocks.ts";
import { gateHolds } from "./gate.ts";
import { HealthReplay } from "./health.ts";
import { sickRoutesAreLeft } from "./outages.ts";
import * as output from "./output.ts";
import * as resources from "./resources.ts";
import type { Violation } from "./words.ts";

type Check = (facts: Facts) => Iterable<string>;

/**
 * The invariants of failover.md by number, up to 42 those of §5.1: 16 (cooldowns), 17, 19 and 22-31 are the replay's, 36,
 * 39 and 40 need sockets or a store. From 43 on those of §6: 43 a chain gives up only when nobody is left to ask (the
 * replay's), 44 what fails five times in a row is left alone, 45 dead connections, 47 partial answers, 48 what fails
 * twice alike, 49 callbacks.
 */
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
  [27, resources.everythingRecovers],
  [32, resources.nothingIsLeft],
  [33, resources.losersAreStopped],
  [34, resources.nothingIsStray],
  [35, resources.readAheadIsBounded],
  [41, resources.secretsStay],
  [44, sickRoutesAreLeft],
  [45, newConnectionsAreNew],
  [47, output.partialsHoldNoTools],
  [48, stubbornModelsAreLeft],
  [49, resources.callbacksAreWatched],
];

export function findViolations(facts: Facts): Violation[] {
  const found = CHECKS.flatMap(([invariant, check]) => Array.from(check(facts), (text) => ({ invariant, text })));
  const replay = new HealthReplay(facts);
  const replayed = replay.run();
  const late = Array.from(limitsFire(facts, replay.limits), (text) => ({ invariant: 21, text }));
  // A text may hold a whole answer.
  return [...found, ...replayed, ...late].map((one) => ({ ...one, text: one.text.slice(0, 240) }));
}
