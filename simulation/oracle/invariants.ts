import type { Facts } from "../facts.ts";
import {
  attemptsAreBounded,
  failedScopesAreLeft,
  newConnectionsAreNew,
  noneAfterTheEnd,
  stubbornModelsAreLeft,
  traceIsTrue,
} from "./attempts.ts";
import * as continuing from "./continuing.ts";
import { deadlinesHold, limitsFire } from "./clocks.ts";
import { gateHolds } from "./gate.ts";
import { HealthReplay } from "./health.ts";
import { sickRoutesAreLeft } from "./outages.ts";
import * as hedges from "./hedges.ts";
import * as output from "./output.ts";
import { boundsOfCostHold, costsAreSums } from "./costs.ts";
import { pinsAreGiven, pinsAreTold } from "./pins.ts";
import * as resources from "./resources.ts";
import type { RuleId, Violation } from "./words.ts";

type Check = (facts: Facts) => Iterable<string>;

/**
 * What is looked for in the facts of a schedule, by the rule that it checks. The replay adds what follows from health: who
 * is next, the budget for repeats, breakers and cooldowns.
 */
const CHECKS: readonly (readonly [RuleId, Check])[] = [
  ["R4.9", output.oneTerminal],
  ["R4.9", output.nothingAfter],
  ["R5.1", output.finishNeedsEvidence],
  ["R4.8", output.shownEqualsMessage],
  ["R5.5", output.neverEmpty],
  ["R4.5", output.changesAreAnnounced],
  ["R4.8", output.nothingLost],
  ["R4.3", gateHolds],
  ["R4.5", output.noticeIsFollowed],
  ["R4.4", output.oneStart],
  ["R4.7", output.toolCallsWait],
  ["R5.6", output.reasonIsTheVendors],
  ["R1.9", attemptsAreBounded],
  ["R9.1", noneAfterTheEnd],
  ["R1.3", failedScopesAreLeft],
  ["R8.4", traceIsTrue],
  ["R3.6", deadlinesHold],
  ["R6.13", resources.everythingRecovers],
  ["R9.4", resources.nothingIsLeft],
  ["R9.3", resources.losersAreStopped],
  ["R9.5", resources.nothingIsStray],
  ["R4.11", resources.readAheadIsBounded],
  ["R8.6", resources.secretsStay],
  ["R6.3", sickRoutesAreLeft],
  ["R2.5", newConnectionsAreNew],
  ["R4.10", output.partialsHoldNoTools],
  ["R2.10", stubbornModelsAreLeft],
  ["R9.6", resources.callbacksAreWatched],
  ["R9.13", resources.contextsAreKept],
  ["R14.1", hedges.hedgesHaveTheirTime],
  ["R14.1", hedges.hedgesAreMade],
  ["R14.2", hedges.contentDecides],
  ["R14.4", hedges.nothingIsRepeatedBeside],
  ["R14.5", hedges.hedgesAreOfTheWell],
  ["R14.7", hedges.hedgesKeepTheirBudget],
  ["R14.8", hedges.nothingActsTwice],
  ["R14.11", hedges.hedgesAreTold],
  ["R16.2", pinsAreTold],
  ["R16.3", pinsAreGiven],
  ["R16.9", costsAreSums],
  ["R16.10", boundsOfCostHold],
  ["R15.1", continuing.joinedTextIsWhole],
  ["R15.2", continuing.onlyTheBeginningIsAdded],
  ["R15.3", continuing.seamsAreCertain],
  ["R15.6", continuing.oneContinuation],
  ["R15.8", continuing.reasonsAreTrue],
];

export function findViolations(facts: Facts): Violation[] {
  const found = CHECKS.flatMap(([rule, check]) => Array.from(check(facts), (text) => ({ rule, text })));
  const replay = new HealthReplay(facts);
  const replayed = replay.run();
  const late = Array.from(limitsFire(facts, replay.limits), (text): Violation => ({ rule: "R3.5", text }));
  // A text may hold a whole answer.
  return [...found, ...replayed, ...late].map((one) => ({ ...one, text: one.text.slice(0, 240) }));
}
