import type { AssistantPart, ToolResultPart, UserPart } from "./parts.ts";

/** A turn of the application's user. */
export interface UserMessage {
  /** Written by the application's user. */
  readonly role: "user";
  /** A string is short for one text part. */
  readonly content: string | readonly UserPart[];
}

/** A turn of a model: `answer.message`, or one that the application wrote. */
export interface AssistantMessage {
  /** Written by a model. */
  readonly role: "assistant";
  /** A string is short for one text part. */
  readonly content: string | readonly AssistantPart[];
}

/** The results of the tool calls in the assistant message before it. */
export interface ToolMessage {
  readonly role: "tool";
  /** One result for each call; a call without a result is sent with an error result. */
  readonly content: readonly ToolResultPart[];
}

/** Plain JSON: storing and loading a message changes nothing. */
export type Message = UserMessage | AssistantMessage | ToolMessage;
