import {
  createChain,
  isUnderstudyError,
  type Chain,
  type ChainOptions,
  type EngineEvent,
  type StreamEvent,
  type TierInput,
  type UnderstudyError,
} from "../src/index.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface Harness {
  readonly clock: VirtualClock;
  readonly events: EngineEvent[];
  readonly chain: (tiers: readonly TierInput[], options?: ChainOptions) => Chain;
}

/** A chain on virtual time, without jitter, that records its engine events. */
export function harness(): Harness {
  const clock = new VirtualClock();
  const events: EngineEvent[] = [];
  return {
    clock,
    events,
    chain: (tiers, options) =>
      createChain(tiers, { clock, random: () => 0, onEvent: (event) => events.push(event), ...options }),
  };
}

/** Starts a call and lets time pass until it settles. */
export async function finish<Value>(clock: VirtualClock, call: Promise<Value>, stepMs = 50): Promise<Value> {
  const progress = { settled: false };
  const mark = (): void => {
    progress.settled = true;
  };
  call.then(mark, mark);
  for (let steps = 0; steps < 100_000; steps++) {
    // oxlint-disable-next-line no-await-in-loop
    await clock.advance(0);
    if (progress.settled) break;
    // oxlint-disable-next-line no-await-in-loop
    await clock.advance(stepMs);
  }
  return call;
}

/** Reads a stream to its end while time passes. */
export async function collect(
  clock: VirtualClock,
  stream: AsyncIterable<StreamEvent>,
): Promise<{ readonly events: StreamEvent[]; readonly error: unknown }> {
  const events: StreamEvent[] = [];
  const reading = (async () => {
    for await (const event of stream) events.push(event);
  })();
  try {
    await finish(clock, reading);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

export const types = (events: readonly { readonly type: string }[]): string[] => events.map((event) => event.type);

export function shownText(events: readonly StreamEvent[]): string {
  return events.map((event) => (event.type === "text-delta" ? event.delta : "")).join("");
}

/** What a call that has to fail is rejected with. */
export async function rejection(clock: VirtualClock, call: Promise<unknown>): Promise<UnderstudyError> {
  try {
    await finish(clock, call);
  } catch (error) {
    if (isUnderstudyError(error)) return error;
    throw error;
  }
  throw new Error("The call was answered.");
}

/** How a call ends, one way or the other. */
export async function settled<Value>(
  clock: VirtualClock,
  call: Promise<Value>,
): Promise<{ readonly value: Value | undefined; readonly error: UnderstudyError | undefined }> {
  try {
    return { value: await finish(clock, call), error: undefined };
  } catch (error) {
    if (isUnderstudyError(error)) return { value: undefined, error };
    throw error;
  }
}

/** A controller whose signal counts its listeners. */
export function countedController(): { readonly controller: AbortController; readonly listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const added = signal.addEventListener.bind(signal);
  const removed = signal.removeEventListener.bind(signal);
  const count = { listeners: 0 };
  Object.assign(signal, {
    addEventListener: (...args: Parameters<typeof added>) => {
      count.listeners++;
      added(...args);
    },
    removeEventListener: (...args: Parameters<typeof removed>) => {
      count.listeners--;
      removed(...args);
    },
  });
  return { controller, listeners: () => count.listeners };
}
