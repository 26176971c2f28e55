import type { Attributes } from "@opentelemetry/api";
import type { AttemptRecord, CallEvent, RequestSettings } from "@understudy/core";
import { finishReasonOf, operationOf, providerOf, serverOf, type Names } from "./names.ts";

export type AttemptStart = Extract<CallEvent, { readonly type: "attempt-start" }>;
export type Mode = Extract<CallEvent, { readonly type: "call-start" }>["mode"];

/** Which service is asked: in spans and metrics alike. */
export function serviceOf({
  vendor,
  model,
  endpoint,
}: Pick<AttemptRecord, "vendor" | "model" | "endpoint">): Attributes {
  const provider = providerOf(vendor, endpoint);
  return {
    "gen_ai.operation.name": operationOf(provider, vendor),
    "gen_ai.provider.name": provider,
    "gen_ai.request.model": model,
    ...serverOf(endpoint),
  };
}

/** Without those that are undefined: samplers and metrics would see them. */
export function given(attributes: Attributes): Attributes {
  const all: Attributes = {};
  for (const name in attributes) if (attributes[name] !== undefined) all[name] = attributes[name];
  return all;
}

/** What is known when an attempt begins. */
export function startAttributes(start: AttemptStart, mode: Mode): Attributes {
  return given({
    ...serviceOf(start),
    "understudy.attempt": start.attempt,
    "understudy.tier": start.tier,
    "understudy.venture": start.venture,
    "understudy.repeat": start.repeat,
    "understudy.repair": start.repair,
    "understudy.hedge": start.hedge,
    ...requestAttributes(start.settings, mode),
  });
}

function requestAttributes(settings: RequestSettings, mode: Mode): Attributes {
  return {
    "gen_ai.request.stream": mode === "stream" ? true : undefined,
    "gen_ai.request.max_tokens": settings.maxOutputTokens,
    "gen_ai.request.temperature": settings.temperature,
    "gen_ai.request.top_p": settings.topP,
    "gen_ai.request.top_k": settings.topK,
    "gen_ai.request.seed": settings.seed,
    "gen_ai.request.reasoning.level": settings.reasoningEffort,
    "gen_ai.output.type": settings.output,
  };
}

/** What the record of an attempt says. */
export function endAttributes(record: AttemptRecord, mode: Mode, { cacheWrite }: Names): Attributes {
  const { usage, firstContentMs, losses } = record;
  const finish = finishOf(record);
  return given({
    "gen_ai.response.model": record.servedModel,
    "gen_ai.response.id": record.responseId,
    "gen_ai.response.finish_reasons": finish === undefined ? undefined : [finish],
    "gen_ai.usage.input_tokens": usage?.inputTokens,
    "gen_ai.usage.output_tokens": usage?.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": usage?.cacheReadTokens,
    [cacheWrite]: usage?.cacheWriteTokens,
    "gen_ai.usage.reasoning.output_tokens": usage?.reasoningTokens,
    "gen_ai.response.time_to_first_chunk":
      mode === "stream" && firstContentMs !== undefined ? firstContentMs / 1_000 : undefined,
    "error.type": errorOf(record),
    "http.response.status_code": record.status,
    "understudy.outcome": record.outcome === "stopped" ? "stopped" : undefined,
    "understudy.request_id": record.requestId,
    "understudy.cooldown_ms": record.cooldownMs,
    "understudy.losses": losses.length > 0 ? losses.map(({ what, action }) => `${what} ${action}`) : undefined,
  });
}

/** Why an attempt's answer ended; `error` where it failed. */
export function finishOf({ outcome, finishReason }: AttemptRecord): string | undefined {
  if (outcome === "failed") return "error";
  return finishReason === undefined ? undefined : finishReasonOf(finishReason);
}

/** What went wrong; nothing where the caller stopped it. */
export function errorOf({ class: failed }: Pick<AttemptRecord, "class">): string | undefined {
  return failed?.startsWith("caller.") === true ? undefined : failed;
}
