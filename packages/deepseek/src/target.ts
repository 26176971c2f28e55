import {
  checkTargetOptions,
  FetchConnection,
  makeTarget,
  readTargetOptions,
  type Target,
  type TargetOptions,
  type Transport,
} from "@understudy/core/adapter";
import { ChatReader, keyHeader, TRANSPORT } from "@understudy/core/toolkit";
import { failureTable } from "./errors.ts";
import { capabilitiesOf } from "./models.ts";
import { MOST_STOPS, toNativeRequest } from "./request.ts";

/** Options of `deepseek`; every one may be left out. */
export interface DeepSeekTargetOptions extends TargetOptions {
  /** What makes the requests: the global `fetch`, or `node:http`, on Node alone. Default: the chain's `transport`, else `fetch`. */
  readonly transport?: Transport | undefined;
}

const VENDOR = "deepseek";
const BASE_URL = "https://api.deepseek.com";

/**
 * One DeepSeek model at one endpoint with one key, through DeepSeek's own chat API. The key comes from `apiKey`
 * or, for the vendor's own host, `DEEPSEEK_API_KEY`. Never throws: what is wrong is reported by `createChain`.
 */
export function deepseek(model: string, options: DeepSeekTargetOptions = {}): Target {
  const given = readTargetOptions<DeepSeekTargetOptions>(model, options, { transport: TRANSPORT });
  const checked = checkTargetOptions(given.options, {
    ...given,
    vendor: VENDOR,
    defaultBaseURL: BASE_URL,
    keyVariables: ["DEEPSEEK_API_KEY"],
  });
  const { apiKey, baseURL, headers } = checked;
  const isBeta = /\/beta(?:\/|$)/.test(baseURL);
  // At the vendor's own host the endpoint that continues answers is known.
  const isOwn = baseURL === BASE_URL;
  return makeTarget({
    ...given,
    vendor: VENDOR,
    checked,
    capabilities: { ...capabilitiesOf(given.model), continuation: isBeta || isOwn ? "prefix" : undefined },
    failureTable,
    // Reasoning is always shown: silence is never its sign.
    plan: () => ({ silentReasoning: false, eventsAtOnce: true }),
    toNativeRequest: (request, context) => {
      if (isBeta || !isOwn || request.continuation !== "prefix") {
        return toNativeRequest(request, model, { ...context, isBeta });
      }
      const native = toNativeRequest(request, model, { ...context, isBeta: true });
      return { ...native, path: `/beta${native.path}` };
    },
    turns: "messages",
    connection: ({ fetch }) => new FetchConnection({ baseURL, ownHeaders: keyHeader(apiKey), headers, fetch }),
    reader: (context, failures, { stop }) =>
      new ChatReader(context, failures, { stop: stop.slice(MOST_STOPS), usageFollows: true }),
  });
}
