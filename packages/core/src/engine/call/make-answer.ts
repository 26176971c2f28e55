import type { Answer } from "../../model/answer.ts";
import type { PartialAnswer } from "../../model/error.ts";
import type { Trace } from "../../model/trace.ts";
import type { UsageTotal } from "../../model/usage.ts";
import type { Attempt, EndPart } from "../attempt/attempt.ts";
import type { Judgement } from "../attempt/judge-answer.ts";

export interface AnswerSources {
  readonly attempt: Attempt;
  readonly end: EndPart;
  readonly judgement: Judgement;
  readonly degraded: boolean;
  readonly usageTotal: UsageTotal;
  readonly trace: Trace;
  readonly pin: string | undefined;
}

/** The answer of an attempt that ended well. */
export function makeAnswer({ attempt, end, judgement, degraded, usageTotal, trace, pin }: AnswerSources): Answer {
  const { fault: _fault, explanation: _explanation, issues: _issues, ...judged } = judgement;
  const { finishReason, rawFinishReason, vendorData } = end;
  const { tier, target } = attempt.turn.candidate;
  return {
    ...judged,
    message: { role: "assistant", content: attempt.assembly.content() },
    finishReason,
    rawFinishReason,
    usage: attempt.usage,
    usageTotal,
    cost: usageTotal.cost,
    pin,
    vendor: target.vendor,
    model: end.model ?? target.model,
    tier: tier.name,
    degraded,
    losses: attempt.losses,
    ...attempt.turn.joint?.answer(attempt),
    vendorData,
    callId: trace.callId,
    trace,
  };
}

/** What was shown of an attempt when it failed; of one that goes on with another, also what was shown of that. */
export function partialOf({ assembly, turn }: Attempt): PartialAnswer {
  const content = turn.joint?.partialContent(assembly) ?? assembly.partialContent();
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return { text, content, unreleasedToolCalls: [...assembly.calledTools] };
}
