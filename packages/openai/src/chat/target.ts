import type { Capabilities, Target } from "@understudy/core/adapter";
import { isVendorHost, makeTarget, type OpenAITargetOptions } from "../connection.ts";
import { failureTable } from "../errors.ts";
import { openAIModel } from "../models.ts";
import { ChatReader } from "./events.ts";
import { ownStops, reasoningOf, toNativeRequest, type ChatContext } from "./request.ts";

export interface OpenAIChatTargetOptions extends OpenAITargetOptions {
  /**
   * What the server calls the output limit. Default: `max_completion_tokens` for the vendor's own hosts and for its
   * reasoning models, else `max_tokens`.
   */
  readonly maxTokensField?: ChatContext["maxTokensField"] | undefined;
}

/**
 * One model at one endpoint that speaks Chat Completions: a hosted gateway, vLLM, Ollama, Azure's chat endpoint. Servers
 * on this machine need no key. Never throws: what is wrong is told by `createChain`.
 */
export function chat(model: string, options: OpenAIChatTargetOptions = {}): Target {
  const { efforts } = openAIModel(model);
  const reasons = efforts !== "unknown" && efforts.length > 0;
  const isVendor = isVendorHost(options);
  const maxTokensField = options.maxTokensField ?? (isVendor || reasons ? "max_completion_tokens" : "max_tokens");
  return makeTarget(model, options, {
    ownOptions: ["maxTokensField"],
    capabilities: capabilitiesOf(model),
    failures: (learned) => failureTable("openaiChat", learned),
    // Of models the table does not know, most show their reasoning or do not reason.
    plan: (request) => ({ silentReasoning: reasons && reasoningOf(request, model).isThinking, eventsAtOnce: false }),
    toNativeRequest: (request, { stream }, loss) =>
      toNativeRequest(request, model, { stream, isVendor, maxTokensField, loss }),
    reader: (request, context, failures) => new ChatReader(context, failures, ownStops(request, model)),
  });
}

function capabilitiesOf(id: string): Capabilities {
  const { chatTools, contextWindow, maxOutputTokens } = openAIModel(id);
  return {
    tools: chatTools === "unknown" ? chatTools : chatTools !== "never",
    images: "unknown",
    urls: "unknown",
    files: "unknown",
    audio: "unknown",
    jsonOutput: "unknown",
    contextWindow,
    maxOutputTokens,
    keepAlives: false,
    toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 40 },
  };
}
