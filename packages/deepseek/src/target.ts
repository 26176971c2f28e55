import {
  cappedFetch,
  checkTargetOptions,
  classifyFailures,
  readAnswer,
  type AttemptContext,
  type Capabilities,
  type StreamPart,
  type Target,
  type TargetOptions,
  type TargetRequest,
} from "@understudy/core/adapter";
import { failureTable } from "./errors.ts";
import { ChatReader } from "./events.ts";
import { deepSeekModel, type DeepSeekModel } from "./models.ts";
import { buildRequest } from "./request.ts";

/** Default key variable: `DEEPSEEK_API_KEY`. */
export interface DeepSeekOptions extends TargetOptions {}

/** A DeepSeek model by DeepSeek's own chat API. Never throws: faults in the options are in `problems`. */
export function deepseek(model: string, options: DeepSeekOptions = {}): Target {
  const known = deepSeekModel(model);
  const { apiKey, baseURL, endpoint, headers, scopes, problems } = checkTargetOptions(options, {
    vendor: "deepseek",
    model,
    defaultBaseURL: "https://api.deepseek.com",
    keyVariables: ["DEEPSEEK_API_KEY"],
    ownOptions: [],
  });
  let streamed = options.streaming !== "never";
  const failures = classifyFailures(
    failureTable(() => {
      streamed = false;
    }),
    [apiKey],
  );

  async function send(body: string, { clock, signal }: AttemptContext): Promise<Response> {
    const fetch = cappedFetch(options.fetch, () => clock);
    return fetch(`${baseURL}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}`, ...headers },
      body,
      signal,
    });
  }

  return {
    vendor: "deepseek",
    model,
    endpoint,
    scopes,
    capabilities: { ...capabilitiesOf(known), ...options.capabilities },
    problems,
    // Reasoning is always shown, so that silence is never its sign.
    plan: () => ({ silentReasoning: false, eventsAtOnce: true, unary: !streamed }),
    stream: (request: TargetRequest, context: AttemptContext): AsyncIterable<readonly StreamPart[]> => {
      const native = buildRequest(request, { id: model, model: known, streamed, loss: context.loss });
      const body = JSON.stringify(native);
      return readAnswer({
        open: () => send(body, context),
        wire: new ChatReader(context, failures),
        failures,
        context,
      });
    },
  };
}

function capabilitiesOf(model: DeepSeekModel): Capabilities {
  return {
    tools: model.tools,
    images: model.images,
    urls: model.images,
    // Texts and what lies in the vendor's own storage; what else comes is refused before it is sent.
    files: "unknown",
    audio: false,
    jsonOutput: model.jsonOutput,
    contextWindow: model.contextWindow,
    maxOutputTokens: model.maxOutputTokens,
    // Comment lines while a request waits in the queue; blank lines before an answer in one piece.
    keepAlives: true,
    toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
  };
}
