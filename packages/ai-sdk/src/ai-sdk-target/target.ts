import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import {
  asObject,
  type AttemptContext,
  type Capabilities,
  type StreamPart,
  type Target,
  type TargetRequest,
} from "@understudy/core/adapter";
import { actsAtVendor, targetScopes, unsupported } from "@understudy/core/toolkit";
import { markFresh } from "./guarded-fetch.ts";
import { OPTIONS_KEY, toCallOptions } from "./call-options.ts";
import { ProviderFailures } from "./failures.ts";
import { checkModel, type AiSdkModel, type AiSdkOptions } from "./options.ts";
import { PartReader } from "./part-reader.ts";
import type { FileUrl } from "./prompt.ts";
import { readStream, type AnswerSetup, type SentRequest } from "./read-stream.ts";
import type { WholeAnswer } from "./read-whole.ts";
import type { Watched } from "./unsent.ts";
import { takesUrl } from "./urls.ts";

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
    plan: ({ reasoning: { effort = "none" }, vendorOptions }) => ({
      silentReasoning: given.silentReasoning ?? effort !== "none",
      eventsAtOnce: false,
      unary,
      acts: Object.values(asObject(vendorOptions?.[OPTIONS_KEY])).some((own) => actsAtVendor(asObject(own), [], "")),
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
  const watched: Watched[] = [];
  const takesSchemas = Reflect.get(model, "supportsStructuredOutputs") !== false;
  const asked = toCallOptions(request, { vendor, urls, watched, takesSchemas, loss });
  if (context.freshConnection === true) markFresh(signal);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the options are of its version, and what it gives is looked at
  const any = model as LanguageModelV4;
  const setup = {
    reader: new PartReader(context),
    failures: new ProviderFailures(() => clock.wallNow(), request),
    context,
  };
  const send = async <Answer extends { readonly request?: SentRequest | undefined }>(
    call: (options: LanguageModelV4CallOptions) => PromiseLike<Answer>,
  ): Promise<Answer> => {
    if (urls.length > 0) {
      const supported: unknown = await any.supportedUrls;
      if (!urls.every((one) => takesUrl(supported, one))) throw unsupported("urls");
    }
    const { specificationVersion: version } = model;
    const options = version === "v4" ? asked : (await import("./versions.ts")).toVersion(asked, version, loss);
    const answer = await call({ ...options, abortSignal: signal });
    if (watched.length > 0) (await import("./unsent.ts")).reportUnsent(watched, answer.request?.body);
    return answer;
  };
  return unary
    ? whole(() => send((options) => any.doGenerate(options)), setup)
    : readStream(() => send((options) => any.doStream({ ...options, includeRawChunks: true })), setup);
}

/** Loaded where it is needed: most answers are streamed, whatever the caller asked for. */
async function* whole(call: () => PromiseLike<WholeAnswer>, setup: AnswerSetup): AsyncGenerator<readonly StreamPart[]> {
  const { readWhole } = await import("./read-whole.ts");
  yield* readWhole(call, setup);
}
