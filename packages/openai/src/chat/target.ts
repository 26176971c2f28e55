import { classifyFailures, readAnswer, type Capabilities, type Target } from "@understudy/core/adapter";
import { checkOptions, Connection, isVendorHost, VENDOR, type OpenAITargetOptions } from "../connection.ts";
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
  const { capabilities, streaming } = options;
  const checked = checkOptions(model, options, { ownOptions: ["maxTokensField"], isKeyless: true });
  const isVendor = isVendorHost(checked.endpoint);
  const maxTokensField =
    options.maxTokensField ?? (isVendor || reasons(model) ? "max_completion_tokens" : "max_tokens");
  let isUnary = streaming === "never";
  const failures = classifyFailures(
    failureTable("openaiChat", {
      stopStreaming: () => {
        isUnary = true;
      },
      stopSummarizing: () => undefined,
    }),
    [checked.apiKey],
  );
  const connection = new Connection(options, checked);
  return {
    vendor: VENDOR,
    model,
    endpoint: checked.endpoint,
    scopes: checked.scopes,
    capabilities: { ...capabilitiesOf(model), ...capabilities },
    problems: checked.problems,
    plan: (request) => ({
      // Of models the table does not know, most show their reasoning or do not reason.
      silentReasoning: reasons(model) && reasoningOf(request, model).isThinking,
      eventsAtOnce: false,
      unary: isUnary,
    }),
    stream: (request, context) =>
      readAnswer({
        open: () =>
          connection.send(
            toNativeRequest(request, model, { stream: !isUnary, isVendor, maxTokensField, loss: context.loss }),
            context,
          ),
        wire: new ChatReader(context, failures, ownStops(request, model)),
        failures,
        context,
      }),
  };
}

function reasons(id: string): boolean {
  const { efforts } = openAIModel(id);
  return efforts !== "unknown" && efforts.length > 0;
}

function capabilitiesOf(id: string): Capabilities {
  const { chat: isServed, chatTools, contextWindow, maxOutputTokens } = openAIModel(id);
  return {
    tools: chatTools === "unknown" ? "unknown" : chatTools !== "never" && isServed !== false,
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
