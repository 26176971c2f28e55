import {
  checkTargetOptions,
  FetchConnection,
  makeTarget,
  readTargetOptions,
  type Target,
  type TargetOptions,
  type Transport,
} from "@understudy/core/adapter";
import { ChatReader, keyHeader, oneOf, TRANSPORT } from "@understudy/core/toolkit";
import { continuedText } from "./content.ts";
import { failureTable } from "./errors.ts";
import { CALL_IDS, capabilitiesOf } from "./models.ts";
import { toNativeRequest } from "./request.ts";

/** Options of `mistral`; every one may be left out. */
export interface MistralTargetOptions extends TargetOptions {
  /** Where answers are made: `api.eu.mistral.ai` or `api.us.mistral.ai`. Excludes `baseURL`. Default: wherever there is room. */
  readonly region?: "eu" | "us" | undefined;
  /** What makes the requests: the global `fetch`, or `node:http`, on Node alone. Default: the chain's `transport`, else `fetch`. */
  readonly transport?: Transport | undefined;
}

const VENDOR = "mistral";

/**
 * One Mistral model at one endpoint with one key, through Mistral's own chat API. The key comes from `apiKey` or, for the
 * vendor's own hosts, `MISTRAL_API_KEY`. Never throws: what is wrong is reported by `createChain`.
 */
export function mistral(model: string, options: MistralTargetOptions = {}): Target {
  const given = readTargetOptions<MistralTargetOptions>(model, options, {
    region: oneOf("eu", "us"),
    transport: TRANSPORT,
  });
  const { baseURL: givenURL, region } = given.options;
  const excluded = region !== undefined && givenURL !== undefined ? ["`region` and `baseURL` exclude each other"] : [];
  const checked = checkTargetOptions(given.options, {
    ...given,
    problems: [...given.problems, ...excluded],
    vendor: VENDOR,
    defaultBaseURL: urlOf(region),
    keyVariables: ["MISTRAL_API_KEY"],
    keyHosts: ["api.mistral.ai", "api.eu.mistral.ai", "api.us.mistral.ai"],
  });
  const { apiKey, baseURL, headers } = checked;
  return makeTarget({
    ...given,
    vendor: VENDOR,
    checked,
    capabilities: capabilitiesOf(given.model),
    failureTable,
    // Reasoning is always shown: silence is never its sign.
    plan: () => ({ silentReasoning: false, eventsAtOnce: false }),
    toNativeRequest: (request, context) => toNativeRequest(request, model, context),
    turns: "messages",
    connection: ({ fetch }) => new FetchConnection({ baseURL, ownHeaders: keyHeader(apiKey), headers, fetch }),
    reader: (context, failures, { messages }) =>
      new ChatReader(context, failures, {
        ids: CALL_IDS,
        stop: [],
        // With the finish reason, without being asked for.
        usageFollows: true,
        continues: continuedText(messages),
      }),
  });
}

function urlOf(region: MistralTargetOptions["region"]): string {
  return `https://api.${region === undefined ? "" : `${region}.`}mistral.ai/v1`;
}
