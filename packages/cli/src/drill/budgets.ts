import type { DrillResult, Scenario } from "@understudy/testing/rehearse";
import { WrongUse } from "../wrong-use.ts";

const NAMES = ["firstWords", "failed", "seams", "degraded"] as const;
type BudgetName = (typeof NAMES)[number];

export interface Budget {
  readonly name: BudgetName;
  /** As it was given. */
  readonly text: string;
  /** Milliseconds, calls, or with `isShare` a part of all calls. */
  readonly most: number;
  readonly isShare: boolean;
}

/** Reads `firstWords=5s`, `failed=0`, `seams=0`, `degraded=10%`. */
export function readBudgets(parts: readonly string[] = []): readonly Budget[] {
  return parts.filter((part) => part !== "").map(readBudget);
}

function readBudget(text: string): Budget {
  const [, given = "", number = "", unit = ""] = /^(\w+)=(\d+(?:\.\d+)?)(ms|s|%)?$/.exec(text) ?? [];
  const name = NAMES.find((one) => one === given);
  const isTime = unit === "s" || unit === "ms";
  if (name === undefined || number === "" || (name === "firstWords") !== isTime) {
    throw new WrongUse(`--budget: ${text} is none. Budgets look like firstWords=5s,failed=0,seams=0,degraded=10%.`);
  }
  const most = Number(number) * (unit === "s" ? 1_000 : unit === "%" ? 0.01 : 1);
  return { name, text, most, isShare: unit === "%" };
}

/** What was exceeded, one sentence each. Scenarios that no chain survives do not count. */
export function exceeded({ scenarios }: DrillResult, budgets: readonly Budget[]): readonly string[] {
  return scenarios
    .filter(({ isSurvivable }) => isSurvivable)
    .flatMap((scenario) => {
      const over = budgets.filter((budget) => amountOf(scenario, budget) > budget.most);
      if (over.length === 0) return [];
      const why = scenario.advice[0];
      return [
        `over ${over.map(({ text }) => text).join(", ")}: ${scenario.verdict}${why === undefined ? "" : ` ${capital(why)}.`}`,
      ];
    });
}

function amountOf({ numbers }: Scenario, { name, isShare }: Budget): number {
  if (name === "firstWords") return numbers.firstWords?.max ?? 0;
  return isShare ? numbers[name] / numbers.calls : numbers[name];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
