import type { AssistantPart, ToolResultPart, UserPart } from "./parts.ts";

export interface UserMessage {
  readonly role: "user";
  readonly content: string | readonly UserPart[];
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: string | readonly AssistantPart[];
}

/** The results of the tool calls in the assistant message before it. */
export interface ToolMessage {
  readonly role: "tool";
  readonly content: readonly ToolResultPart[];
}

/** Plain JSON: storing and loading a message changes nothing. */
export type Message = UserMessage | AssistantMessage | ToolMessage;
