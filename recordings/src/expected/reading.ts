import type { FailureClass, FinishReason, JsonValue, Usage } from "@understudy/core";
import { isFields } from "../recordings.ts";

export interface ReadToolCall {
  /** Absent where the vendor gives none. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly input?: JsonValue | undefined;
  /** In place of `input` where the arguments are no JSON. */
  readonly inputText?: string | undefined;
}

/** What an answer says, in the words of the normalized model, and nothing about how it came. */
export interface Reading {
  /** Why there is no answer. `stream.truncated` where the vendor gave no sign of completion. */
  readonly failure?: FailureClass | undefined;
  /** Told in the body of the failure. */
  readonly requestId?: string | undefined;
  readonly finishReason?: FinishReason | undefined;
  readonly rawFinishReason?: string | undefined;
  readonly model?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ReadToolCall[];
  readonly refusal?: string | undefined;
  /** The URL of each citation; empty for one without. */
  readonly citations: readonly string[];
  /** URLs. */
  readonly sources: readonly string[];
  /** Kinds of the blocks without a common meaning. */
  readonly opaque: readonly string[];
  /** Media types of images, audio and files. */
  readonly media: readonly string[];
}

export type Fields = Readonly<Record<string, unknown>>;

/** Reads the answers of one wire by what its documentation says, without any code of the adapters. */
export interface ExpectedWire {
  /** Events of a stream, whole or cut, to the answer as the vendor sends it in one piece. */
  assemble(events: readonly unknown[]): Fields;
  /** An answer in one piece. */
  read(answer: Fields): Reading;
  /** What the vendor wants back of its answer in the next request, as it came. */
  kept(answer: Fields): readonly unknown[];
  /** The same of what a request holds of earlier answers. */
  sent(request: Fields): readonly unknown[];
}

export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

export function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Arguments written as text. */
export function argumentsOf(text: string): Pick<ReadToolCall, "input" | "inputText"> {
  if (text.trim() === "") return { input: {} };
  try {
    const input: JsonValue = JSON.parse(text);
    return { input };
  } catch {
    return { inputText: text };
  }
}

/** Without fields that say nothing, so that absent and undefined compare as equal. */
export function known<Value extends object>(value: Value): Partial<Value> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only fields are left out
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<Value>;
}

/** An id that an adapter made up for a call, because the vendor gave none. */
export function isOwnId(id: string): boolean {
  return /^call_[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id);
}
