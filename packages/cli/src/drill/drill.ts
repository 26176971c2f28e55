import { existsSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isUnderstudyError, type TargetSelector } from "@understudy/core";
import {
  FAULT_NAMES,
  isFaultName,
  planRehearsal,
  rehearse,
  type ChainDefinition,
  type DrillResult,
  type FaultName,
  type RehearseOptions,
} from "@understudy/testing/rehearse";
import { listOf, nearestOf, numberOf, valueOf, wholeOf, type Arguments } from "../arguments.ts";
import { loadChainFile, type ChainFile } from "../chain-file.ts";
import type { Command } from "../command.ts";
import type { Output } from "../output.ts";
import { versionOf } from "../version.ts";
import { WrongUse } from "../wrong-use.ts";
import { aheadText } from "./ahead.ts";
import { exceeded, readBudgets } from "./budgets.ts";
import { drillJson } from "./drill-json.ts";
import { costOf, mayBegin, tellTime } from "./live.ts";
import { reportOf } from "./report.ts";

/** Those that differ most in what they cost and in what users wait. */
const LIVE_FAULTS: readonly FaultName[] = ["outage", "hang"];

export const drill: Command = {
  options: {
    faults: { type: "string", multiple: true },
    strike: { type: "string" },
    for: { type: "string" },
    every: { type: "string" },
    mode: { type: "string" },
    seed: { type: "string" },
    budget: { type: "string", multiple: true },
    out: { type: "string" },
    healthy: { type: "string" },
    ahead: { type: "boolean" },
    live: { type: "boolean" },
    yes: { type: "boolean" },
  },
  help: `understudy drill <chain file>

Rehearses outages on your chain in virtual time, and draws what users would have seen. No key, no network, no cost.

  --faults <a,b>      ${FAULT_NAMES.join(", ")}; all
  --strike <who>      all, or vendor=…, tier=…, model=…, sibling=…; each in turn
  --for <s>           seconds of outage, 60; 20 with --live
  --every <ms>        milliseconds between two calls, 1000
  --mode <mode>       stream or generate; stream
  --seed <n>          of all chance, 1: same seed, same report
  --healthy <how>     first=600,length=2400: milliseconds of a healthy answer
  --budget <list>     firstWords=5s,failed=0,seams=0,degraded=10%; exceeding one exits 1
  --out <file>        drill.html
  --ahead             shows what hedges, pins and the like would have saved
  --live              targets that are not struck answer for real; --yes does not ask first

Example: npx @understudy/cli drill chain.ts --budget failed=0,firstWords=10s
`,
  run: async (run) => {
    const { given, output, from } = run;
    const budgets = readBudgets(listOf(given, "budget"));
    const options = optionsOf(given);
    const file = await loadChainFile(given.positionals[0], from.cwd);
    const path = resolve(from.cwd, valueOf(given, "out") ?? "drill.html");
    // Before anything is spent on a report that nobody gets.
    if (!existsSync(dirname(path))) throw new WrongUse(`--out: ${path} cannot be written.`);
    const [definition, played] = asked(file, options);
    const result = await orWrongUse(file, async () => {
      if (options.live !== true) return rehearse(definition, { ...played, onProgress: tell(output) });
      const plan = planRehearsal(definition, played);
      if (!(await mayBegin(run, file, plan))) return undefined;
      const watch = tellTime(output, plan);
      return rehearse(definition, { ...played, onProgress: watch.onProgress }).finally(watch.end);
    });
    output.progress(undefined);
    if (result === undefined) return 2;
    const report = reportOf({ file: file.name, version: versionOf(), result });
    write(path, output.hide(report));
    const over = exceeded(result, budgets);
    if (given.flags.has("json")) output.print(JSON.stringify(drillJson(file.name, result, over), null, 2));
    else printVerdicts(result, path, output);
    for (const sentence of over) output.warn(`${output.paint("red", "✗")} ${sentence}`);
    return over.length > 0 ? 1 : 0;
  },
};

const MOST_SHOWN = 8;

