import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../test/virtual-clock.ts";
import { RefusedFields } from "./refused-fields.ts";

describe("RefusedFields", () => {
  it("holds what a request's own repair leaves out for that request only, until an answer came without it", () => {
    const fields = new RefusedFields();

    expect(fields.with(["seed"])).toEqual(new Set(["seed"]));
    expect(fields.with()).toEqual(new Set());

    fields.remember(["seed"], new VirtualClock());
    expect(fields.with(["top_k"])).toEqual(new Set(["seed", "top_k"]));
  });

  it("forgets after ten minutes", async () => {
    const clock = new VirtualClock();
    const fields = new RefusedFields();
    fields.remember(["stream"], clock);

    await clock.advance(599_000);
    expect(fields.with().has("stream")).toBe(true);
    await clock.advance(1_000);
    expect(fields.with().has("stream")).toBe(false);
  });

  it("holds the newest 64 at most", () => {
    const clock = new VirtualClock();
    const fields = new RefusedFields();
    for (let index = 0; index < 1_500; index++) fields.remember([`field_${index}`], clock);

    const held = Array.from(fields.with());

    expect(held).toHaveLength(64);
    expect(held.at(0)).toBe("field_1436");
  });
});
