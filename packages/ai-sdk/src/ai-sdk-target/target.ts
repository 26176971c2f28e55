import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { AttemptContext, Capabilities, StreamPart, Target, TargetRequest } from "@understudy/core/adapter";
import { targetScopes, unsupported } from "@understudy/core/toolkit";
import { markFresh } from "./guarded-fetch.ts";
import { toCallOptions } from "./call-options.ts";
import { ProviderFailures } from "./failures.ts";
import { checkModel, type AiSdkModel, type AiSdkOptions } from "./options.ts";
import { PartReader } from "./part-reader.ts";
import type { FileUrl } from "./prompt.ts";
import { readStream, readWhole } from "./read-stream.ts";
import { takesUrl } from "./urls.ts";
import { toVersion } from "./versions.ts";

const UNKNOWN: Capabilities = {
  tools: "unknown",
  images: "unknown",
  urls: "unknown",
  files: "unknown",
  audio: "unknown",
  jsonOutput: "unknown",
  contextWindow: "unknown",
  maxOutputTokens: "unknown",
  size: "unknown",
  reasoning: "unknown",
  // Whether the wire sends any, the provider does not say.
  keepAlives: false,
  toolCallId: { pattern: /^[\w-]+$/, maxLength: 64 },
};

/**
 * Any language model of the AI SDK as a target of a chain: `createChain([aiSdk(mistral("mistral-large-latest"))])`. Creating
 * it sends no request and never throws: what is wrong is reported by `createChain`. One attempt is one request: the
 * AI SDK's own retries belong to its functions, and are not in use here.
 */
export function aiSdk(model: AiSdkModel, options: AiSdkOptions = {}): Target {
  const { provider, modelId, options: given, problems } = checkModel(model, options);
  const { vendor = provider.split(".")[0] ?? provider, endpoint = provider, credential = provider } = given;
  const unary = given.streaming === "never";
  return {
    vendor,
    model: modelId,
    endpoint,
    scopes: targetScopes({ vendor, endpoint, credential, quotaGroup: given.quotaGroup }),
    capabilities: { ...UNKNOWN, ...given.capabilities },
    problems,
    plan: ({ reasoning: { effort = "none" } }) => ({
      silentReasoning: given.silentReasoning ?? effort !== "none",
      eventsAtOnce: false,
      unary,
    }),
    stream: (request, context) => ask(model, { vendor, unary }, request, context),
  };
}

interface Manner {
  readonly vendor: string;
  readonly unary: boolean;
}

/** What is thrown at once is known to come before anything was sent. */
function ask(
  model: AiSdkModel,
  { vendor, unary }: Manner,
  request: TargetRequest,
  context: AttemptContext,
): AsyncIterable<readonly StreamPart[]> {
  const { signal, clock, loss } = context;
  const urls: FileUrl[] = [];
  const asked = toCallOptions(request, { vendor, urls, loss });
  const options = { ...toVersion(asked, model.specificationVersion, loss), abortSignal: signal };
  if (context.freshConnection === true) markFresh(signal);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the options are of its version, and what it gives is looked at
  const any = model as LanguageModelV4;
  const setup = {
    reader: new PartReader(context),
    failures: new ProviderFailures(() => clock.wallNow(), request),
    context,
  };
  const checkUrls = async (): Promise<void> => {
    if (urls.length === 0) return;
    const supported: unknown = await any.supportedUrls;
    if (!urls.every((one) => takesUrl(supported, one))) throw unsupported("urls");
  };
  if (unary) {
    return readWhole(async () => {
      await checkUrls();
      return any.doGenerate(options);
    }, setup);
  }
  return readStream(async () => {
    await checkUrls();
    return any.doStream({ ...options, includeRawChunks: true });
  }, setup);
}
