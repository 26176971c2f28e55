import { describe, expect, test } from "vitest";
import { redact, secretsOf } from "./redact.ts";

describe("redact", () => {
  test("takes out the target's own key and whatever looks like one", () => {
    const text =
      "own-secret-1 sk-ant-api03-abcdef sk-abc***wxyz AIzaSyA1234567890abcdef Bearer abc.def eyJhbGciOiJI.eyJzdWIi.x";

    expect(redact(text, ["own-secret-1"])).toBe(Array.from({ length: 6 }, () => "[redacted]").join(" "));
  });

  test("keeps ordinary words", () => {
    expect(redact("The key-value store asks for task-based risk-taking.")).toBe(
      "The key-value store asks for task-based risk-taking.",
    );
  });

  test("escapes control characters, so that nobody can forge a log line", () => {
    expect(redact("a\r\n\u001b[31mb\u2028")).toBe("a\\u000d\\u000a\\u001b[31mb\\u2028");
  });

  test("cuts at 500 characters and never keeps half a key at the cut", () => {
    const keys = Array.from({ length: 10 }, () => `sk-${"a".repeat(404)}`).join(" ");
    const long = `${keys} own-secret-that-is-long`;

    expect(redact("x".repeat(600))).toHaveLength(500);
    expect(redact(long, ["own-secret-that-is-long"])).not.toContain("own-s");
  });
});

describe("secretsOf", () => {
  test("counts the credential and the values of the caller's own headers, with and without their scheme", () => {
    const secrets = secretsOf("Bearer own-token", { "x-tenant-token": "tenant-4711", authorization: "Basic dXNlcjpw" });

    expect(redact("own-token, tenant-4711, dXNlcjpw", secrets)).toBe("[redacted], [redacted], [redacted]");
  });

  test("does not take flags and short names for secrets", () => {
    expect(secretsOf("", { "x-mode": "on", "x-env": "staging" })).toEqual(["", ""]);
  });
});
