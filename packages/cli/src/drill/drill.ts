import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { isUnderstudyError, type TargetSelector } from "@understudy/core";
import {
  FAULT_NAMES,
  isFaultName,
  rehearse,
  type DrillResult,
  type FaultName,
  type RehearseOptions,
} from "@understudy/testing/rehearse";
import { lastOf, nearestOf, numberOf, type Arguments } from "../arguments.ts";
import { loadChainFile, type ChainFile } from "../chain-file.ts";
import type { Command, Run } from "../command.ts";
import { versionOf } from "../version.ts";
import { WrongUse } from "../wrong-use.ts";
import { exceeded, readBudgets } from "./budgets.ts";
import { drillJson } from "./drill-json.ts";
import { reportOf } from "./report.ts";

const LIVE_FAULTS: readonly FaultName[] = ["outage", "hang"];

export const drill: Command = {
  options: {
    faults: { type: "string" },
    strike: { type: "string" },
    for: { type: "string" },
    every: { type: "string" },
    mode: { type: "string" },
    seed: { type: "string" },
    budget: { type: "string" },
    out: { type: "string" },
    healthy: { type: "string" },
    live: { type: "boolean" },
    yes: { type: "boolean" },
  },
  help: `understudy drill <chain file>

Rehearses outages on your chain in virtual time, and draws what users would have seen. No key, no network, no cost.

  --faults <a,b>      ${FAULT_NAMES.join(", ")}; all
  --strike <who>      all, or vendor=…, tier=…, model=…, sibling=…; each in turn
  --for <s>           seconds of outage, 60
  --every <ms>        milliseconds between two calls, 1000
  --mode <mode>       stream or generate; stream
  --seed <n>          of all chance, 1: same seed, same report
  --healthy <how>     first=600,length=2400: milliseconds of a healthy answer
  --budget <list>     firstWords=5s,failed=0,seams=0,degraded=10%; exceeding one exits 1
  --out <file>        drill.html
  --live              targets that are not struck answer for real; --yes does not ask first

Example: npx @understudy/cli drill chain.ts --budget failed=0,firstWords=10s
`,
  run: async (run) => {
    const { given, output, from } = run;
    const budgets = readBudgets(lastOf(given, "budget"));
    const options = optionsOf(given);
    const file = await loadChainFile(given.positionals[0], from.cwd);
    if (options.live === true && !(await maySpend(run, file, options))) return 2;
    const result = await play(file, options, run);
    output.progress(undefined);
    const report = reportOf({ file: file.name, version: versionOf(), result });
    const path = resolve(from.cwd, lastOf(given, "out") ?? "drill.html");
    write(path, output.hide(report));
    const over = exceeded(result, budgets);
    if (given.flags.has("json")) output.print(JSON.stringify(drillJson(file.name, result, over), null, 2));
    else {
      const [shown, more] = [result.scenarios.filter(({ isSurvivable }) => isSurvivable), 8];
      for (const { verdict, numbers } of shown.slice(0, more)) {
        const [sign, style] =
          numbers.failed > 0
            ? (["✗", "red"] as const)
            : numbers.seams + numbers.late > 0
              ? (["!", "yellow"] as const)
              : (["✓", "green"] as const);
        output.print(`${output.paint(style, sign)} ${verdict}`);
      }
      if (shown.length > more) output.print(`  and ${shown.length - more} milder ones`);
      output.print(`${result.scenarios.length} scenarios, seed ${result.seed}: ${path}`);
    }
    for (const sentence of over) output.warn(`${output.paint("red", "✗")} ${sentence}`);
    return over.length > 0 ? 1 : 0;
  },
};

async function play(file: ChainFile, options: RehearseOptions, { output }: Run): Promise<DrillResult> {
  const { tiers, options: chainOptions, request, createChain } = file;
  try {
    return await rehearse(
      { tiers, options: chainOptions },
      {
        ...options,
        request,
        createChain,
        onProgress: (done, all) => output.progress(`rehearsed ${done} of ${all} scenarios`),
      },
    );
  } catch (error) {
    if (isUnderstudyError(error) || error instanceof TypeError) throw new WrongUse(`${file.name}: ${error.message}`);
    throw error;
  }
}

function optionsOf(given: Arguments): RehearseOptions {
  const live = given.flags.has("live");
  const mode = lastOf(given, "mode") ?? "stream";
  if (mode !== "stream" && mode !== "generate") throw new WrongUse(`--mode is stream or generate, not ${mode}.`);
  const seconds = numberOf(given, "for", 0.001);
  return {
    faults: faultsOf(lastOf(given, "faults")) ?? (live ? LIVE_FAULTS : undefined),
    strike: strikeOf(lastOf(given, "strike")),
    forMs: seconds === undefined ? undefined : seconds * 1_000,
    everyMs: numberOf(given, "every", 1),
    seed: numberOf(given, "seed", 0),
    healthy: healthyOf(lastOf(given, "healthy")),
    mode,
    live,
  };
}

function faultsOf(text: string | undefined): readonly FaultName[] | undefined {
  return text?.split(",").map((name) => {
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

/** Real requests cost money: nobody makes them by accident. */
async function maySpend(
  { given, output, from }: Run,
  file: ChainFile,
  { faults = [], forMs = 60_000, everyMs = 1_000 }: RehearseOptions,
): Promise<boolean> {
  if (given.flags.has("yes")) return true;
  const calls = Math.ceil((forMs + 20_000) / everyMs);
  output.warn(
    `A live drill of ${file.name} asks real vendors: ${calls} calls in each of ${faults.length} faults times what is struck, and once without an outage.`,
  );
  if (!process.stdin.isTTY) {
    output.warn("Nothing was asked. --yes goes ahead without a question.");
    return false;
  }
  const prompt = createInterface({ input: process.stdin, output: from.stderr });
  const answer = await prompt.question("Go ahead? [y/N] ");
  prompt.close();
  return /^y/i.test(answer);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    throw new WrongUse(`--out: ${path} cannot be written.`);
  }
}
