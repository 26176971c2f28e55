import type { WireObject } from "./json.ts";

/** What a simulated model says, in words that no vendor owns. Every wire turns it into its own frames. */
export interface ScriptedAnswer {
  /** One delta for each element; a plain string is cut into a few. */
  readonly text?: string | readonly string[] | undefined;
  /** Visible reasoning, cut like `text`. Wires that show none only count it. */
  readonly reasoning?: string | readonly string[] | undefined;
  /** Calls of the application's tools, in order. Default: none. */
  readonly toolCalls?: readonly ToolCallAnswer[] | undefined;
  /** The model declines: a refusal text where the wire has one, else only its finish reason. */
  readonly refusal?: string | undefined;
  /** Default: what the content calls for. */
  readonly finish?: Finish | undefined;
  /** Default: estimates from the length of request and answer. */
  readonly usage?: AnswerUsage | undefined;
  /** The model that claims to have answered. Default: the one asked for. */
  readonly model?: string | undefined;
  /** Sources of the text, on wires that cite. */
  readonly citations?: readonly CitationAnswer[] | undefined;
  /**
   * What the vendor's own tools did, between reasoning and text: blocks, items or parts as this vendor sends them, whole.
   * Default: none. Chat wires have none and leave them out.
   */
  readonly hosted?: readonly WireObject[] | undefined;
  /** Pause before each delta, the first too, in milliseconds. Default: none. */
  readonly deltaDelayMs?: number | undefined;
}

/** A tool call of a simulated model. */
export interface ToolCallAnswer {
  /** Default: an id as the vendor makes them. */
  readonly id?: string | undefined;
  /** The tool's name; it need not be one of the request's. */
  readonly name: string;
  /** The arguments. Default `{}`. */
  readonly input?: WireObject | undefined;
  /** The arguments as raw text, for models that write broken JSON. Takes the place of `input`. */
  readonly inputText?: string | undefined;
}

/** A source of the text of a simulated model. */
export interface CitationAnswer {
  /** Address of the source. */
  readonly url: string;
  /** Title of the source. */
  readonly title: string;
  /** The quoted passage, on wires that carry it. */
  readonly citedText?: string | undefined;
}

/** `context` means that the context window is full. `raw` sends a vendor's word as it is. */
export type Finish =
  | "stop"
  | "stop-sequence"
  | "length"
  | "tool-calls"
  | "content-filter"
  | "refusal"
  | "pause"
  | "context"
  | {
      /** A finish reason as the vendor spells it, known or not. */
      readonly raw: string;
    };

/** Token counts as the simulator states them. */
export interface AnswerUsage {
  /** All input, cached input included. */
  readonly inputTokens?: number | undefined;
  /** Part of the input that was read from a cache. Default 0. */
  readonly cacheReadTokens?: number | undefined;
  /** Part of the input that was written to a cache. Default 0. */
  readonly cacheWriteTokens?: number | undefined;
  /** All output, reasoning included. */
  readonly outputTokens?: number | undefined;
  /** Part of the output that was reasoning. */
  readonly reasoningTokens?: number | undefined;
}

/** The deltas of a text: the elements as given, or a string cut into at most four pieces between words. */
export function deltas(text: string | readonly string[] | undefined): readonly string[] {
  if (text === undefined) return [];
  if (typeof text !== "string") return text;
  const words = text.match(/\s*\S+\s*$|\s*\S+|\s+/gu) ?? [];
  const size = Math.ceil(words.length / 4);
  const pieces: string[] = [];
  for (let index = 0; index < words.length; index += size) pieces.push(words.slice(index, index + size).join(""));
  return pieces;
}

export function joined(text: string | readonly string[] | undefined): string {
  return typeof text === "string" ? text : (text ?? []).join("");
}

/** The arguments of a tool call as JSON text. */
export function argumentsOf(call: ToolCallAnswer): string {
  return call.inputText ?? JSON.stringify(call.input ?? {});
}

/** Argument text cut as vendors do: a start, a middle and an end. */
export function argumentDeltas(call: ToolCallAnswer): readonly string[] {
  const text = argumentsOf(call);
  const size = Math.max(1, Math.ceil(text.length / 3));
  const pieces: string[] = [];
  for (let index = 0; index < text.length; index += size) pieces.push(text.slice(index, index + size));
  return pieces;
}

/** How an answer ends: as scripted, else as its content says. */
export function finishOf(answer: ScriptedAnswer): Finish {
  if (answer.finish !== undefined) return answer.finish;
  if (answer.refusal !== undefined) return "refusal";
  return (answer.toolCalls ?? []).length > 0 ? "tool-calls" : "stop";
}

/** Token counts of a scripted answer, all filled in. */
export interface SimulatedUsage {
  /** All input, cached input included. */
  readonly inputTokens: number;
  /** Part of the input that was read from a cache. */
  readonly cacheReadTokens: number;
  /** Part of the input that was written to a cache. */
  readonly cacheWriteTokens: number;
  /** All output, reasoning included. */
  readonly outputTokens: number;
  /** Part of the output that was reasoning. */
  readonly reasoningTokens: number;
}

/** The numbers of an answer: as scripted, else about four characters a token. */
export function usageOf(answer: ScriptedAnswer, request: string): SimulatedUsage {
  const reasoningTokens = answer.usage?.reasoningTokens ?? tokens(joined(answer.reasoning));
  const visible = joined(answer.text) + (answer.refusal ?? "") + (answer.toolCalls ?? []).map(argumentsOf).join("");
  return {
    inputTokens: answer.usage?.inputTokens ?? tokens(request),
    cacheReadTokens: answer.usage?.cacheReadTokens ?? 0,
    cacheWriteTokens: answer.usage?.cacheWriteTokens ?? 0,
    outputTokens: answer.usage?.outputTokens ?? tokens(visible) + reasoningTokens,
    reasoningTokens,
  };
}

function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}
