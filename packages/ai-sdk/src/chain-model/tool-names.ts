import { NameMap } from "@understudy/core/toolkit";

const LEGAL = /^[a-zA-Z0-9_-]{1,64}$/;

/** The AI SDK takes any name for a tool; every vendor takes those that core takes. One map for each call. */
export function toolNames(names: readonly string[]): NameMap {
  return new NameMap(LEGAL, names);
}
