import { describe, expect, test } from "vitest";
import { parseDuration, retryAfterMs, type WaitSources } from "./retry-after.ts";

/** 2026-11-22T10:00:00Z */
const NOW = 1_795_341_600_000;

function wait(headers: Record<string, string>, rest: Omit<Partial<WaitSources>, "headers"> = {}): number | undefined {
  return retryAfterMs({ headers: new Headers(headers), wallNow: NOW, ...rest });
}

describe("retryAfterMs", () => {
  test("R7.1 takes the sources in their order", () => {
    const all = { reset: "3s", bodyMs: 4_000, text: "Please try again in 5s." };

    expect(wait({ "retry-after-ms": "1000", "retry-after": "2" }, all)).toBe(1_000);
    expect(wait({ "retry-after": "2" }, all)).toBe(2_000);
    expect(wait({}, all)).toBe(3_000);
    expect(wait({}, { ...all, reset: null })).toBe(4_000);
    expect(wait({}, { text: all.text })).toBe(5_000);
    expect(wait({})).toBeUndefined();
  });

  test.each(["-5", "soon", "", "NaN", "1e9", "Thu, 01 Jan 1970"])("goes on to the next source at %j", (value) => {
    expect(wait({ "retry-after-ms": value, "retry-after": value }, { bodyMs: 7_000 })).toBe(7_000);
  });

  test("measures dates on the response's own clock", () => {
    const headers = { "retry-after": "Sun, 22 Nov 2026 03:00:30 GMT", date: "Sun, 22 Nov 2026 03:00:00 GMT" };

    expect(wait(headers)).toBe(30_000);
    expect(wait({ date: "Sun, 22 Nov 2026 03:00:00 GMT" }, { reset: "2026-11-22T03:01:00Z" })).toBe(60_000);
    expect(wait({}, { reset: "2026-11-22T10:00:10Z" })).toBe(10_000);
  });

  test.each<[string, number]>([
    ["60, 60", 60_000],
    ["30, 60", 60_000],
    ["30s", 30_000],
    ["1m30s", 90_000],
    ["500ms", 500],
    [String(NOW / 1_000 + 45), 45_000],
    [String(NOW + 45_000), 45_000],
    ["2026-11-22T10:00:45Z", 45_000],
  ])("reads retry-after: %s", (value, expected) => {
    expect(wait({ "retry-after": value })).toBe(expected);
  });

  test.each(["30, soon", String(NOW / 1_000 - 5), "2026-11-22T09:59:00Z", "0x10", `1${"0".repeat(120)}`])(
    "goes on to the next source at retry-after: %s",
    (value) => {
      expect(wait({ "retry-after": value }, { bodyMs: 7_000 })).toBe(7_000);
    },
  );

  test("reads the fields in common use of a body, where no header and no reading of the vendor's own says it", () => {
    const body = { error: { metadata: { retryAfter: "9" } } };

    expect(wait({}, { body })).toBe(9_000);
    expect(wait({}, { body, bodyMs: 4_000 })).toBe(4_000);
    expect(wait({ "retry-after": "3" }, { body })).toBe(3_000);
    expect(wait({}, { body: { retry_after: -1, retryAfterMs: 800 } })).toBe(800);
    expect(wait({}, { body: { retry_after: { seconds: 3 } }, text: "retry in 2s" })).toBe(2_000);
  });

  test("clamps to half a second and to a day", () => {
    expect(wait({ "retry-after": "0" })).toBe(500);
    expect(wait({ "retry-after": "9999999" })).toBe(86_400_000);
  });

  test.each([
    ["Please try again in 41.724s. Visit", 41_724],
    ["Please retry in 59.44s.", 59_440],
    ["try again in 6m0s", 360_000],
    ["Try again in 20 seconds", 20_000],
    ["Please try again in 1 minute and 5 seconds.", 65_000],
    ["Please wait 2 hours.", 7_200_000],
    ["Retry after: 750 ms", 750],
    ["Try again in 3 days", 86_400_000],
    ["try again in 5 months", undefined],
    ["try again later", undefined],
    [`${" ".repeat(3_000)}try again in 5s`, undefined],
  ])("reads %j", (text, expected) => {
    expect(wait({}, { text })).toBe(expected);
  });
});

describe("parseDuration", () => {
  test.each([
    ["12ms", 12],
    ["1s", 1_000],
    ["6m0s", 360_000],
    ["1h2m3.5s", 3_723_500],
    ["45.5s", 45_500],
    ["", undefined],
    ["5", undefined],
    ["-5s", undefined],
    ["2026-11-22", undefined],
  ])("reads %j", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});
