import {
  asJsonObject,
  checkTargetOptions,
  makeTarget,
  readTargetOptions,
  TargetFailure,
  type FailureTable,
  type Target,
  type TargetOptions,
  type Transport,
} from "@understudy/core/adapter";
import {
  identity,
  isHost,
  keyHeader,
  lazyConnection,
  legalPropertyNames,
  ownPropertyNames,
  TEXT,
  TRANSPORT,
} from "@understudy/core/toolkit";
import { VENDOR } from "./content.ts";
import {
  CREDENTIALS,
  credentialsOfEnvironment,
  type AwsCredentialProvider,
  type AwsCredentials,
} from "./credentials.ts";
import { ConverseReader } from "./events.ts";
import { capabilitiesOf } from "./models.ts";
import { hostOf, isRegion, ownHosts, regionOf, regionProblems, variable } from "./region.ts";
import { reasoningOf, toNativeRequest } from "./request.ts";
import { nativeToolNames } from "./tools.ts";

/** Options of `bedrock`; every one may be left out. */
export interface BedrockTargetOptions extends TargetOptions {
  /**
   * Where the model is asked, such as `eu-central-1`. Default: the region in `baseURL` or in the model's ARN, else
   * `AWS_REGION` or `AWS_DEFAULT_REGION`.
   */
  readonly region?: string | undefined;
  /**
   * The model behind an ARN that does not name it, as that of an application inference profile: its id, such as
   * `anthropic.claude-haiku-4-5-20251001-v1:0`. What the adapter knows of it counts. Default: the model asked for.
   */
  readonly baseModel?: string | undefined;
  /**
   * Signs requests (SigV4). A function is asked before each request, or shortly before they expire. Excludes `apiKey`.
   * Default, for the vendor's own hosts and without a key: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
   * `AWS_SESSION_TOKEN`.
   */
  readonly credentials?: AwsCredentials | AwsCredentialProvider | undefined;
  /** What makes the requests: the global `fetch`, or `node:http`, on Node alone. Default: the chain's `transport`, else `fetch`. */
  readonly transport?: Transport | undefined;
}

const REQUEST_ID = "x-amzn-requestid";
const KEY_VARIABLE = "AWS_BEARER_TOKEN_BEDROCK";
/** What Claude takes as the name of a property of a tool. */
const PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

/**
 * One model, inference profile or ARN of Amazon Bedrock in one region, through Converse. The key comes from `apiKey` or
 * `AWS_BEARER_TOKEN_BEDROCK`; without one, requests are signed. Never throws: what is wrong is reported by `createChain`.
 */
export function bedrock(model: string, options: BedrockTargetOptions = {}): Target {
  const given = readTargetOptions<BedrockTargetOptions>(model, options, {
    region: TEXT,
    baseModel: TEXT,
    credentials: CREDENTIALS,
    transport: TRANSPORT,
  });
  const { baseURL: givenURL, apiKey: givenKey, headers: givenHeaders } = given.options;
  const region = regionOf({ region: given.options.region, baseURL: givenURL, model: given.model });
  // What is wrong with a region is told once.
  const place = isRegion(region) ? region : "us-east-1";
  const defaultBaseURL = `https://${hostOf(place)}`;
  const keyHosts = ownHosts(place);
  const isOwnHost = isHost(givenURL ?? defaultBaseURL, keyHosts);
  const hasKey = givenKey !== undefined || typeof givenHeaders === "function" || variable(KEY_VARIABLE) !== undefined;
  const fromEnvironment = isOwnHost && !hasKey ? credentialsOfEnvironment() : undefined;
  const credentials = given.options.credentials ?? fromEnvironment;
  const needsRegion = givenURL === undefined || credentials !== undefined || given.options.region !== undefined;
  const checked = checkTargetOptions(given.options, {
    ...given,
    vendor: VENDOR,
    defaultBaseURL,
    keyVariables: credentials === undefined ? [KEY_VARIABLE] : [],
    keyHosts,
    isKeyRequired: credentials === undefined,
    credential: credentials === undefined ? undefined : credentialOf(credentials),
    problems: [
      ...given.problems,
      ...(needsRegion ? regionProblems(region) : []),
      ...(given.options.credentials !== undefined && givenKey !== undefined
        ? ["`credentials` and `apiKey` exclude each other"]
        : []),
    ],
  });
  const { apiKey, baseURL, headers } = checked;
  const known = given.options.baseModel ?? given.model;
  // Loaded with the connection: nothing is read, and nothing fails at the vendor, before something was sent.
  let wire: typeof import("./wire.ts") | undefined;
  const table = (): FailureTable | undefined =>
    credentials === undefined ? wire?.failureTable : wire?.failuresOfSigned(typeof credentials === "function");
  return makeTarget({
    ...given,
    vendor: VENDOR,
    checked,
    capabilities: capabilitiesOf(known),
    failureTable: {
      requestIdHeaders: [REQUEST_ID],
      readError: (body) => table()?.readError(body),
      get rows() {
        return table()?.rows ?? [];
      },
      get statuses() {
        return table()?.statuses;
      },
    },
    plan: (request) => {
      const { isThinking, isVisible } = reasoningOf(request, known);
      const nativeTools = nativeToolNames(asJsonObject(request.vendorOptions?.bedrock));
      return { silentReasoning: isThinking && !isVisible, eventsAtOnce: true, nativeTools };
    },
    toNativeRequest: (request, context) =>
      toNativeRequest(legalPropertyNames(request, PROPERTY_NAME, context.loss), { id: given.model, known }, context),
    turns: "messages",
    framing: () => {
      if (wire === undefined) throw new TargetFailure("adapter.contract");
      return new wire.AwsFrames();
    },
    connection: ({ fetch }) =>
      lazyConnection(async () => {
        wire = await import("./wire.ts");
        const ownHeaders = keyHeader(apiKey);
        return new wire.BedrockConnection({ baseURL, ownHeaders, headers, fetch, credentials, region: place });
      }),
    reader: (context, failures, request) =>
      ownPropertyNames(new ConverseReader(context, failures, request), request, PROPERTY_NAME),
  });
}

/** What distinguishes credentials from others: the name of the key, or the function. */
function credentialOf(credentials: AwsCredentials | AwsCredentialProvider): string {
  return typeof credentials === "function" ? identity(credentials) : credentials.accessKeyId;
}
