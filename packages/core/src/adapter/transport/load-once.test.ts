import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../../test/virtual-clock.ts";
import { loadOnce, prepareLater } from "./load-once.ts";

function systemError(code: string, errno: number): Error {
  return Object.assign(new Error(`${code}: it did not work, open '/a/file'`), { code, errno, syscall: "open" });
}

function failingFirst(error: unknown): () => Promise<number> {
  let loads = 0;
  return loadOnce(async () => {
    loads += 1;
    if (loads === 1) throw error;
    return loads;
  });
}

describe("loadOnce", () => {
  test("loads once, with what the first caller gave", async () => {
    const given: string[] = [];
    const load = loadOnce((name: string) => {
      given.push(name);
      return Promise.resolve(given.length);
    });

    expect(await Promise.all([load("a"), load("b")])).toEqual([1, 1]);
    expect(await load("c")).toBe(1);
    expect(given).toEqual(["a"]);
  });

  test("forgets a load that failed: all that waited for it fail, the next one tries again", async () => {
    const load = failingFirst(new Error("not now"));

    const settled = await Promise.allSettled([load(), load()]);

    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect([await load(), await load()]).toEqual([2, 2]);
  });

  test.each([
    ["EMFILE", systemError("EMFILE", -24)],
    ["EIO", systemError("EIO", -5)],
    ["ENOENT", systemError("ENOENT", -2)],
    [
      "ERR_INVALID_PACKAGE_CONFIG",
      Object.assign(new Error("Cannot read package config /a/package.json: too many open files."), {
        code: "ERR_INVALID_PACKAGE_CONFIG",
      }),
    ],
    ["TypeError", new TypeError("Failed to fetch dynamically imported module: https://x.test/a.js")],
    ["ChunkLoadError", Object.assign(new Error("Loading chunk 3 failed."), { name: "ChunkLoadError" })],
  ])("says of code that cannot be read (%s) that it is this machine's fault", async (vendorCode, error) => {
    await expect(failingFirst(error)()).rejects.toMatchObject({ class: "local.resource", details: { vendorCode } });
  });

  test("leaves a mistake in the code as it is", async () => {
    const missing = Object.assign(new Error("Cannot find package 'sdk'"), { code: "ERR_MODULE_NOT_FOUND" });

    await expect(failingFirst(missing)()).rejects.toBe(missing);
  });
});

describe("prepareLater", () => {
  test("waits for what a request loads, and prepares one thing after another", async () => {
    const clock = new VirtualClock();
    const done: string[] = [];
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const load = loadOnce(() => first.promise.then(() => done.push("the request's own")));
    const prepared = [
      prepareLater(clock, () => second.promise.then(() => void done.push("first backup"))),
      prepareLater(clock, () => Promise.resolve().then(() => void done.push("second backup"))),
    ];

    const loaded = load();
    await clock.advance(0);
    second.resolve();
    await clock.settle();
    expect(done).toEqual([]);
    first.resolve();
    await Promise.all([loaded, ...prepared]);

    expect(done).toEqual(["the request's own", "first backup", "second backup"]);
  });

  test("never rejects, keeps no process alive, and passes on what has nothing to load", async () => {
    const clock = new VirtualClock();
    const prepared = [
      prepareLater(clock, () => Promise.reject(new Error("no such package"))),
      prepareLater(clock, () => {
        throw new Error("no such package");
      }),
      prepareLater(clock, () => undefined),
    ];

    expect([clock.pending, clock.pendingForeground]).toEqual([3, 0]);
    await clock.advance(0);

    expect(await Promise.all(prepared)).toEqual([undefined, undefined, undefined]);
  });
});
