import type { ScriptedAnswer } from "../../simulators/answer.ts";
import { ANSWER, TOOL_CALL } from "../answer.ts";
import { CUT_OFF, type FaultCase } from "./fault-case.ts";

const UNHURRIED: ScriptedAnswer = { ...ANSWER, deltaDelayMs: 60 };

/** Finish values that mean that the server broke the answer off. */
const BREAKS = ["abort", "cancelled", "error", "failed", "timeout"] as const;

/** Finish reasons that come before the end, and those that say that there is no answer. */
export const FINISH_CASES: readonly FaultCase[] = [...early(), ...BREAKS.flatMap(brokenOff)];

function early(): FaultCase[] {
  const words = {
    every: "in every delta",
    first: "in the first delta only",
    "first-and-last": "in the first delta and at the end",
  };
  const places = ["every", "first", "first-and-last"] as const;
  return [
    ...places.map((where): FaultCase => ({
      id: `early-finish.${where}`,
      name: `a finish reason ${words[where]}`,
      fault: { type: "early-finish", in: where },
      answer: UNHURRIED,
      expected: "answered",
      slow: true,
    })),
    {
      id: "early-finish.paused",
      name: "a finish reason in every delta, with a pause of 1.2 s between two",
      fault: { type: "early-finish", in: "every", ms: 1_200 },
      expected: "answered",
      slow: true,
    },
    ...places.flatMap((where) =>
      (["fin", "reset"] as const).map((how): FaultCase => ({
        id: `early-finish.${where}.${how}`,
        name: `a finish reason ${words[where]}, and a ${how} cut after two`,
        fault: { type: "early-finish", in: where, how },
        expected: CUT_OFF,
      })),
    ),
  ];
}

function brokenOff(raw: (typeof BREAKS)[number]): FaultCase[] {
  return [
    {
      id: `broken-off.${raw}.text`,
      name: `the finish value ${raw} after half of the text`,
      answer: { text: ANSWER.text?.slice(0, 2), finish: { raw } },
      expected: ["server.error"],
    },
    {
      id: `broken-off.${raw}.tool-call`,
      name: `the finish value ${raw} after a whole tool call`,
      answer: { toolCalls: [TOOL_CALL], finish: { raw } },
      tools: true,
      expected: ["server.error"],
    },
  ];
}
