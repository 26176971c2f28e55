import { watch } from "../model/promises.ts";
import type { EngineEvent } from "./engine-events.ts";

export interface EventQueueSetup {
  readonly onEvent: ((event: EngineEvent) => void) | undefined;
  readonly onInternalError: (error: unknown) => void;
}

/**
 * What a chain has to report, in order. Noted in the middle of a step, reported between two: what a hook does (abort the
 * call, isolate a target, make another call) never happens inside of what the engine is doing.
 */
export class EventQueue {
  readonly #setup: EventQueueSetup;
  readonly #noted: EngineEvent[] = [];
  #isTelling = false;

  constructor(setup: EventQueueSetup) {
    this.#setup = setup;
  }

  note(event: EngineEvent): void {
    this.#noted.push(event);
  }

  /** Calls the hook with all that was noted. Never throws. */
  tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    // Also what is noted meanwhile.
    for (const event of this.#noted) this.#call(event);
    this.#noted.length = 0;
    this.#isTelling = false;
  }

  #call(event: EngineEvent): void {
    const { onEvent, onInternalError } = this.#setup;
    try {
      watch(onEvent?.(event), onInternalError);
    } catch (error) {
      onInternalError(error);
    }
  }
}
