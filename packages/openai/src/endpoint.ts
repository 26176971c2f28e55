import {
  checkTargetOptions,
  FetchConnection,
  makeTarget,
  SdkConnection,
  type CheckedOptions,
  type Connect,
  type Connection,
  type GivenOptions,
  type PlainOptions,
  type SdkClient,
  type SdkSettings,
  type Shape,
  type Target,
  type TargetOptions,
  type TargetSetup,
  type Transport,
} from "@understudy/core/adapter";
import {
  isLoopback,
  keyHeader,
  oneOf,
  SDK_CLIENT,
  sdkIdentity,
  sdkProblems,
  type Fetch,
} from "@understudy/core/toolkit";
import { capabilitiesOf, type ApiCapabilities } from "./models.ts";

/** What is used of a client of the `openai` package: `OpenAI`, `AzureOpenAI`, `BedrockOpenAI`. */
export interface OpenAIClient extends SdkClient {}

/** Options of `openai`; every one may be left out. */
export interface OpenAITargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings credential, URL and signing. */
  readonly client?: OpenAIClient | undefined;
  /**
   * What makes the requests. `fetch`, and `node` for `node:http`, on Node alone: no SDK, which is then not loaded. Default:
   * the chain's `transport`, else `sdk`.
   */
  readonly transport?: "sdk" | Transport | undefined;
}

/** What the options of both APIs have to be. */
export const OWN_OPTIONS: Shape = { client: SDK_CLIENT, transport: oneOf("sdk", "fetch", "node") };

/** One of the vendor's two APIs, for one model. */
export interface Api extends Pick<
  TargetSetup,
  "optionsKey" | "failureTable" | "plan" | "toNativeRequest" | "turns" | "reader"
> {
  readonly capabilities: ApiCapabilities;
}

const VENDOR = "openai";
const BASE_URL = "https://api.openai.com/v1";
/** The vendor's own API, in any region. */
export const HOSTS: readonly string[] = ["api.openai.com", "*.api.openai.com"];

/** Where the requests of a target go; empty where its client does not say. */
export function urlOf({ baseURL, client }: PlainOptions<OpenAITargetOptions>): string {
  return (client === undefined ? (baseURL ?? BASE_URL) : client.baseURL) ?? "";
}

/** One model at one endpoint with one key, through one of the two APIs. */
export function makeOpenAITarget(given: GivenOptions<OpenAITargetOptions>, { capabilities, ...api }: Api): Target {
  const { model, options } = given;
  const { client } = options;
  const checked = checkTargetOptions(options, {
    ...given,
    vendor: VENDOR,
    defaultBaseURL: BASE_URL,
    keyVariables: ["OPENAI_API_KEY"],
    keyHosts: HOSTS,
    isKeyRequired: !isLoopback(options.baseURL ?? BASE_URL),
    client: sdkIdentity(client),
    problems: sdkProblems(given),
  });
  return makeTarget({
    ...api,
    vendor: VENDOR,
    model,
    options,
    checked,
    capabilities: capabilitiesOf(model, capabilities),
    connection: connect(options, checked),
  });
}

function connect(
  { client }: PlainOptions<OpenAITargetOptions>,
  { apiKey, baseURL, headers }: CheckedOptions,
): Connection | Connect {
  const bySdk = (fetch?: Fetch): Connection =>
    new SdkConnection({
      client,
      load: () => loadSdk(apiKey, baseURL),
      fetch,
      // The SDK insists on a key; without one it must not send what stands in for it.
      headers: client === undefined && apiKey === "" ? { authorization: null, ...headers } : headers,
      headersVariable: "OPENAI_CUSTOM_HEADERS",
    });
  if (client !== undefined) return bySdk();
  return ({ transport = "sdk", fetch }) =>
    transport === "sdk"
      ? bySdk(fetch)
      : new FetchConnection({ baseURL, ownHeaders: keyHeader(apiKey), headers, fetch });
}

async function loadSdk(apiKey: string, baseURL: string): Promise<(settings: SdkSettings) => OpenAIClient> {
  const { OpenAI } = await import("openai");
  return (settings) =>
    new OpenAI({
      ...settings,
      apiKey: apiKey === "" ? "none" : apiKey,
      baseURL,
      organization: null,
      project: null,
      // In a browser the key is always passed explicitly, so the SDK's guard adds nothing.
      dangerouslyAllowBrowser: true,
    });
}
