import type { Target } from "@understudy/core/adapter";
import { chat, type OpenAIChatTargetOptions } from "./chat/target.ts";
import type { OpenAITargetOptions } from "./endpoint.ts";
import { responses } from "./responses/target.ts";

/** The factory for the Responses API, with that for Chat Completions as its property. */
export interface OpenAI {
  (model: string, options?: OpenAITargetOptions): Target;
  /** The factory for Chat Completions, for endpoints that do not speak the Responses API. Never throws. */
  readonly chat: (model: string, options?: OpenAIChatTargetOptions) => Target;
}

/**
 * One model at one endpoint with one key, through the Responses API; `openai.chat` speaks Chat Completions, for
 * endpoints that know only that. The key comes from `apiKey` or, for the vendor's own hosts, `OPENAI_API_KEY`. Never
 * throws: what is wrong is reported by `createChain`.
 */
export const openai: OpenAI = Object.assign(responses, { chat });
