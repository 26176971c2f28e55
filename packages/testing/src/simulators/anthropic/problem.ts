import type { WireObject } from "../json.ts";

/** What a check needs to know of the request besides its body. */
export interface AnthropicRequest {
  readonly body: WireObject;
  readonly model: string;
  /** Value of `anthropic-version`. */
  readonly version: string;
  /** Value of `anthropic-beta`, plus whether the beta path was used. */
  readonly betas: string;
  readonly organization: string;
}

/** A refusal in the vendor's words; its status is 400. */
export type Problem = string | undefined;
