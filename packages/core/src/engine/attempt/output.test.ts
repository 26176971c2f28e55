import { describe, expect, test } from "vitest";
import type { StreamEvent } from "../../index.ts";
import { Output } from "./output.ts";

const delta = (text: string): StreamEvent => ({ type: "text-delta", id: "p1", delta: text });
const push = (output: Output, ...texts: readonly string[]): void =>
  output.push(texts.map(delta), texts.join("").length);

const isC = (event: StreamEvent): boolean => event.type === "text-delta" && event.delta === "c";

describe("Output", () => {
  test("gives events in order, whether they wait or are waited for", async () => {
    const output = new Output();
    push(output, "a");
    const reads = [output.next(), output.next(), output.next(), output.next()];
    push(output, "b", "c");
    output.end();

    expect(await Promise.all(reads)).toMatchObject([
      { value: { delta: "a" } },
      { value: { delta: "b" } },
      { value: { delta: "c" } },
      { done: true },
    ]);
  });

  test("a read past unwanted events takes them out, and later reads are answered after it", async () => {
    const output = new Output();
    const order: string[] = [];
    const reads = [output.next(isC), output.next(), output.next()];
    const noted = reads.map((read, index) => read.finally(() => order.push(`read ${index}`)));

    push(output, "a", "b");
    push(output, "c", "d");
    output.fail(new Error("cut"));

    expect(await Promise.allSettled(noted)).toMatchObject([
      { value: { value: { delta: "c" } } },
      { value: { value: { delta: "d" } } },
      { reason: { message: "cut" } },
    ]);
    expect(order).toEqual(["read 0", "read 1", "read 2"]);
    expect(output.hasRoom).toBe(true);
  });

  test("an error is thrown once, behind what came before it", async () => {
    const output = new Output();
    push(output, "a");
    output.fail(new Error("cut"));

    await expect(output.next()).resolves.toMatchObject({ done: false });
    await expect(output.next()).rejects.toThrow("cut");
    await expect(output.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test("the first terminal wins", async () => {
    const output = new Output();
    output.end();
    output.fail(new Error("late"));

    await expect(output.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test("has room for 64 KiB, and again only when all of it was read", async () => {
    const output = new Output();
    for (let count = 0; count < 64; count++) {
      expect(output.hasRoom).toBe(true);
      push(output, "x".repeat(1_008));
    }
    const room = [output.hasRoom];

    for (let reads = 0; reads < 63; reads++) await output.next();
    room.push(output.hasRoom);
    await output.next();
    room.push(output.hasRoom);

    expect(room).toEqual([false, false, true]);
  });

  test("discarding keeps nothing and always has room", () => {
    const output = new Output();
    push(output, "x".repeat(100_000));

    output.discard();
    push(output, "x".repeat(100_000));

    expect(output.hasRoom).toBe(true);
    expect(output.isAwaited).toBe(true);
  });

  test("SQ-17 abandoning ends a read that waits and drops an error that nobody has seen", async () => {
    const waiting = new Output();
    const read = waiting.next();
    waiting.abandon();
    const failed = new Output();
    failed.fail(new Error("unseen"));
    failed.abandon();

    await expect(read).resolves.toEqual({ done: true, value: undefined });
    await expect(failed.next()).resolves.toEqual({ done: true, value: undefined });
  });
});
