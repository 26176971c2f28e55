import { describe, expect, test } from "vitest";
import { BACKUP, OURS, PATIENCE_MS, play, SCENARIOS } from "./scenarios.ts";
import { MARKER } from "./set-up.ts";

describe.each(OURS)("22: $name", (arrangement) => {
  test.each(SCENARIOS)("ends with the backup's answer after $name", async (scenario) => {
    const { text, finishReason, requests, toolRuns, ms } = await play(scenario, arrangement);

    const isClean = arrangement.name.startsWith("understudyCall") || !scenario.isShown;
    expect(text).toBe(isClean ? BACKUP : `The sky ${MARKER}${BACKUP}`);
    expect(finishReason).toBe("stop");
    expect(requests).toEqual([1, 1]);
    expect(toolRuns).toBe(0);
    expect(ms).toBeGreaterThanOrEqual(scenario.isStall === true ? PATIENCE_MS : 0);
    expect(ms).toBeLessThan(PATIENCE_MS + 1_000);
  });
});
