import { readTargetOptions, type Target } from "@understudy/core/adapter";
import { chat, type OpenAIChatTargetOptions } from "./chat/target.ts";
import { makeOpenAITarget, OWN_OPTIONS, type OpenAITargetOptions } from "./endpoint.ts";
import { failureTable } from "./errors.ts";
import { ResponsesReader } from "./events.ts";
import { reasoningOf, toNativeRequest } from "./request.ts";

/** The factory for the Responses API, with that for Chat Completions as its property. */
export interface OpenAI {
  (model: string, options?: OpenAITargetOptions): Target;
  readonly chat: (model: string, options?: OpenAIChatTargetOptions) => Target;
}

/**
 * One model at one endpoint with one key, through the Responses API; `openai.chat` speaks Chat Completions, for
 * endpoints that know only that. The key comes from `apiKey` or, for the vendor's own hosts, `OPENAI_API_KEY`. Never
 * throws: what is wrong is told by `createChain`.
 */
export const openai: OpenAI = Object.assign(responses, { chat });

function responses(model: string, options: OpenAITargetOptions = {}): Target {
  const given = readTargetOptions<OpenAITargetOptions>(model, options, OWN_OPTIONS);
  return makeOpenAITarget(given, {
    capabilities: { tools: true, jsonOutput: true, urls: true, audio: false },
    toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
    failureTable,
    // Summaries come late, and often none comes.
    plan: (request) => ({ silentReasoning: reasoningOf(request, model).isThinking, eventsAtOnce: true }),
    toNativeRequest: (request, context) => toNativeRequest(request, model, context),
    turns: "input",
    reader: (context, failures, { stop }) => new ResponsesReader(context, failures, stop),
  });
}
