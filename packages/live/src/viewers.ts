import type { Clock } from "@understudy/core";
import type { LiveState } from "./state.ts";

/** One snapshot a second while somebody looks. */
const PACE_MS = 1_000;
/** What happens is shown after so long, together with what happens meanwhile. */
const NEWS_MS = 100;
/** Bytes that wait for a viewer who does not read. */
const MOST_WAITING = 256 * 1_024;

const MOST_VIEWERS = 8;

/** Those who look. Each gets the whole state: nothing has to be put together, and one that was missed is missed by nobody. */
export class Viewers {
  readonly #clock: Clock;
  readonly #state: () => LiveState;
  readonly #encoder = new TextEncoder();
  readonly #viewers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #timer: unknown;
  #dueAt = Infinity;

  constructor(clock: Clock, state: () => LiveState) {
    this.#clock = clock;
    this.#state = state;
  }

  get isFull(): boolean {
    return this.#viewers.size >= MOST_VIEWERS;
  }

  /** A body of server-sent events; its end is the viewer's. */
  join(): ReadableStream<Uint8Array> {
    let viewer: ReadableStreamDefaultController<Uint8Array> | undefined;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          viewer = controller;
          this.#viewers.add(controller);
          controller.enqueue(this.#encoder.encode("retry: 2000\n\n"));
          controller.enqueue(this.#message());
          this.#arm(PACE_MS);
        },
        cancel: () => {
          if (viewer !== undefined) this.#leave(viewer);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
    );
  }

  /** Something happened. */
  news(): void {
    if (this.#viewers.size > 0) this.#arm(NEWS_MS);
  }

  #tell(): void {
    this.#dueAt = Infinity;
    const message = this.#message();
    for (const viewer of this.#viewers) {
      if ((viewer.desiredSize ?? 0) >= message.byteLength) viewer.enqueue(message);
      else this.#drop(viewer);
    }
    if (this.#viewers.size > 0) this.#arm(PACE_MS);
  }

  /** It connects again by itself, if it is still there. */
  #drop(viewer: ReadableStreamDefaultController<Uint8Array>): void {
    this.#leave(viewer);
    viewer.error(new Error("The viewer does not read."));
  }

  #leave(viewer: ReadableStreamDefaultController<Uint8Array>): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#clock.clearTimeout(this.#timer);
    this.#dueAt = Infinity;
  }

  #arm(delayMs: number): void {
    const dueAt = this.#clock.now() + delayMs;
    if (dueAt >= this.#dueAt) return;
    this.#clock.clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = this.#clock.setTimeout(() => this.#tell(), delayMs, true);
  }

  #message(): Uint8Array {
    return this.#encoder.encode(`event: state\ndata: ${JSON.stringify(this.#state())}\n\n`);
  }
}
