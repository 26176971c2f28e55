import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import type { RequestRepair, TargetRequest } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { KnownRepairs } from "./known-repairs.ts";
import { leaveOut } from "./repairs.ts";

const REQUEST: TargetRequest = {
  messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  reasoning: { visible: true },
  stop: [],
};
const WITHOUT_SEED: RequestRepair = {
  description: "without seed",
  loss: { what: "seed", action: "dropped" },
  apply: (request) => (request.seed === undefined ? request : { ...request, seed: undefined }),
};

function applied(known: KnownRepairs, request: TargetRequest): { readonly request: TargetRequest; losses: Loss[] } {
  const losses: Loss[] = [];
  return { request: known.apply(request, (loss) => losses.push(loss)), losses };
}

describe("KnownRepairs", () => {
  test("R2.16 apply a request's own repair to that request only, until an answer came with it", () => {
    const known = new KnownRepairs();
    const own = { ...REQUEST, repairs: [leaveOut("seed")] };

    expect(known.apply(own).without).toEqual(["seed"]);
    expect(known.apply(REQUEST)).toBe(REQUEST);

    known.remember(own.repairs, new VirtualClock());
    expect(known.apply(REQUEST).without).toEqual(["seed"]);
    expect(known.apply({ ...REQUEST, repairs: [leaveOut("top_k")] }).without).toEqual(["seed", "top_k"]);
    expect(known.apply(own).without).toEqual(["seed"]);
  });

  test("report what a repair takes from a request, and nothing where it changes nothing", () => {
    const known = new KnownRepairs();
    known.remember([WITHOUT_SEED], new VirtualClock());

    expect(applied(known, { ...REQUEST, seed: 7 })).toEqual({
      request: { ...REQUEST, seed: undefined },
      losses: [{ what: "seed", action: "dropped", reason: "the vendor refused it" }],
    });
    expect(applied(known, REQUEST)).toEqual({ request: REQUEST, losses: [] });
  });

  test("R2.16 remember nothing of a repair that concerns one conversation", () => {
    const known = new KnownRepairs();
    const once: RequestRepair = { ...WITHOUT_SEED, once: true };

    known.remember([once], new VirtualClock());

    expect(known.apply({ ...REQUEST, seed: 7 }).seed).toBe(7);
    expect(known.apply({ ...REQUEST, seed: 7, repairs: [once] }).seed).toBeUndefined();
  });

  test("R2.16 forget after ten minutes", async () => {
    const clock = new VirtualClock();
    const known = new KnownRepairs();
    known.remember([leaveOut("stream")], clock);

    await clock.advance(599_000);
    expect(known.apply(REQUEST).without).toEqual(["stream"]);
    await clock.advance(1_000);
    expect(known.apply(REQUEST)).toBe(REQUEST);
  });

  test("hold the newest 64 at most", () => {
    const clock = new VirtualClock();
    const known = new KnownRepairs();
    for (let index = 0; index < 1_500; index++) known.remember([leaveOut(`field_${index}`)], clock);

    const { without = [] } = known.apply(REQUEST);

    expect(without).toHaveLength(64);
    expect(without.at(0)).toBe("field_1436");
  });
});
