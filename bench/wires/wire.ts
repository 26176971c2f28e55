/** The wires that are measured. DeepSeek speaks Chat Completions with field names of its own. */
export const wireNames = [
  "anthropic",
  "openai-responses",
  "openai-chat",
  "gemini",
  "deepseek",
  "mistral",
  "xai",
  "bedrock",
] as const;

export type WireName = (typeof wireNames)[number];

export function isWireName(value: string): value is WireName {
  return wireNames.some((name) => name === value);
}

/** A whole event, ready for the socket: text, or a binary frame. */
export type Piece = string | Uint8Array;

/** How one vendor writes an answer. */
export interface Wire {
  readonly contentType: string;
  /** The model that requests name; the server ignores it. */
  readonly model: string;
  /** Events before the first text. */
  opening(): readonly Piece[];
  /** The event that carries the text delta number `index`. */
  delta(index: number, text: string): Piece;
  /** Events after the last text; `text` is the whole answer, which some vendors repeat. */
  closing(text: string, deltas: number): readonly Piece[];
  /** The event of a failure inside a stream. */
  failure(): Piece;
  /** The same answer in one piece. */
  whole(text: string): unknown;
  /** The body of a 503. */
  unavailable(): unknown;
}
