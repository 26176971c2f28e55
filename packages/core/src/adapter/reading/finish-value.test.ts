import { describe, expect, test } from "vitest";
import { isTargetFailure } from "../../model/target-failure.ts";
import { checkFinishValue } from "./finish-value.ts";

describe("checkFinishValue", () => {
  test.each(["error", "abort", "aborted", "cancelled", "canceled", "failed", "timeout", "ABORT", "Cancelled"])(
    "R5.7 throws server.error for %s",
    (value) => {
      let thrown: unknown;
      try {
        checkFinishValue(value);
      } catch (error) {
        thrown = error;
      }

      expect(isTargetFailure(thrown) && [thrown.class, thrown.details.vendorCode]).toEqual(["server.error", value]);
    },
  );

  test.each(["stop", "length", "", "error_free", "a_reason_of_the_future"])("lets %j pass", (value) => {
    expect(() => checkFinishValue(value)).not.toThrow();
  });
});
