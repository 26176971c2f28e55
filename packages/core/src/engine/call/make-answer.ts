import type { Answer } from "../../model/answer.ts";
import type { PartialAnswer } from "../../model/error.ts";
import type { Trace } from "../../model/trace.ts";
import type { UsageTotal } from "../../model/usage.ts";
import type { AttemptRun, EndPart } from "../attempt/attempt.ts";
import type { Judgement } from "../attempt/judge-answer.ts";
import type { Tier } from "../tier.ts";

export interface AnswerSources {
  readonly run: AttemptRun;
  readonly end: EndPart;
  readonly judgement: Judgement;
  readonly tier: Tier;
  readonly usageTotal: UsageTotal;
  readonly trace: Trace;
}

/** The answer of an attempt that ended well. */
export function makeAnswer({ run, end, judgement, tier, usageTotal, trace }: AnswerSources): Answer {
  const { fault: _fault, explanation: _explanation, ...judged } = judgement;
  const { finishReason, rawFinishReason, vendorData } = end;
  return {
    ...judged,
    message: { role: "assistant", content: run.assembly.content() },
    finishReason,
    rawFinishReason,
    usage: run.usage,
    usageTotal,
    vendor: run.target.vendor,
    model: run.servedModel ?? run.target.model,
    tier: tier.name,
    degraded: tier.degraded,
    losses: run.losses,
    vendorData,
    trace,
  };
}

/** What an attempt had written when it failed. */
export function partialOf({ assembly }: AttemptRun): PartialAnswer {
  const content = assembly.partialContent();
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return { text, content, unreleasedToolCalls: [...assembly.calledTools] };
}
