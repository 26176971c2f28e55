import {
  classifyFailures,
  readAnswer,
  type Capabilities,
  type CheckedOptions,
  type Target,
} from "@understudy/core/adapter";
import { chat, type OpenAIChatTargetOptions } from "./chat/target.ts";
import { checkOptions, Connection, VENDOR, type OpenAITargetOptions } from "./connection.ts";
import { failureTable } from "./errors.ts";
import { ResponsesReader } from "./events.ts";
import { openAIModel } from "./models.ts";
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
  const { capabilities, streaming } = options;
  const checked: CheckedOptions = checkOptions(model, options, { ownOptions: [], isKeyless: false });
  let isUnary = streaming === "never";
  let canSummarize = true;
  const failures = classifyFailures(
    failureTable("openai", {
      stopStreaming: () => {
        isUnary = true;
      },
      stopSummarizing: () => {
        canSummarize = false;
      },
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
      // Summaries come late, and often none comes.
      silentReasoning: reasoningOf(request, model).isThinking,
      eventsAtOnce: !isUnary,
      unary: isUnary,
    }),
    stream: (request, context) =>
      readAnswer({
        open: () =>
          connection.send(
            toNativeRequest(request, model, { stream: !isUnary, canSummarize, loss: context.loss }),
            context,
          ),
        wire: new ResponsesReader(context, failures, request.stop),
        failures,
        context,
      }),
  };
}

function capabilitiesOf(id: string): Capabilities {
  const { contextWindow, maxOutputTokens } = openAIModel(id);
  return {
    tools: "unknown",
    images: "unknown",
    urls: true,
    files: "unknown",
    audio: false,
    jsonOutput: "unknown",
    contextWindow,
    maxOutputTokens,
    keepAlives: false,
    toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
  };
}
