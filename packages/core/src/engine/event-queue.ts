import { watch } from "../model/promises.ts";
import { isTargetFailure } from "../model/target-failure.ts";
import type { Attempt, EndPart } from "./attempt/attempt.ts";
import type { EngineEvent } from "./engine-events.ts";
import type { CallContent, Observer } from "./observers.ts";

/**
 * What a chain has to report to those who watch it, in order. Noted in the middle of a step, reported between two: what a hook does (abort the
 * call, isolate a target, make another call) never happens inside of what the engine is doing.
 */
export class EventQueue {
  readonly #observers: Observer[] = [];
  readonly #around: Observer[] = [];
  readonly #onInternalError: (error: unknown) => void;
  readonly #noted: (EngineEvent | CallContent)[] = [];
  #isTelling = false;
  #isRead = false;

  constructor(onInternalError: (error: unknown) => void) {
    this.#onInternalError = onInternalError;
  }

  /** Whether anyone sees prompts and answers. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** What makes it may throw, or make something else. */
  join(make: () => Observer): void {
    this.#guard(() => {
      const observer = make();
      if (observer.onContent !== undefined) this.#isRead = true;
      if (observer.aroundAttempt !== undefined) this.#around.push(observer);
      this.#observers.push(observer);
      return observer;
    });
  }

  note(news: EngineEvent | CallContent): void {
    this.#noted.push(news);
  }

  /** Calls the hooks with all that was noted. Never throws. */
  tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    // Also what is noted meanwhile.
    for (const news of this.#noted) {
      for (const observer of this.#observers) {
        this.#guard(() => (isContent(news) ? observer.onContent?.(news) : observer.onEvent?.(news)));
      }
    }
    this.#noted.length = 0;
    this.#isTelling = false;
  }

  /** Runs an attempt inside of all that observers keep active around it. Whatever they do, it runs, and once. */
  run(attempt: Attempt, callId: number, index = 0): Promise<EndPart> {
    const observer = this.#around[index];
    if (observer === undefined || attempt.isRunning) return attempt.run();
    const inside = (): Promise<EndPart> => this.run(attempt, callId, index + 1);
    this.#guard(() => observer.aroundAttempt?.({ ...attempt.name, callId }, inside));
    if (!attempt.isRunning) this.#onInternalError(new TypeError("aroundAttempt has to call run at once."));
    return inside();
  }

  #guard(hook: () => unknown): void {
    const onInternalError = this.#onInternalError;
    try {
      // An async hook around an attempt hands on how that failed.
      watch(hook(), (error) => isTargetFailure(error) || onInternalError(error));
    } catch (error) {
      onInternalError(error);
    }
  }
}

function isContent(news: EngineEvent | CallContent): news is CallContent {
  return news.type === "request" || news.type === "answer";
}
