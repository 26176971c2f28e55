import {
  checkTargetOptions,
  classifyFailures,
  isLoopback,
  readAnswer,
  sdkCredential,
  SdkConnection,
  type AttemptContext,
  type AttemptPlan,
  type Capabilities,
  type FailureClassifier,
  type FailureTable,
  type Loss,
  type NativeRequest,
  type SdkClient,
  type SdkSettings,
  type Target,
  type TargetOptions,
  type TargetRequest,
  type WireReader,
} from "@understudy/core/adapter";
import { openAIModel } from "./models.ts";

/** What is used of a client of the `openai` package: `OpenAI`, `AzureOpenAI`, `BedrockOpenAI`. */
export interface OpenAIClient extends SdkClient {}

export interface OpenAITargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings credential, URL and signing. */
  readonly client?: OpenAIClient | undefined;
}

export interface RequestContext {
  readonly stream: boolean;
  /** Native fields that the endpoint has refused. */
  readonly refused: ReadonlySet<string>;
  readonly loss: (loss: Loss) => void;
}

/** One of the vendor's two APIs, for one model. */
export interface Api {
  readonly ownOptions: readonly string[];
  readonly capabilities: Pick<Capabilities, "tools" | "jsonOutput" | "urls" | "audio">;
  /** Of a tool-call id. */
  readonly maxIdLength: number;
  failures(refused: Set<string>): FailureTable;
  plan(request: TargetRequest): Pick<AttemptPlan, "silentReasoning" | "eventsAtOnce">;
  toNativeRequest(request: TargetRequest, context: RequestContext): NativeRequest;
  /** Stop sequences at which the answer is cut on our side. */
  ownStops(request: TargetRequest, refused: ReadonlySet<string>): readonly string[];
  reader(context: AttemptContext, failures: FailureClassifier, stop: readonly string[]): WireReader;
}

const BASE_URL = "https://api.openai.com/v1";

/** The vendor's own API, in any region. */
export function isVendorHost({ baseURL, client }: OpenAITargetOptions): boolean {
  return /(?:^|\.)api\.openai\.com$/.test(URL.parse(client?.baseURL ?? baseURL ?? BASE_URL)?.hostname ?? "");
}

/** One model at one endpoint with one key, through one of the two APIs. */
export function makeTarget(model: string, options: OpenAITargetOptions, api: Api): Target {
  const { client, baseURL = BASE_URL } = options;
  const credential = client === undefined ? undefined : sdkCredential(client);
  const checked = checkTargetOptions(options, {
    vendor: "openai",
    model,
    defaultBaseURL: BASE_URL,
    // The vendor's key is not for others to see.
    keyVariables: isVendorHost(options) ? ["OPENAI_API_KEY"] : [],
    isKeyRequired: !isLoopback(baseURL),
    ownOptions: ["client", ...api.ownOptions],
    client: client === undefined ? undefined : { baseURL: client.baseURL, credential },
  });
  const { apiKey, headers } = checked;
  const { contextWindow, maxOutputTokens } = openAIModel(model);
  const refused = new Set(options.streaming === "never" ? ["stream"] : []);
  const failures = classifyFailures(api.failures(refused), [credential ?? apiKey]);
  const connection = new SdkConnection({
    client,
    create: (settings) => createClient(settings, apiKey, checked.baseURL),
    fetch: options.fetch,
    // The SDK insists on a key; without one it must not send what stands in for it.
    headers: client === undefined && apiKey === "" ? { authorization: null, ...headers } : headers,
    headersVariable: "OPENAI_CUSTOM_HEADERS",
  });
  return {
    vendor: "openai",
    model,
    endpoint: checked.endpoint,
    scopes: checked.scopes,
    capabilities: {
      ...api.capabilities,
      images: "unknown",
      files: "unknown",
      contextWindow,
      maxOutputTokens,
      keepAlives: false,
      toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: api.maxIdLength },
      ...options.capabilities,
    },
    problems: checked.problems,
    plan: (request) => {
      const unary = refused.has("stream");
      const { silentReasoning, eventsAtOnce } = api.plan(request);
      return { silentReasoning, eventsAtOnce: eventsAtOnce && !unary, unary };
    },
    stream: (request, context) =>
      readAnswer({
        open: () => {
          const { loss } = context;
          return connection.send(
            api.toNativeRequest(request, { stream: !refused.has("stream"), refused, loss }),
            context,
          );
        },
        wire: api.reader(context, failures, api.ownStops(request, refused)),
        failures,
        context,
      }),
  };
}

async function createClient(settings: SdkSettings, apiKey: string, baseURL: string): Promise<OpenAIClient> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    ...settings,
    apiKey: apiKey === "" ? "none" : apiKey,
    baseURL,
    organization: null,
    project: null,
    // Whoever shows a key to a browser knows it: it has to be given as an option there.
    dangerouslyAllowBrowser: true,
  });
}
