import {
  makeTarget,
  readTargetOptions,
  SdkConnection,
  type Connect,
  type Connection,
  type PlainOptions,
  type SdkClient,
  type SdkSettings,
  type Target,
  type TargetOptions,
  type Transport,
} from "@understudy/core/adapter";
import {
  checkCloudOptions,
  GOOGLE_CLOUD,
  GOOGLE_CLOUD_PROJECT,
  lazyConnection,
  legalPropertyNames,
  mergeHeaders,
  oneOf,
  ownPropertyNames,
  refuseVendorFiles,
  SDK_CLIENT,
  sdkIdentity,
  sdkProblems,
  withoutForeignReasoning,
  type CloudCheckedOptions,
  type Fetch,
  type GoogleCloudOptions,
} from "@understudy/core/toolkit";
import { failureTable } from "./errors.ts";
import { MessagesReader } from "./events.ts";
import { BETAS, VERSION_HEADER } from "./headers.ts";
import { capabilitiesOf, HOST } from "./models.ts";
import { PROPERTY_NAME } from "./output-format.ts";
import { reasoningOf, toNativeRequest } from "./request.ts";

/** What is used of a client of `@anthropic-ai/sdk` or of one of its platform packages (Bedrock, Vertex, Foundry). */
export interface AnthropicClient extends SdkClient {}

/** Options of `anthropic`; every one may be left out. */
export interface AnthropicTargetOptions extends TargetOptions {
  /** A client of the vendor's SDK: it brings credential, URL and signing. */
  readonly client?: AnthropicClient | undefined;
  /**
   * What makes the requests. `fetch`, and `node` for `node:http`, on Node alone: no SDK, which is then not loaded. Default:
   * the chain's `transport`, else `sdk`.
   */
  readonly transport?: "sdk" | Transport | undefined;
  /** A project of Google Cloud that serves the model on Vertex AI. Needs no key, and makes requests by fetch. */
  readonly vertex?: GoogleCloudOptions | undefined;
}

const VENDOR = "anthropic";

/**
 * One Claude model at one endpoint with one key, through the Messages API. The key comes from `apiKey` or,
 * for the vendor's own host, `ANTHROPIC_API_KEY`. Never throws: what is wrong is reported by `createChain`.
 */
export function anthropic(model: string, options: AnthropicTargetOptions = {}): Target {
  const given = readTargetOptions<AnthropicTargetOptions>(model, options, {
    client: SDK_CLIENT,
    transport: oneOf("sdk", "fetch", "node"),
    vertex: GOOGLE_CLOUD_PROJECT,
  });
  const { client } = given.options;
  const checked = checkCloudOptions(
    given.options,
    {
      ...given,
      vendor: VENDOR,
      defaultBaseURL: `https://${HOST}`,
      keyVariables: ["ANTHROPIC_API_KEY"],
      client: sdkIdentity(client),
      problems: sdkProblems(given),
    },
    "v1",
  );
  const isOnVertex = checked.cloud !== undefined || GOOGLE_CLOUD.test(checked.endpoint);
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
      if (isOnVertex) refuseVendorFiles(request);
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

function connect({ client }: PlainOptions<AnthropicTargetOptions>, checked: CloudCheckedOptions): Connection | Connect {
  const { apiKey, baseURL, headers, cloud } = checked;
  const load = async (): Promise<(settings: SdkSettings) => AnthropicClient> =>
    (await import("./sdk.ts")).clientMaker(apiKey, baseURL);
  const bySdk = (fetch?: Fetch): Connection =>
    new SdkConnection({ client, load, fetch, headers, headersVariable: "ANTHROPIC_CUSTOM_HEADERS" });
  if (client !== undefined) return bySdk();
  return ({ transport = "sdk", fetch }) =>
    cloud === undefined && transport === "sdk"
      ? bySdk(fetch)
      : lazyConnection(async () => (await import("./by-fetch.ts")).connectByFetch(checked, fetch));
}
