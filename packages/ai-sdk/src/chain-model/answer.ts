import type {
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { Answer, AssistantPart, FinishReason, Usage } from "@understudy/core";
import { ContentWriter } from "./content.ts";
import { FINISH_REASONS } from "../finish-reason.ts";
import { own, toJson } from "../metadata.ts";
import type { NameMap } from "@understudy/core/toolkit";
import { lossWarnings } from "./warnings.ts";

/** What is told of an answer in `providerMetadata.understudy` of its step. Plain JSON. */
export type AnswerMetadata = Pick<
  Answer,
  "tier" | "degraded" | "vendor" | "model" | "usageTotal" | "pin" | "losses" | "stitched" | "trace"
>;

export function answerMetadata({
  tier,
  degraded,
  vendor,
  model,
  usageTotal,
  pin,
  losses,
  stitched,
  trace,
}: Answer): ReturnType<typeof own> {
  return own(toJson({ tier, degraded, vendor, model, usageTotal, pin, losses, stitched, trace }));
}

export function toGenerateResult(
  answer: Answer,
  names: NameMap,
  { warnings, wantsJson }: { readonly warnings: readonly SharedV4Warning[]; readonly wantsJson: boolean },
): LanguageModelV4GenerateResult {
  const writer = new ContentWriter(names);
  const content = contentOf(answer, wantsJson).flatMap((part) => writer.whole(part));
  return {
    content,
    finishReason: toFinishReason(answer.finishReason, answer.rawFinishReason),
    usage: toUsage(answer.usage),
    response: responseOf(answer),
    providerMetadata: answerMetadata(answer).providerMetadata,
    warnings: [...warnings, ...lossWarnings(answer.losses)],
  };
}

/** JSON in a code fence, or between other words, is handed on as the JSON that was found in it. */
function contentOf({ message, text, output }: Answer, wantsJson: boolean): readonly AssistantPart[] {
  const { content } = message;
  const parts: readonly AssistantPart[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const json = wantsJson ? jsonText(text, output) : text;
  if (json === text) return parts;
  return [...parts.filter(({ type }) => type !== "text"), { type: "text", text: json }];
}

/** The text where it is JSON, else the JSON that core found in it, if it did. */
export function jsonText(text: string, output: unknown): string {
  if (output === undefined) return text;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(output);
  }
}

/** What the vendor said of the answer. No headers and no bodies: they may hold keys and prompts. */
export function responseOf({ model, trace }: Answer): { readonly id?: string; readonly modelId: string } {
  const id = trace.attempts.at(-1)?.requestId;
  return { modelId: model, ...(id !== undefined && { id }) };
}

export function toFinishReason(reason: FinishReason, raw: string | undefined): LanguageModelV4FinishReason {
  return { unified: FINISH_REASONS[reason], raw };
}

/** What is not known stays undefined. */
export function toUsage(usage: Usage = {}): LanguageModelV4Usage {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  return {
    inputTokens: {
      total: inputTokens,
      noCache: less(less(inputTokens, cacheReadTokens), cacheWriteTokens ?? 0),
      cacheRead: cacheReadTokens,
      cacheWrite: cacheWriteTokens,
    },
    outputTokens: { total: outputTokens, text: less(outputTokens, reasoningTokens), reasoning: reasoningTokens },
  };
}

function less(total: number | undefined, part: number | undefined): number | undefined {
  return total === undefined || part === undefined ? undefined : total - part;
}
