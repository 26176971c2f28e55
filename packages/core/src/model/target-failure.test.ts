import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { TargetFailure } from "./target-failure.ts";

describe("TargetFailure", () => {
  test("keeps ids and codes on one printable line, so that a vendor cannot forge log lines", () => {
    const failure = new TargetFailure("unknown", {
      vendorCode: "x\nlevel=info all well\u0007",
      requestId: "r".repeat(500),
    });

    expect(failure.details.vendorCode).toBe("x?level=info all well?");
    expect(failure.details.requestId).toHaveLength(128);
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
