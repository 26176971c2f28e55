import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { sha256 } from "./sha256.ts";

describe("sha256", () => {
  test("agrees with the platform's at every length around the block border", () => {
    const texts = Array.from({ length: 200 }, (_, length) => "é".repeat(length % 3) + "a".repeat(length));

    for (const text of texts) expect(sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
  });
});
