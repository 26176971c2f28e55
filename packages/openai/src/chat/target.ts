import { oneOf, readTargetOptions, type Target } from "@understudy/core/adapter";
import { isVendorHost, makeOpenAITarget, OWN_OPTIONS, type OpenAITargetOptions } from "../endpoint.ts";
import { failureTable } from "../errors.ts";
import { openAIModel } from "../models.ts";
import { ChatReader } from "./events.ts";
import { canReason, nativeStops, reasoningOf, toNativeRequest } from "./request.ts";

export interface OpenAIChatTargetOptions extends OpenAITargetOptions {
  /**
   * What the server calls the output limit. Default: `max_completion_tokens` for the vendor's own hosts and for its
   * reasoning models, else `max_tokens`.
   */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens" | undefined;
}

/**
 * One model at one endpoint that speaks Chat Completions: a hosted gateway, vLLM, Ollama, Azure's chat endpoint. Servers
 * on this machine need no key. Never throws: what is wrong is told by `createChain`.
 */
export function chat(model: string, options: OpenAIChatTargetOptions = {}): Target {
  const given = readTargetOptions<OpenAIChatTargetOptions>(model, options, {
    ...OWN_OPTIONS,
    maxTokensField: oneOf("max_tokens", "max_completion_tokens"),
  });
  const { chatTools } = openAIModel(given.model);
  const reasons = canReason(given.model);
  const isVendor = isVendorHost(given.options);
  const maxTokensField = given.options.maxTokensField ?? (isVendor || reasons ? "max_completion_tokens" : "max_tokens");
  return makeOpenAITarget(given, {
    capabilities: {
      tools: chatTools === "unknown" ? chatTools : chatTools !== "never",
      jsonOutput: "unknown",
      urls: "unknown",
      audio: "unknown",
    },
    // Some servers go by an older limit.
    maxIdLength: 40,
    optionsKey: "openaiChat",
    failureTable,
    // Of models the table does not know, most show their reasoning or do not reason.
    plan: (request) => ({ silentReasoning: reasons && reasoningOf(request, model).isThinking, eventsAtOnce: false }),
    toNativeRequest: (request, context) => toNativeRequest(request, model, { ...context, isVendor, maxTokensField }),
    turns: "messages",
    reader: (context, failures, { stop, without = [] }) =>
      new ChatReader(context, failures, stop.slice(nativeStops(model, without)), !without.includes("stream_options")),
  });
}
