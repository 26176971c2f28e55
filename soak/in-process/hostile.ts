import type { StreamPart } from "@understudy/core/adapter";
import type { Stage } from "./stage.ts";

type Reads = AsyncIterator<readonly StreamPart[]>;
export type Play = (stage: Stage) => AsyncIterable<readonly StreamPart[]>;

const own = (reads: object): AsyncIterable<readonly StreamPart[]> => ({
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is no iterator, that is the point
  [Symbol.asyncIterator]: () => reads as Reads,
});

const throwing =
  (what: unknown): Play =>
  (stage) =>
    own({
      next: async () => {
        await stage.pause();
        throw what;
      },
    });

const untouchable = new Proxy(
  {},
  {
    get: () => {
      throw new Error("not for reading");
    },
    has: () => {
      throw new Error("not for asking");
    },
  },
);

/** Adapters that break their contract. None of them gives a whole answer. */
export const HOSTILE: readonly Play[] = [
  throwing("a text"),
  throwing(undefined),
  throwing(Object.freeze({ code: "E" })),
  throwing(untouchable),
  () => {
    throw new RangeError("before the first read");
  },
  // It gives no promise.
  () => own({ next: () => ({ done: false, value: [] }) }),
  // What it reads is no list, or of no known kind.
  (stage) => own({ next: async () => stage.pause().then(() => ({ done: false, value: null })) }),
  (stage) =>
    own({
      next: async () => stage.pause().then(() => ({ done: false, value: [{ type: "text-delta", id: "nothing" }] })),
    }),
  // It can be neither stopped nor left, and fails long after it was.
  (stage) =>
    own({
      next: () =>
        new Promise((_, reject) => {
          stage.context.clock.setTimeout(() => reject(new Error("late")), 20_000, false);
        }),
      return: () => new Promise(() => undefined),
    }),
  (stage) =>
    own({
      next: () => stage.pause(Infinity).then(() => new Promise(() => undefined)),
      return: () => Promise.reject(new Error("cannot be left")),
    }),
  // It goes on when it was stopped.
  (stage) => {
    let reads = 0;
    return own({
      next: async () => {
        await new Promise<void>((resolve) => void stage.context.clock.setTimeout(resolve, 400, false));
        return reads++ < 20 ? { done: false, value: [] } : { done: true, value: undefined };
      },
      return: () => {
        throw new Error("cannot be left");
      },
    });
  },
];
