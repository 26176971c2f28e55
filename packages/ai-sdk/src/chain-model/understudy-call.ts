import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamResult } from "@ai-sdk/provider";
import type { Chain, RestartEvent, UnderstudyError } from "@understudy/core";
import { FailoverNotice, isFailoverNotice } from "../failover.ts";
import { misuse } from "../misuse.ts";
import { LiveParts, type Part } from "./live-parts.ts";
import { ChainModel, type UnderstudyModelOptions } from "./model.ts";
import { ON_DEMAND } from "./streams.ts";

/** As often as one answer may begin again. */
const STREAM_RETRIES = 16;
/** Nobody has cancelled: the AI SDK does not repeat streams, so the same stream goes on. */
const UNTAKEN_MS = 1_000;
/** Somebody has cancelled: the AI SDK may load files again before it asks once more, or the reader has left. */
const CANCELLED_MS = 10_000;

/** What `understudyCall` gives, to be spread into one call. */
export interface UnderstudyCall {
  /** For this one call, with all of its steps. */
  readonly model: LanguageModelV4;
  /** Lets the AI SDK take back what a failover voids. */
  readonly streamRetries: number;
  /** As the AI SDK's own, but silent about failovers. */
  readonly onError: (event: {
    /** A failover's notice, or what went wrong. */
    error: unknown;
  }) => void;
}

/**
 * The clean form for `streamText`: `streamText({ ...understudyCall(chain), prompt })`. What a failover voids is in none of
 * `text`, `content`, `response.messages`, parsed output and `onEnd`. To be spread into one call, and made anew for the next
 * one; for agents in `prepareCall`. Needs `ai` 7.0.91: an older one shows each failover as an error before the answer.
 */
export function understudyCall(chain: Chain, options: UnderstudyModelOptions = {}): UnderstudyCall {
  return {
    model: new CallModel(new ChainModel(chain, options)).asModel(),
    streamRetries: STREAM_RETRIES,
    onError: ({ error }) => {
      // The AI SDK's default prints what nobody listens to; this one stands in its place.
      // oxlint-disable-next-line no-console
      if (!isFailoverNotice(error)) console.error(error);
    },
  };
}

type State =
  | { readonly type: "idle" }
  | { readonly type: "running" }
  /** The stream waits at a failover for the AI SDK to ask again. */
  | { readonly type: "parked"; readonly parts: LiveParts; readonly event: RestartEvent; readonly take: () => void }
  /** The call is lost; asking again changes nothing. */
  | { readonly type: "failed"; readonly error: unknown };

const IDLE: State = { type: "idle" };
const RUNNING: State = { type: "running" };

/** The model of one call: at a failover its stream ends in a notice, and the next one goes on where it stopped. */
class CallModel {
  readonly #asked: ChainModel;
  #state: State = IDLE;
  #owner: LanguageModelV4CallOptions | undefined;

  constructor(asked: ChainModel) {
    this.#asked = asked;
  }

  asModel(): LanguageModelV4 {
    const asked = this.#asked;
    return {
      ...asked.identity(),
      get modelId() {
        return asked.modelId;
      },
      doGenerate: (call) => asked.generate(call),
      doStream: (call) => this.#open(call),
    };
  }

  async #open(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const state = this.#state;
    const isRepeated = this.#owner !== undefined && isSameCall(this.#owner, call);
    if (state.type === "running" || (state.type === "parked" && !isRepeated)) throw busy();
    if (state.type === "parked") {
      const { parts, event } = state;
      state.take();
      this.#state = RUNNING;
      return { stream: this.#stream(parts, [{ type: "stream-start", warnings: [] }, ...parts.restart(event)]) };
    }
    this.#state = RUNNING;
    this.#owner = call;
    try {
      if (state.type === "failed" && isRepeated) throw state.error;
      const opened = await this.#asked.open(call);
      if (opened instanceof LiveParts) return { stream: this.#stream(opened, []) };
      this.#state = IDLE;
      return { stream: opened };
    } catch (error) {
      this.#state = IDLE;
      throw error;
    }
  }

  #stream(parts: LiveParts, head: readonly Part[]): ReadableStream<Part> {
    let first = head;
    let parking: Parking | undefined;
    return new ReadableStream<Part>(
      {
        pull: async (controller) => {
          let given = first;
          first = [];
          while (given.length === 0) {
            // oxlint-disable-next-line no-await-in-loop -- until there is something to hand on
            const step = await parts.read().catch((error: unknown) => {
              this.#state = IDLE;
              throw error;
            });
            if (step.type === "failover") {
              controller.enqueue({ type: "error", error: new FailoverNotice(step.event) });
              parking = this.#park(parts, step.event);
              // Else the AI SDK's pipe would read one part more than it hands on.
              // oxlint-disable-next-line no-await-in-loop
              given = await parking.untaken;
              parking = undefined;
              continue;
            }
            given = step.parts;
            if (step.type !== "last") continue;
            for (const part of given) controller.enqueue(part);
            this.#state = "error" in step ? { type: "failed", error: step.error } : IDLE;
            controller.close();
            return;
          }
          for (const part of given) controller.enqueue(part);
        },
        cancel: () => {
          if (parking !== undefined) {
            parking.cancelled();
            return;
          }
          parts.leave();
          this.#state = IDLE;
        },
      },
      ON_DEMAND,
    );
  }

  #park(parts: LiveParts, event: RestartEvent): Parking {
    const untaken = Promise.withResolvers<readonly Part[]>();
    let timer = setTimeout(() => {
      this.#state = RUNNING;
      untaken.resolve(parts.seam(event, this.#asked.marker(event.marker)));
    }, UNTAKEN_MS);
    this.#state = { type: "parked", parts, event, take: () => clearTimeout(timer) };
    return {
      untaken: untaken.promise,
      cancelled: () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          this.#state = IDLE;
          parts.leave();
        }, CANCELLED_MS);
        // It alone keeps no process alive; outside Node timers are numbers.
        if (typeof timer === "object") timer.unref();
      },
    };
  }
}

interface Parking {
  /** Resolves with what marks the failover, when nobody has asked again and nobody has cancelled. */
  readonly untaken: Promise<readonly Part[]>;
  readonly cancelled: () => void;
}

/**
 * Whether the AI SDK asks again, and not somebody else who was given the same model: an answer that waits must not reach
 * another call.
 */
function isSameCall(one: LanguageModelV4CallOptions, other: LanguageModelV4CallOptions): boolean {
  if (one.abortSignal !== other.abortSignal) return false;
  return one.abortSignal !== undefined || inWords(one) === inWords(other);
}

function inWords({ prompt }: LanguageModelV4CallOptions): string {
  return JSON.stringify(prompt, (_, value: unknown) => (value instanceof Uint8Array ? value.length : value));
}

function busy(): UnderstudyError {
  return misuse(
    "invalid-request",
    "This model answers one call at a time: call understudyCall() anew for every call, or use understudy().",
  );
}
