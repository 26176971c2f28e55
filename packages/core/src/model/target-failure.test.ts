import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { TargetRequest } from "./target.ts";
import { TargetFailure } from "./target-failure.ts";

describe("TargetFailure", () => {
  test("keeps ids and codes only where they are some, so that a vendor cannot forge log lines", () => {
    const failure = new TargetFailure("unknown", { vendorCode: "x\nlevel=info", requestId: "r".repeat(65) });

    expect(failure.details).toMatchObject({ vendorCode: undefined, requestId: undefined });
    expect(new TargetFailure("unknown", { vendorCode: "all well" }).details.vendorCode).toBeUndefined();
    expect(new TargetFailure("unknown", { vendorCode: "a_code", requestId: "req-1" }).details).toMatchObject({
      vendorCode: "a_code",
      requestId: "req-1",
    });
  });

  test("keeps what a repair says on one line of at most 200 characters", () => {
    const repair = {
      description: `without x\n2  forged${"!".repeat(300)}`,
      apply: (request: TargetRequest) => request,
    };

    const { description } = new TargetFailure("unknown", { repair }).details.repair ?? {};

    expect(description).toMatch(/^without x\\u000a2 {2}forged!+$/);
    expect(description?.length).toBeLessThan(210);
  });

  test("takes a stated time that is none for no time", () => {
    expect(new TargetFailure("unknown", { retryAfterMs: Number.NaN }).details.retryAfterMs).toBeUndefined();
    expect(new TargetFailure("unknown", { retryAfterMs: -1 }).details.retryAfterMs).toBeUndefined();
    expect(new TargetFailure("unknown", { retryAfterMs: 0 }).details.retryAfterMs).toBe(0);
  });

  test("does not show the vendor's words when it is printed", () => {
    expect(inspect(new TargetFailure("unknown", { vendorMessage: "canary" }))).not.toContain("canary");
  });
});
