import {
  checkTargetOptions,
  FetchConnection,
  makeTarget,
  readTargetOptions,
  type AttemptContext,
  type FailureClassifier,
  type Target,
  type TargetOptions,
  type Transport,
} from "@understudy/core/adapter";
import { keyHeader, ResponsesReader, TRANSPORT } from "@understudy/core/toolkit";
import { failureTable } from "./errors.ts";
import { capabilitiesOf } from "./models.ts";
import { isThinking, toNativeRequest } from "./request.ts";

/** Options of `xai`; every one may be left out. */
export interface XAITargetOptions extends TargetOptions {
  /**
   * Where answers are made: the name of one of the vendor's regions, such as `eu-west-1`, whose host is
   * `eu-west-1.api.x.ai`. Excludes `baseURL`. Default: wherever there is room.
   */
  readonly region?: string | undefined;
  /** What makes the requests: the global `fetch`, or `node:http`, on Node alone. Default: the chain's `transport`, else `fetch`. */
  readonly transport?: Transport | undefined;
}

const VENDOR = "xai";
const REGION = {
  must: "be the name of a region, such as eu-west-1",
  test: (value: unknown) => typeof value === "string" && /^[a-z\d]+(?:-[a-z\d]+){0,5}$/.test(value),
};
/** What the vendor's servers run themselves. A `custom_tool_call` is one of its searches: the API takes no such tool. */
const HOSTED = /^(?:custom_tool|x_search|code_execution|view_image|view_x_video)_call$/;

/**
 * One xAI model at one endpoint with one key, through xAI's Responses API. The key comes from `apiKey` or, for the
 * vendor's own hosts, `XAI_API_KEY`. Never throws: what is wrong is reported by `createChain`.
 */
export function xai(model: string, options: XAITargetOptions = {}): Target {
  const given = readTargetOptions<XAITargetOptions>(model, options, { region: REGION, transport: TRANSPORT });
  const { baseURL: givenURL, region } = given.options;
  const excluded = region !== undefined && givenURL !== undefined ? ["`region` and `baseURL` exclude each other"] : [];
  const checked = checkTargetOptions(given.options, {
    ...given,
    problems: [...given.problems, ...excluded],
    vendor: VENDOR,
    defaultBaseURL: `https://${region === undefined ? "" : `${region}.`}api.x.ai/v1`,
    keyVariables: ["XAI_API_KEY"],
    keyHosts: ["api.x.ai", "*.api.x.ai"],
  });
  const { apiKey, baseURL, headers } = checked;
  return makeTarget({
    ...given,
    vendor: VENDOR,
    checked,
    capabilities: capabilitiesOf(given.model),
    failureTable,
    // Some models show nothing of their reasoning but its encrypted form.
    plan: (request) => ({ silentReasoning: isThinking(request, given.model), eventsAtOnce: true }),
    toNativeRequest: (request, context) => toNativeRequest(request, given.model, context),
    turns: "input",
    connection: ({ fetch }) => new FetchConnection({ baseURL, ownHeaders: keyHeader(apiKey), headers, fetch }),
    reader: (context, failures, { stop }) => makeReader(context, failures, stop),
  });
}

/** Reads one answer; `stop` are sequences that the API does not take. */
export function makeReader(
  context: AttemptContext,
  failures: FailureClassifier,
  stop: readonly string[],
): ResponsesReader {
  return new ResponsesReader(context, failures, { stop, hosted: HOSTED });
}
