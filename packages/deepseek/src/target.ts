import {
  cappedFetch,
  checkTargetOptions,
  classifyFailures,
  readAnswer,
  type AttemptContext,
  type Capabilities,
  type Target,
  type TargetOptions,
  type TargetRequest,
} from "@understudy/core/adapter";
import { failureTable } from "./errors.ts";
import { ChatReader } from "./events.ts";
import { deepSeekModel } from "./models.ts";
import { toNativeRequest } from "./request.ts";

export type DeepSeekTargetOptions = TargetOptions;

const VENDOR = "deepseek";
const HOST = "https://api.deepseek.com";

/**
 * One DeepSeek model at one endpoint with one key, through DeepSeek's own chat API. The key comes from `apiKey` or
 * `DEEPSEEK_API_KEY`. Never throws: what is wrong is told by `createChain`.
 */
export function deepseek(model: string, options: DeepSeekTargetOptions = {}): Target {
  const { capabilities, streaming } = options;
  const checked = checkTargetOptions(options, {
    vendor: VENDOR,
    model,
    defaultBaseURL: HOST,
    keyVariables: ["DEEPSEEK_API_KEY"],
    ownOptions: [],
  });
  let isUnary = streaming === "never";
  const failures = classifyFailures(
    failureTable(() => {
      isUnary = true;
    }),
    [checked.apiKey],
  );
  const ownHeaders = new Headers({ "content-type": "application/json", authorization: `Bearer ${checked.apiKey}` });
  for (const [name, value] of Object.entries(checked.headers)) ownHeaders.set(name, value);

  async function send(request: TargetRequest, context: AttemptContext): Promise<Response> {
    const { path, headers, body } = toNativeRequest(request, model, { stream: !isUnary, loss: context.loss });
    const fetch = cappedFetch(options.fetch, () => context.clock);
    const merged = new Headers(ownHeaders);
    for (const [name, value] of Object.entries(headers)) merged.set(name, value);
    return fetch(checked.baseURL + path, {
      method: "POST",
      headers: merged,
      body: JSON.stringify(body),
      signal: context.signal,
    });
  }

  return {
    vendor: VENDOR,
    model,
    endpoint: checked.endpoint,
    scopes: checked.scopes,
    capabilities: { ...capabilitiesOf(model), ...capabilities },
    problems: checked.problems,
    // Reasoning is always shown: silence is never its sign.
    plan: () => ({ silentReasoning: false, eventsAtOnce: !isUnary, unary: isUnary }),
    stream: (request, context) =>
      readAnswer({
        open: () => send(request, context),
        wire: new ChatReader(context, failures),
        failures,
        context,
      }),
  };
}

function capabilitiesOf(id: string): Capabilities {
  const { tools, images, jsonOutput, contextWindow, maxOutputTokens } = deepSeekModel(id);
  return {
    tools,
    images,
    urls: images,
    // Texts, and what lies in the vendor's own storage. What else there is fails before it is sent.
    files: "unknown",
    audio: false,
    jsonOutput,
    contextWindow,
    maxOutputTokens,
    // Comments while a request waits for its turn, blank lines before an answer in one piece.
    keepAlives: true,
    toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
  };
}
