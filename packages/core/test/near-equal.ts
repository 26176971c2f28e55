import { expect } from "vitest";

/** More than a virtual clock creeps in any test, less than any difference that means something. */
const TOLERANCE_MS = 0.05;

/** Makes `toEqual` and `toMatchObject` take two times for equal that differ by what reading the clock costs. */
export function takeTimesAsNearlyEqual(): void {
  expect.addEqualityTesters([
    (left: unknown, right: unknown): boolean | undefined => {
      if (typeof left !== "number" || typeof right !== "number") return undefined;
      return Math.abs(left - right) < TOLERANCE_MS ? true : undefined;
    },
  ]);
}
