import {
  checkTargetOptions,
  FetchConnection,
  makeTarget,
  readTargetOptions,
  SdkConnection,
  type CheckedOptions,
  type Connection,
  type PlainOptions,
  type SdkClient,
  type SdkSettings,
  type Target,
  type TargetOptions,
} from "@understudy/core/adapter";
import {
  keyHeader,
  legalPropertyNames,
  mergeHeaders,
  oneOf,
  ownPropertyNames,
  SDK_CLIENT,
  sdkIdentity,
  sdkProblems,
  withoutForeignReasoning,
} from "@understudy/core/toolkit";
import { failureTable } from "./errors.ts";
import { MessagesReader } from "./events.ts";
import { capabilitiesOf, HOST } from "./models.ts";
import { PROPERTY_NAME } from "./output-format.ts";
import { BETAS, reasoningOf, toNativeRequest } from "./request.ts";

/** What is used of a client of `@anthropic-ai/sdk` or of one of its platform packages (Bedrock, Vertex, Foundry). */
export interface AnthropicClient extends SdkClient {}

/** Options of `anthropic`; every one may be left out. */
export interface AnthropicTargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings credential, URL and signing. */
  readonly client?: AnthropicClient | undefined;
  /** What makes the request. `fetch`: no SDK, which is then not loaded. Default `sdk`. */
  readonly transport?: "sdk" | "fetch" | undefined;
}

const VENDOR = "anthropic";
const BROWSER_HEADER = "anthropic-dangerous-direct-browser-access";
const VERSION_HEADER = "anthropic-version";
/** As the SDK sends it. */
const API_VERSION = "2026-10-21";

/**
 * One Claude model at one endpoint with one key, through the Messages API. The key comes from `apiKey` or,
 * for the vendor's own host, `ANTHROPIC_API_KEY`. Never throws: what is wrong is reported by `createChain`.
 */
export function anthropic(model: string, options: AnthropicTargetOptions = {}): Target {
  const given = readTargetOptions<AnthropicTargetOptions>(model, options, {
    client: SDK_CLIENT,
    transport: oneOf("sdk", "fetch"),
  });
  const { client } = given.options;
  const checked = checkTargetOptions(given.options, {
    ...given,
    vendor: VENDOR,
    defaultBaseURL: `https://${HOST}`,
    keyVariables: ["ANTHROPIC_API_KEY"],
    client: sdkIdentity(client),
    problems: sdkProblems(given),
  });
  const { [VERSION_HEADER]: version, [BETAS]: betas } = mergeHeaders(checked.headers);
  const { capabilities, quotaGroup } = given.options;
  const place = { host: checked.endpoint, version, betas, maxOutputTokens: capabilities?.maxOutputTokens };
  const organization = quotaGroup === undefined ? undefined : checked.scopes.quota;
  return makeTarget({
    ...given,
    vendor: VENDOR,
    checked,
    capabilities: capabilitiesOf(given.model, checked.endpoint),
    failureTable,
    plan: (request) => {
      const { isThinking, isVisible } = reasoningOf(request, model, place);
      return { silentReasoning: isThinking && !isVisible, eventsAtOnce: true };
    },
    toNativeRequest: (request, context) => {
      const own = withoutForeignReasoning(request, organization, context.loss);
      return toNativeRequest(legalPropertyNames(own, PROPERTY_NAME, context.loss), model, context, place);
    },
    turns: "messages",
    connection: connect(given.options, checked),
    reader: (context, failures, request) => {
      const reader = new MessagesReader(context, failures, request, organization);
      return ownPropertyNames(reader, request, PROPERTY_NAME);
    },
  });
}

function connect(
  { client, fetch, transport }: PlainOptions<AnthropicTargetOptions>,
  { apiKey, baseURL, headers }: CheckedOptions,
): Connection {
  if (transport === "fetch") {
    const ownHeaders = { ...keyHeader(apiKey), [VERSION_HEADER]: API_VERSION, ...browserHeaders() };
    return new FetchConnection({ baseURL, ownHeaders, headers, fetch });
  }
  const load = (): ReturnType<typeof loadSdk> => loadSdk(apiKey, baseURL);
  return new SdkConnection({ client, load, fetch, headers, headersVariable: "ANTHROPIC_CUSTOM_HEADERS" });
}

async function loadSdk(apiKey: string, baseURL: string): Promise<(settings: SdkSettings) => AnthropicClient> {
  const { Anthropic } = await import("@anthropic-ai/sdk");
  return (settings) =>
    new Anthropic({
      ...settings,
      // One that is asked for comes with each request.
      apiKey: apiKey === "" ? "none" : apiKey,
      baseURL,
      openTelemetry: false,
      // Whoever shows a key to a browser knows it: it has to be given as an option there.
      dangerouslyAllowBrowser: true,
      defaultHeaders: { [BROWSER_HEADER]: null, ...browserHeaders() },
    });
}

/** The vendor answers browsers only when they say that they show their key. Nobody else needs to. */
function browserHeaders(): Record<string, string> {
  return "document" in globalThis || "WorkerGlobalScope" in globalThis ? { [BROWSER_HEADER]: "true" } : {};
}
