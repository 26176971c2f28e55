import type { DrillPlan, RealCost, RehearseOptions } from "@understudy/testing/rehearse";
import type { ChainFile } from "../chain-file.ts";
import type { Run } from "../command.ts";
import type { Output } from "../output.ts";
import { WrongUse } from "../wrong-use.ts";

/** Says what a live drill takes. Real requests cost money: nobody makes them by accident. */
export async function mayBegin({ given, output, from }: Run, { name }: ChainFile, plan: DrillPlan): Promise<boolean> {
  const what = `A live drill of ${name} asks real vendors: about ${count(plan.calls)} calls, a request or more each, in ${time(plan.durationMs)} or longer`;
  if (given.flags.has("yes")) {
    output.warn(`${what}.`);
    return true;
  }
  if (!("isTTY" in from.stdin) || from.stdin.isTTY !== true) {
    throw new WrongUse(`${what}: give --yes to go ahead without a question.`);
  }
  output.warn(`${what}.`);
  output.ask("Go ahead? [y/N] ");
  const isAgreed = /^\s*y(?:es)?\s*$/i.test(await lineOf(from.stdin));
  if (!isAgreed) output.warn("Nobody was asked.");
  return isAgreed;
}

/** The terminal gives whole lines, and takes Ctrl-C itself. */
async function lineOf(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  for await (const chunk of stdin) return typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
  return "";
}

/** Tells how long it still takes: a scenario may last a minute. */
export function tellTime(
  output: Output,
  { durationMs }: DrillPlan,
): { readonly onProgress: NonNullable<RehearseOptions["onProgress"]>; readonly end: () => void } {
  // oxlint-disable-next-line no-restricted-globals, no-restricted-properties -- a live drill takes real time
  const begin = performance.now();
  let scenarios = "";
  const show = (): void => {
    // oxlint-disable-next-line no-restricted-globals, no-restricted-properties -- as above
    const leftMs = durationMs - (performance.now() - begin);
    output.progress(`${scenarios}, ${leftMs > 1_000 ? `${time(leftMs)} left` : "nearly done"}`);
  };
  // oxlint-disable-next-line no-restricted-globals -- as above
  const timer = setInterval(show, 1_000);
  return {
    onProgress: (done, all) => {
      scenarios = `rehearsed ${done} of ${all} scenarios`;
      show();
    },
    end: () => clearInterval(timer),
  };
}

/** What a drill has cost, as far as vendors say it. */
export function costOf({ requests, inputTokens, outputTokens, exact }: RealCost): string {
  const least = exact ? "" : "at least ";
  return `${count(requests)} requests to vendors, ${least}${count(inputTokens)} input and ${count(outputTokens)} output tokens`;
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}

function time(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
