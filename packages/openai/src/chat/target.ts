import { asObject, asString, readTargetOptions, type Target } from "@understudy/core/adapter";
import { ChatReader, oneOf, plainCallIds } from "@understudy/core/toolkit";
import { makeOpenAITarget, OWN_OPTIONS, urlOf, type OpenAITargetOptions } from "../endpoint.ts";
import { openAIModel } from "../models.ts";
import { dialectOf, DIALECTS } from "./dialects.ts";
import { failureTable } from "./errors.ts";
import { canReason, nativeStops, reasoningOf, toNativeRequest } from "./request.ts";

/** Options of `openai.chat`; every one may be left out. */
export interface OpenAIChatTargetOptions extends OpenAITargetOptions {
  /**
   * What the server calls the output limit. Default: `max_completion_tokens` for the vendor's own hosts and for its
   * reasoning models, else `max_tokens`.
   */
  readonly maxTokensField?: "max_tokens" | "max_completion_tokens" | undefined;
  /**
   * Which server's differences to expect, for a proxy in front of it. Default: that of the host, else `compatible`, none.
   */
  readonly dialect?: string | undefined;
}

/**
 * One model at one endpoint that speaks Chat Completions: a hosted gateway, vLLM, Ollama, Azure's chat endpoint. Servers
 * on this machine need no key. Never throws: what is wrong is reported by `createChain`.
 */
export function chat(model: string, options: OpenAIChatTargetOptions = {}): Target {
  const given = readTargetOptions<OpenAIChatTargetOptions>(model, options, {
    ...OWN_OPTIONS,
    maxTokensField: oneOf("max_tokens", "max_completion_tokens"),
    dialect: oneOf(...Object.keys(DIALECTS)),
  });
  const { chatTools } = openAIModel(given.model);
  const reasons = canReason(given.model);
  const dialect = dialectOf(given.options.dialect, urlOf(given.options));
  const ownField = dialect.fields?.["max_tokens"] === undefined && !reasons ? "max_tokens" : "max_completion_tokens";
  const maxTokensField = given.options.maxTokensField ?? ownField;
  return makeOpenAITarget(given, {
    capabilities: {
      tools: chatTools === "unknown" ? chatTools : chatTools !== "never",
      // Some servers go by an older limit.
      toolCallId: dialect.ids ?? plainCallIds(40),
    },
    optionsKey: "openaiChat",
    failureTable,
    // Of models the table does not know, most show their reasoning or do not reason.
    plan: (request) => ({ silentReasoning: reasons && reasoningOf(request, model).isThinking, eventsAtOnce: false }),
    toNativeRequest: (request, context) => toNativeRequest(request, model, { ...context, dialect, maxTokensField }),
    turns: "messages",
    reader: (context, failures, { stop, without = [], vendorOptions }) =>
      new ChatReader(context, failures, {
        ...dialect,
        stop: stop.slice(nativeStops(model, without)),
        usageFollows: !without.includes("stream_options"),
        audioFormat: asString(asObject(vendorOptions?.openaiChat?.["audio"])["format"]),
      }),
  });
}
