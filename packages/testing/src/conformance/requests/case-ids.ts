import { DIFFERENCE_CASES } from "./difference-cases.ts";
import { HISTORY_CASES } from "./history-cases.ts";
import { MEDIA_CASES } from "./media-cases.ts";
import { PLAIN_CASES } from "./plain-cases.ts";
import type { RequestCase } from "./request-case.ts";
import { SINGLE_REQUEST_CASES } from "./single-cases.ts";

export const CARRY_CASES: readonly RequestCase[] = [...PLAIN_CASES, ...HISTORY_CASES, ...MEDIA_CASES];

export const REQUEST_CASE_IDS: readonly string[] = [...CARRY_CASES, ...DIFFERENCE_CASES, ...SINGLE_REQUEST_CASES].map(
  ({ id }) => id,
);
