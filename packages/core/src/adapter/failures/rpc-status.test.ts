import { describe, expect, test } from "vitest";
import { classifyFailures } from "./http-failure.ts";
import { readRpcStatus, RPC_LIMITS, RPC_STATUSES } from "./rpc-status.ts";

const failures = classifyFailures(
  { rows: [...RPC_LIMITS, ...RPC_STATUSES], readError: readRpcStatus, requestIdHeaders: [] },
  [],
);

describe("readRpcStatus", () => {
  const error = { code: 429, status: "RESOURCE_EXHAUSTED", message: "Quota exceeded." };

  test.each([
    ["as it is", { error }],
    ["in an array", [{ error }]],
    ["as the text of an event", `data: ${JSON.stringify({ error })}\n\n`],
  ])("reads an error %s", (_name, body) => {
    expect(readRpcStatus(body)).toMatchObject({
      type: "RESOURCE_EXHAUSTED",
      code: "RESOURCE_EXHAUSTED",
      message: "Quota exceeded.",
    });
  });

  test("takes reason, quota and wait out of the details", () => {
    const details = [
      { reason: "RATE_LIMIT_EXCEEDED" },
      { violations: [{ quotaId: "InputTokensPerModelPerMinute" }] },
      { retryDelay: "1.5s" },
    ];

    expect(readRpcStatus({ error: { ...error, details } })).toMatchObject({
      type: "Tokens",
      code: "RATE_LIMIT_EXCEEDED",
      retryAfterMs: 1_500,
    });
  });

  test.each([["<html>"], [{ message: "no" }], [{ error: "text" }], [undefined]])("knows nothing of %j", (body) => {
    expect(readRpcStatus(body)).toBeUndefined();
  });
});

test.each([
  ["UNAVAILABLE", "server.overloaded"],
  ["RESOURCE_EXHAUSTED", "rate.unknown"],
  ["ABORTED", "server.error"],
  ["DEADLINE_EXCEEDED", "timeout.upstream"],
  ["UNAUTHENTICATED", "auth.invalid"],
  ["PERMISSION_DENIED", "auth.forbidden"],
  ["NOT_FOUND", "model.not-found"],
  ["INVALID_ARGUMENT", "request.rejected"],
])("takes %s without a number for %s", (status, expected) => {
  expect(failures.inBand({ error: { status } })?.class).toBe(expected);
});
