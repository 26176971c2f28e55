import { describe, expect, test } from "vitest";
import type { Loss } from "../../model/trace.ts";
import { clampEffort } from "./reasoning-effort.ts";

describe("clampEffort", () => {
  test("TR-09 takes the level itself, else the next lower, else the next higher, and says so", () => {
    const losses: Loss[] = [];
    const clamp = (asked: "none" | "high" | "max"): string | undefined =>
      clampEffort(asked, ["medium", "low", "high"], (loss) => losses.push(loss));

    expect([clamp("high"), clamp("max"), clamp("none")]).toEqual(["high", "high", "low"]);
    expect(losses.map((loss) => loss.action)).toEqual(["downgraded", "downgraded"]);
  });

  test("drops the level for a model that has none", () => {
    const losses: Loss[] = [];

    expect(clampEffort("high", [], (loss) => losses.push(loss))).toBeUndefined();
    expect(losses).toMatchObject([{ what: "reasoning.effort", action: "dropped" }]);
  });
});
