import type { WireObject } from "../json.ts";

/** A refusal in the vendor's words; its status is 400. */
export type Problem = string | undefined;

/** What a check needs to know of the request besides its body. */
export interface DeepSeekRequest {
  readonly body: WireObject;
  readonly text: string;
  readonly model: string;
  /** The beta base: prefix continuation, strict tools. */
  readonly beta: boolean;
  readonly thinking: boolean;
}

/** The words in which the vendor's parser complains. */
export function deserialize(text: string, reason: string, near = ""): string {
  const column = Math.max(1, near === "" ? text.length : text.indexOf(near) + near.length);
  return `Failed to deserialize the JSON body into the target type: ${reason} at line 1 column ${column}`;
}
