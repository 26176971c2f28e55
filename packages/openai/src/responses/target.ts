import { readTargetOptions, type Target } from "@understudy/core/adapter";
import { ResponsesReader } from "@understudy/core/toolkit";
import { makeOpenAITarget, OWN_OPTIONS, type OpenAITargetOptions } from "../endpoint.ts";
import { failureTable } from "../errors.ts";
import { RESPONSES } from "../models.ts";
import { reasoningOf, toNativeRequest } from "./request.ts";

/** A model through the Responses API. */
export function responses(model: string, options: OpenAITargetOptions = {}): Target {
  const given = readTargetOptions<OpenAITargetOptions>(model, options, OWN_OPTIONS);
  return makeOpenAITarget(given, {
    capabilities: RESPONSES,
    failureTable,
    // Summaries come late, and often none comes.
    plan: (request) => ({ silentReasoning: reasoningOf(request, model).isThinking, eventsAtOnce: true }),
    toNativeRequest: (request, context) => toNativeRequest(request, model, context),
    turns: "input",
    reader: (context, failures, { stop }) => new ResponsesReader(context, failures, { stop }),
  });
}
