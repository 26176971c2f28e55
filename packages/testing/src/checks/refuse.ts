import type { Shape } from "@understudy/core/adapter";
import { checkShape, listed } from "@understudy/core/toolkit";
import { isObject } from "../simulators/json.ts";

/** Throws when there is a problem: a rehearsal that is not what was written proves nothing. */
export function refuse(what: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`${what}: ${listed(problems)}.`);
}

/** What is wrong with the fields of an object; `must` says what to give in the place of anything else. */
export function fieldProblems(value: unknown, shape: Shape, where: string, must: string): string[] {
  if (!isObject(value) || value instanceof Promise) return [`${where} must be ${must}`];
  return checkShape(value, shape, `${where}.`, `${where} has an unknown field`);
}

/** The same for each element of an array that may be left out. */
export function listProblems(value: unknown, shape: Shape, where: string, must: string): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown, index) => fieldProblems(one, shape, `${where}[${index}]`, must));
}

/** The same for the options of a function. */
export function checkOptions(value: unknown, shape: Shape, where: string): void {
  const problems = isObject(value) ? checkShape(value, shape, "", "unknown option") : ["the options must be an object"];
  refuse(`${where} cannot be called like this`, problems);
}

export function unusedOf(left: number, all: number): string {
  return `${left} of its ${all} ${all === 1 ? "step" : "steps"} ${left === 1 ? "was" : "were"} not used`;
}
