import {
  checkTargetOptions,
  makeTarget,
  modelPathProblems,
  readTargetOptions,
  SDK_CLIENT,
  SdkConnection,
  sdkIdentity,
  type Capabilities,
  type SdkClient,
  type SdkSettings,
  type Target,
  type TargetOptions,
} from "@understudy/core/adapter";
import { failureTable } from "./errors.ts";
import { MessagesReader } from "./events.ts";
import { anthropicModel } from "./models.ts";
import { reasoningOf, toNativeRequest } from "./request.ts";

/** What is used of a client of `@anthropic-ai/sdk` or of one of its platform packages (Bedrock, Vertex, Foundry). */
export interface AnthropicClient extends SdkClient {}

export interface AnthropicTargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings credential, URL and signing. */
  readonly client?: AnthropicClient | undefined;
}

const VENDOR = "anthropic";
const BASE_URL = "https://api.anthropic.com";

/**
 * One Claude model at one endpoint with one key, through the Messages API. The key comes from `apiKey` or,
 * for the vendor's own host, `ANTHROPIC_API_KEY`. Never throws: what is wrong is told by `createChain`.
 */
export function anthropic(model: string, options: AnthropicTargetOptions = {}): Target {
  const given = readTargetOptions<AnthropicTargetOptions>(model, options, { client: SDK_CLIENT });
  const { client, fetch } = given.options;
  const checked = checkTargetOptions(given.options, {
    ...given,
    vendor: VENDOR,
    defaultBaseURL: BASE_URL,
    keyVariables: ["ANTHROPIC_API_KEY"],
    client: sdkIdentity(client),
    // Clients for other clouds put it into the path.
    problems: [...given.problems, ...(client === undefined ? [] : modelPathProblems(given.model))],
  });
  const { apiKey, baseURL, headers } = checked;
  return makeTarget({
    ...given,
    vendor: VENDOR,
    checked,
    capabilities: capabilitiesOf(given.model, checked.endpoint),
    failureTable,
    plan: (request) => {
      const { isThinking, isVisible } = reasoningOf(request, model);
      return { silentReasoning: isThinking && !isVisible, eventsAtOnce: true };
    },
    toNativeRequest: (request, context) => toNativeRequest(request, model, context),
    connection: new SdkConnection({
      client,
      load: () => loadSdk(apiKey, baseURL),
      fetch,
      headers,
      headersVariable: "ANTHROPIC_CUSTOM_HEADERS",
    }),
    reader: (context, failures) => new MessagesReader(context, failures),
  });
}

async function loadSdk(apiKey: string, baseURL: string): Promise<(settings: SdkSettings) => AnthropicClient> {
  const { Anthropic } = await import("@anthropic-ai/sdk");
  return (settings) => new Anthropic({ ...settings, apiKey, baseURL, openTelemetry: false });
}

function capabilitiesOf(id: string, endpoint: string): Capabilities {
  const { contextWindow, maxOutputTokens } = anthropicModel(id);
  return {
    tools: true,
    images: true,
    urls: true,
    files: true,
    audio: false,
    jsonOutput: true,
    contextWindow,
    maxOutputTokens,
    // Gateways and other clouds may swallow the pings.
    keepAlives: endpoint === "api.anthropic.com",
    toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 128 },
  };
}
