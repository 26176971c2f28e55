import type { AttemptName } from "../model/events.ts";
import type { AssistantMessage } from "../model/message.ts";
import type { ResolvedRequest } from "../handoff/resolve-request.ts";
import type { ReasoningEffort, Request } from "../model/request.ts";
import type { Chain } from "./chain.ts";
import type { EngineEvent } from "./engine-events.ts";

/**
 * Makes an observer for one chain. Called once, while the chain is built, so that the numbers of calls, which each chain
 * counts for itself, never meet. What it throws goes to `onInternalError`, and the chain lives without it.
 */
export type ObserverFactory = (chain: Pick<Chain, "tiers" | "snapshot">) => Observer;

/**
 * Watches a chain, for telemetry. Every method may be left out. What one throws or rejects with changes nothing and goes to
 * `onInternalError`.
 */
export interface Observer {
  /** Sees every decision, in order, as the chain's `onEvent` does. Not waited for. */
  onEvent?(event: EngineEvent): void;
  /**
   * Runs an attempt, for what has to be active while it runs: requests, retries of a transport and reads happen inside it.
   * Has to call `run` at once, and returns what it returns; where it does not, the attempt runs without it. Called behind
   * the attempt's `attempt-start`.
   */
  aroundAttempt?<Running>(attempt: ObservedAttempt, run: () => Running): Running;
  /** Sees prompts and answers, between the events of their call. Nothing is gathered for it where it is left out. */
  onContent?(content: CallContent): void;
}

/** An attempt, and the call that it belongs to. */
export interface ObservedAttempt extends AttemptName {
  /** Counts the calls of the chain, from 1; the same as in events. */
  readonly callId: number;
}

/** What was asked or answered: the objects of the call itself, never copied and never to be changed. */
export type CallContent =
  /** Behind `call-start`: what the caller asks for, before `requestOverrides`. */
  | {
      readonly type: "request";
      /** Counts the calls of the chain, from 1; the same as in events. */
      readonly callId: number;
      /** What is asked. */
      readonly request: Request;
    }
  /** Before the `attempt-end` of each attempt that wrote something, also where nobody was shown it. */
  | {
      readonly type: "answer";
      readonly callId: number;
      /** The attempt that wrote it. */
      readonly attempt: number;
      /** All of it; of an attempt that did not come to its end, text and reasoning as far as they came. */
      readonly message: AssistantMessage;
    };

/** What was asked for, in numbers and words of ours: nothing of the prompt. */
export interface RequestSettings {
  /** Upper bound of output tokens; absent where the request has none. */
  readonly maxOutputTokens?: number | undefined;
  /** As in the request; absent where it has none. */
  readonly temperature?: number | undefined;
  /** As in the request; absent where it has none. */
  readonly topP?: number | undefined;
  /** As in the request; absent where it has none. */
  readonly topK?: number | undefined;
  /** As in the request; absent where it has none. */
  readonly seed?: number | undefined;
  /** How much the model should reason; absent where the request does not say. */
  readonly reasoningEffort?: ReasoningEffort | undefined;
  /** The form of the answer. */
  readonly output: "text" | "json";
  /** How many texts end the answer. */
  readonly stop: number;
  /** How many tools there are. */
  readonly tools: number;
  /** How many messages there are. */
  readonly messages: number;
}

/** A request with its defaults, of a whole call or as one target gets it. */
export type AskedRequest = ResolvedRequest["options"] & Pick<Request, "messages">;

export function settingsOf(request: AskedRequest): RequestSettings {
  const { maxOutputTokens, temperature, topP, topK, seed, reasoning, output, stop, tools, messages } = request;
  return {
    maxOutputTokens,
    temperature,
    topP,
    topK,
    seed,
    reasoningEffort: reasoning.effort,
    output: output.type,
    stop: stop.length,
    tools: tools.length,
    messages: messages.length,
  };
}
