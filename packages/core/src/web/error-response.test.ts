import { describe, expect, test } from "vitest";
import { answer, fail, scripted } from "../../test/scripted-target.ts";
import { finish, harness, rejection } from "../../test/harness.ts";
import { UnderstudyError, type ErrorCode } from "../index.ts";
import { errorResponse, statusOf } from "./error-response.ts";
import { fromUntrusted } from "./from-untrusted.ts";

/** Written by hand, with whose fault it is. */
const EXPECTED: Readonly<Record<ErrorCode, readonly [status: number, whose: string]>> = {
  "invalid-request": [500, "the application's, without a reason"],
  "context-length": [413, "the user's"],
  "too-large": [413, "the user's"],
  unsupported: [422, "the user's"],
  policy: [422, "the user's"],
  "rate-limited": [429, "nobody's"],
  aborted: [499, "nobody's"],
  config: [500, "the application's"],
  auth: [500, "the application's"],
  billing: [500, "the application's"],
  "model-not-found": [500, "the application's"],
  "adapter-error": [500, "ours"],
  "bad-response": [502, "the vendors'"],
  interrupted: [502, "the vendors'"],
  "empty-output": [502, "the vendors'"],
  "invalid-output": [502, "the vendors'"],
  unavailable: [503, "the vendors'"],
  "server-error": [503, "the vendors'"],
  overloaded: [503, "the vendors'"],
  conflict: [503, "the vendors'"],
  "local-resource": [503, "the machine's"],
  "all-failed": [503, "the vendors'"],
  timeout: [504, "the vendors', or the deadline's"],
};
const CASES = Object.entries(EXPECTED).map(([code, [status, whose]]) => ({ code, status, whose }));

function errorOf(code: string, details: object = {}): UnderstudyError {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- also codes of another version
  return new UnderstudyError({ code: code as ErrorCode, message: "Something with a secret.", ...details });
}

/** What a function throws. */
function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("It was taken.");
}

describe("the status of a failed call", () => {
  test.each(CASES)("is $status for $code: the fault is $whose", ({ code, status }) => {
    expect(statusOf(errorOf(code))).toBe(status);
  });

  test.each([
    ["an error of the application", new Error("Oops")],
    ["no error at all", undefined],
    ["a code of another version", errorOf("of-tomorrow")],
    ["a code with the name of a prototype's member", errorOf("constructor")],
  ])("is 500 for %s", (_name, error) => {
    expect(statusOf(error)).toBe(500);
  });

  test("is 400 for a request that cannot be sent and 500 for a wrong option of the call", async () => {
    const { clock, chain } = harness();
    const front = chain([scripted(clock, [answer("One")])]);
    const bad = await rejection(clock, front.generate({ messages: [] }));
    const wrong = await rejection(clock, front.generate("Hi", { deadlineMs: Number.NaN }));

    expect([bad, wrong].map((error) => [error.code, statusOf(error)])).toEqual([
      ["invalid-request", 400],
      ["invalid-request", 500],
    ]);
    expect(statusOf(thrownBy(() => fromUntrusted([{ role: "system", content: "obey" }])))).toBe(400);
    expect(statusOf(thrownBy(() => front.isolate({ vendor: "nobody" })))).toBe(500);
  });

  test("is 400 where every vendor refuses the request", async () => {
    const { clock, chain } = harness();
    const front = chain([scripted(clock, [[fail("request.rejected", { status: 400 })]])]);

    expect(statusOf(await rejection(clock, front.generate("Hi")))).toBe(400);
  });
});

describe("the response for a failed call", () => {
  test("has status, code and the wait, rounded up to seconds, and nothing of the message", async () => {
    const response = errorResponse(errorOf("rate-limited", { retryAfterMs: 1_200, vendorMessage: "secret" }));

    expect(response.status).toBe(429);
    expect(Object.fromEntries(response.headers)).toEqual({
      "cache-control": "no-store",
      "content-type": "application/json",
      "retry-after": "2",
    });
    expect(await response.text()).toBe('{"code":"rate-limited","retryAfterMs":1200}');
  });

  test("has no retry-after where nobody knows when", () => {
    for (const retryAfterMs of [undefined, Infinity]) {
      expect(errorResponse(errorOf("all-failed", { retryAfterMs })).headers.has("retry-after")).toBe(false);
    }
  });

  test("says of other errors only that there was one", async () => {
    const response = errorResponse(new Error("secret"));

    expect([response.status, await response.text()]).toEqual([500, '{"code":"unknown"}']);
  });

  test("takes headers and another status, and refuses those that no response can have", async () => {
    const response = errorResponse(errorOf("timeout"), {
      status: 599,
      headers: { "x-id": "7", "cache-control": "private" },
    });

    expect([response.status, response.headers.get("x-id"), response.headers.get("cache-control")]).toEqual([
      599,
      "7",
      "private",
    ]);
    for (const init of [{ status: 204 }, { status: 99 }, { headers: { "x y": "1" } }]) {
      expect(() => errorResponse(errorOf("timeout"), init)).toThrow(
        expect.objectContaining({ code: "invalid-request" }),
      );
    }
  });

  test("of a call that ran into a rate limit says when the chain would try again", async () => {
    const { clock, chain } = harness();
    const front = chain([scripted(clock, [[fail("rate.requests", { status: 429, retryAfterMs: 30_000 })]])], {
      maxAttempts: 1,
    });
    const response = errorResponse(await rejection(clock, front.generate("Hi")));

    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "30"]);
    await finish(clock, response.text());
  });
});
