import { describe, expect, test } from "vitest";
import { BACKUP, faultsOf, OURS, PATIENCE_MS, play, SAID, SCENARIOS, type Outcome } from "./scenarios.ts";
import { MARKER } from "./set-up.ts";

describe.each(OURS)("22: $name", (arrangement) => {
  test.each(SCENARIOS)("ends with the backup's answer alone on the screen after $name", async (scenario) => {
    const outcome = await play(scenario, arrangement);

    const isClean = arrangement.name.startsWith("understudyCall") || !scenario.isShown;
    const { text, finishReason, screens, requests, toolRuns, ms } = outcome;
    expect(text).toBe(isClean ? BACKUP : `${SAID}${MARKER}${BACKUP}`);
    expect(finishReason).toBe("stop");
    expect(screens.at(-1)).toBe(BACKUP);
    expect(screens.includes(SAID)).toBe(scenario.isShown);
    expect(screens.filter((screen) => ![SAID, BACKUP].some((answer) => answer.startsWith(screen)))).toEqual([]);
    expect(requests).toEqual([1, 1]);
    expect(toolRuns).toBe(0);
    // Of the others a time says nothing but how busy the machine is.
    const waited = scenario.isStall === true ? ms : PATIENCE_MS;
    expect(waited).toBeGreaterThanOrEqual(PATIENCE_MS);
    expect(waited).toBeLessThan(PATIENCE_MS + 1_000);
    expect(faultsOf(outcome)).toEqual([]);
  });
});

const GOOD: Outcome = {
  text: "From backup.",
  finishReason: "stop",
  screens: ["", "The sky ", "", "From ", "From backup."],
  requests: [1, 1],
  toolRuns: 0,
  ms: 20,
  hangs: false,
};

describe("the judge of the table", () => {
  test.each<[string, Partial<Outcome>, readonly string[]]>([
    ["the backup's answer alone", {}, []],
    ["half, marker and the backup's answer as text", { text: "The sky \n\n—on—\n\nFrom backup." }, []],
    [
      "two answers as one",
      { text: "The sky From backup.", screens: ["The sky ", "The sky From backup."] },
      ['shows "The sky From backup."', "glues two answers", "its text is another"],
    ],
    ["half an answer", { text: "The sky ", screens: ["The sky "] }, ['shows "The sky "', "its text is another"]],
    ["nothing", { text: undefined, screens: [] }, ["no answer", "its text is another"]],
    ["the first vendor asked again", { requests: [3, 1] }, ["asks A 3 times"]],
    ["a tool that ran", { toolRuns: 1 }, ["runs a tool of a void answer"]],
    ["no end", { hangs: true }, ["hangs"]],
  ])("says of %s what is wrong", (_title, changed, faults) => {
    expect(faultsOf({ ...GOOD, ...changed })).toEqual(faults);
  });
});