function printVerdicts({ scenarios, seed, ahead = [], asked: cost }: DrillResult, path: string, output: Output): void {
  const shown = scenarios.filter(({ isSurvivable }) => isSurvivable);
  const told = new Set<string>();
  for (const { verdict, numbers, advice } of shown.slice(0, MOST_SHOWN)) {
    const [sign, style] =
      numbers.failed > 0
        ? (["✗", "red"] as const)
        : numbers.seams + numbers.late > 0
          ? (["!", "yellow"] as const)
          : (["✓", "green"] as const);
    output.print(`${output.paint(style, sign)} ${verdict}`);
    const [fix] = advice;
    if (fix === undefined || told.has(fix)) continue;
    output.print(`    ${output.paint("dim", fix)}`);
    told.add(fix);
  }
  if (shown.length > MOST_SHOWN) output.print(`  and ${shown.length - MOST_SHOWN} milder ones`);
  if (ahead.length > 0) output.print(`\n${aheadText(ahead, (text) => output.paint("dim", text))}\n`);
  output.print(`${scenarios.length} ${scenarios.length === 1 ? "scenario" : "scenarios"}, seed ${seed}: ${path}`);
  if (cost !== undefined) output.print(costOf(cost));
}

function asked(
  { tiers, options: chainOptions, request, createChain }: ChainFile,
  options: RehearseOptions,
): readonly [ChainDefinition, RehearseOptions] {
  return [
    { tiers, options: chainOptions },
    { ...options, request, createChain },
  ];
}

function tell(output: Output): RehearseOptions["onProgress"] {
  return (done, all) => output.progress(`rehearsed ${done} of ${all} scenarios`);
}

/** What is wrong with a chain or an option is for whoever wrote it. */
async function orWrongUse<Value>(file: ChainFile, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (isUnderstudyError(error) || error instanceof TypeError) throw new WrongUse(`${file.name}: ${error.message}`);
    throw error;
  }
}

function optionsOf(given: Arguments): RehearseOptions {
  const live = given.flags.has("live");
  const ahead = given.flags.has("ahead");
  if (live && ahead) throw new WrongUse("--ahead plays everything again and again: leave out --live.");
  const mode = valueOf(given, "mode") ?? "stream";
  if (mode !== "stream" && mode !== "generate") throw new WrongUse(`--mode is stream or generate, not ${mode}.`);
  const seconds = numberOf(given, "for", 0.001);
  return {
    faults: faultsOf(listOf(given, "faults")) ?? (live ? LIVE_FAULTS : undefined),
    strike: strikeOf(valueOf(given, "strike")),
    forMs: seconds === undefined ? undefined : seconds * 1_000,
    everyMs: numberOf(given, "every", 1),
    seed: wholeOf(given, "seed", 0),
    healthy: healthyOf(valueOf(given, "healthy")),
    mode,
    ahead,
    live,
  };
}

function faultsOf(names: readonly string[] | undefined): readonly FaultName[] | undefined {
  return names?.map((name) => {
    if (isFaultName(name)) return name;
    const nearest = nearestOf(name, FAULT_NAMES);
    const hint = nearest === undefined ? `There are: ${FAULT_NAMES.join(", ")}.` : `Did you mean ${nearest}?`;
    throw new WrongUse(`--faults: there is no fault ${name}. ${hint}`);
  });
}

function strikeOf(text: string | undefined): TargetSelector | "all" | undefined {
  if (text === undefined || text === "all") return text;
  const fields = text.split(",").map((part) => {
    const [, name = "", value = ""] = /^(tier|vendor|model|sibling)=(.+)$/.exec(part) ?? [];
    if (name === "")
      throw new WrongUse(`--strike: ${part} selects nothing. Give all, or vendor=…, tier=…, model=…, sibling=….`);
    return [name, name === "sibling" ? Number(value) : value] as const;
  });
  return Object.fromEntries(fields);
}

function healthyOf(text: string | undefined): RehearseOptions["healthy"] {
  if (text === undefined) return undefined;
  const fields = text.split(",").map((part) => {
    const [, name = "", value = ""] = /^(first|length)=(\d+)(?:ms)?$/.exec(part) ?? [];
    if (name === "")
      throw new WrongUse(`--healthy: ${part} is not understood. Give first=600,length=2400, in milliseconds.`);
    return [name === "first" ? "firstMs" : "lengthMs", Number(value)] as const;
  });
  return Object.fromEntries(fields);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    throw new WrongUse(`--out: ${path} cannot be written.`);
  }
}
