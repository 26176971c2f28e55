import type { HostileCase } from "./case.ts";
import { COMMON_CASES } from "./common-cases.ts";
import { OWN_CASES } from "./own-cases.ts";

export const CASES: readonly HostileCase[] = [...COMMON_CASES, ...OWN_CASES];

export function nameOf({ wire, form, name }: HostileCase): string {
  return `${wire.name}, ${form}: ${name}`;
}
