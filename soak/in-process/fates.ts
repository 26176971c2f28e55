import { TargetFailure, type FailureClass, type StreamPart, type TargetFailureDetails } from "@understudy/core/adapter";
import { HOSTILE, type Play } from "./hostile.ts";
import type { Stage } from "./stage.ts";

/** What may become of an upstream call. */
export interface Fate {
  readonly name: string;
  /** Of 100 upstream calls. */
  readonly weight: number;
  readonly isFault: boolean;
  /** What ends by itself only long after it was stopped, if ever, is not counted as open. */
  readonly canBeLeft: boolean;
  readonly play: Play;
}

const fault = (name: string, weight: number, play: Play): Fate => ({
  name,
  weight,
  isFault: true,
  canBeLeft: true,
  play,
});

const failing = (reason: FailureClass, weight: number, pieces: number, details: TargetFailureDetails = {}): Fate =>
  fault(`${reason}${pieces > 0 ? " after content" : ""}`, weight, async function* fail(stage) {
    yield* stage.begin(pieces);
    await stage.pause();
    throw new TargetFailure(reason, details);
  });

const hanging = (name: string, weight: number, pieces: number): Fate =>
  fault(name, weight, async function* hang(stage) {
    yield* stage.begin(pieces);
    await stage.pause(Infinity);
  });

async function* endWithoutContent(stage: Stage): AsyncGenerator<readonly StreamPart[], void> {
  await stage.pause();
  yield [{ type: "end", finishReason: "stop", rawFinishReason: "stop" }];
}

async function* endTwice(stage: Stage): AsyncGenerator<readonly StreamPart[], void> {
  yield* stage.answer();
  yield* endWithoutContent(stage);
}

const CLOSED = { beforeResponse: true, connection: "reused" } as const;

/** 70 whole answers of 100. What needs a person (keys, credit) is left out: it would block its target for good. */
export const FATES: readonly [Fate, ...Fate[]] = [
  { name: "whole", weight: 69, isFault: false, canBeLeft: true, play: (stage) => stage.answer() },
  { name: "whole, and more", weight: 1, isFault: false, canBeLeft: true, play: endTwice },
  failing("server.error", 3.5, 0, { status: 500 }),
  failing("server.overloaded", 0.4, 0, { status: 529 }),
  failing("server.gateway", 1, 0, { status: 502 }),
  failing("rate.requests", 0.4, 0, { status: 429, retryAfterMs: 1_000 }),
  failing("network.reset", 2, 0, CLOSED),
  failing("network.connect-timeout", 1, 0),
  failing("unknown", 1, 0, { status: 418 }),
  failing("server.error", 2, 1, { status: 500 }),
  failing("stream.reset", 3, 3),
  failing("stream.truncated", 3, 3),
  failing("stream.malformed", 2, 1),
  hanging("hangs", 1, 0),
  hanging("hangs after content", 1, 2),
  fault("no end", 2, (stage) => stage.begin(2)),
  fault("empty", 3, endWithoutContent),
  ...HOSTILE.map((play, index): Fate => ({
    name: `hostile ${index + 1}`,
    weight: 3.7 / HOSTILE.length,
    isFault: true,
    canBeLeft: false,
    play,
  })),
];
