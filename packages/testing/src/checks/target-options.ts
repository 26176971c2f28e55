import { readTargetOptions } from "@understudy/core/adapter";
import { ANYTHING, FLAG, FULL_TEXT, LIST, OBJECT, type ShapeOf } from "@understudy/core/toolkit";
import type { AttemptPlan } from "@understudy/core/adapter";
import type { ScriptedTargetOptions } from "../fakes/scripted-target.ts";
import { isObject } from "../simulators/json.ts";
import { checkOptions, fieldProblems, refuse } from "./refuse.ts";

const TARGET: ShapeOf<ScriptedTargetOptions> = {
  vendor: FULL_TEXT,
  model: FULL_TEXT,
  endpoint: FULL_TEXT,
  key: FULL_TEXT,
  quota: FULL_TEXT,
  capabilities: OBJECT,
  plan: OBJECT,
  problems: LIST,
  otherwise: ANYTHING,
};

const PLAN: ShapeOf<AttemptPlan> = {
  silentReasoning: FLAG,
  eventsAtOnce: FLAG,
  unary: FLAG,
  nativeTools: LIST,
  acts: FLAG,
};

/** Throws for options that a scripted target does not have. */
export function checkTargetOptions(options: ScriptedTargetOptions): void {
  checkOptions(options, TARGET, "scriptedTarget");
  const { capabilities = {}, plan } = options;
  refuse("scriptedTarget cannot be called like this", [
    ...readTargetOptions("any", { capabilities }).problems,
    ...(isObject(plan) ? fieldProblems(plan, PLAN, "plan", "an object") : []),
  ]);
}
