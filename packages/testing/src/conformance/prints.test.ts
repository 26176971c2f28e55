/* oxlint-disable no-console -- what is printed is what is tested */
import { expect, test, vi } from "vitest";
import { watchPrints } from "./prints.ts";

test("notes what is printed by the console and straight to stderr, once each, and lets it through", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const write = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  try {
    using watch = watchPrints();
    console.log("one", { two: 2 });
    process.stderr.write("three\n");

    expect(watch.prints).toEqual(["one { two: 2 }", "three\n"]);
    expect([log.mock.calls, write.mock.calls]).toEqual([[["one", { two: 2 }]], [["three\n"]]]);
  } finally {
    vi.restoreAllMocks();
  }
});

test("watches for as long as somebody does, and leaves the console as it was", () => {
  const before = console.warn;
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const spied = console.warn;
  try {
    const first = watchPrints();
    const second = watchPrints();
    first[Symbol.dispose]();
    console.warn("seen by the second");
    second[Symbol.dispose]();
    console.warn("seen by nobody");

    expect(first.prints).toEqual([]);
    expect(second.prints).toEqual(["seen by the second"]);
    expect(warn).toHaveBeenCalledTimes(2);
    expect(console.warn).toBe(spied);
  } finally {
    vi.restoreAllMocks();
  }
  expect(console.warn).toBe(before);
});
