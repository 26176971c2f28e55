/**
 * Rehearses an outage: the real adapters on simulated vendors, one question through the chain per act.
 *
 *   pnpm demo                                    Claude, then GPT, then DeepSeek, without any key
 *   pnpm demo --vendors gemini,chat,anthropic    another chain, in this order
 *   pnpm demo --report drill.html                and then a minute of every outage, drawn as users would have seen it
 *   pnpm demo --live                             one question to the real vendors whose keys are in the environment
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { drillReport } from "@understudy/cli";
import { createChain, type Chain } from "@understudy/core";
import { formatTrace } from "@understudy/core/trace";
import { rehearse as playOutages } from "@understudy/testing/rehearse";
import { acts } from "./demo/acts.ts";
import { CAST, isVendorName, VENDOR_NAMES, type VendorName } from "./demo/cast.ts";
import {
  printEnd,
  printOffers,
  printFailure,
  printFindings,
  printReview,
  printText,
  printTimeline,
  printTitle,
} from "./demo/print.ts";
import { ask, chainOf, closeStage, openStage, play, review } from "./demo/stage.ts";

const { values } = parseArgs({
  options: {
    vendors: { type: "string", default: "anthropic,openai,deepseek" },
    live: { type: "boolean", default: false },
    report: { type: "string" },
  },
});

process.exitCode = values.live ? await performLive(readVendors()) : await rehearse(readVendors());

function readVendors(): VendorName[] {
  const names = values.vendors.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !isVendorName(name));
  if (unknown.length > 0 || names.length < 2) {
    giveUp(`--vendors takes at least two of ${VENDOR_NAMES.join(", ")}, separated by commas.`);
  }
  return names.filter((name) => isVendorName(name));
}

/** What was asked for cannot be done: one line says why. */
function giveUp(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

async function rehearse(names: readonly VendorName[]): Promise<number> {
  const players = await openStage(names);
  printFindings(await chainOf(players).check());
  let failed = 0;
  const all = acts(players.length);
  for (const [index, act] of all.entries()) {
    const before = players.map(({ vendor }) => vendor.requests.length);
    printTitle(index + 1, act.title);
    // oxlint-disable-next-line no-await-in-loop -- one act after the other
    const performance = await play(act, players, printText);
    if (performance.errorCode !== undefined) printFailure(performance.errorCode);
    printTimeline(performance.trace?.attempts ?? []);
    const findings = review(act, performance, players, before);
    printReview(findings);
    if (findings.length > 0) failed++;
  }
  const definition = chainOf(players);
  await closeStage(players);
  printEnd(failed, all.length);
  await offerReport(definition);
  return failed === 0 ? 0 : 1;
}

async function offerReport(chain: Chain): Promise<void> {
  if (values.report === undefined) {
    printOffers();
    return;
  }
  const result = await playOutages(chain);
  writeFileSync(values.report, drillReport({ file: "the demo", version: "demo", result }));
  printText(`\n${result.scenarios.length} outages rehearsed: open ${values.report}\n`);
}

async function performLive(names: readonly VendorName[]): Promise<number> {
  const present = names.filter((name) => process.env[CAST[name].keyVariable] !== undefined);
  if (present.length === 0) {
    const variables = [...new Set(names.map((name) => CAST[name].keyVariable))];
    giveUp(`--live needs at least one key in the environment: ${variables.join(", ")}.`);
  }
  printTitle(1, `Live: ${present.join(", ")}`);
  const chain = createChain(present.map((name) => CAST[name].target()));
  const performance = await ask(chain, printText);
  if (performance.errorCode !== undefined) printFailure(performance.errorCode);
  if (performance.trace !== undefined) printText(`\n\n${formatTrace(performance.trace)}\n`);
  return performance.tier === undefined ? 1 : 0;
}
