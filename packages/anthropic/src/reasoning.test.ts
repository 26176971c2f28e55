import type { Loss, TargetMessage, TargetRequest } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { anthropicModel } from "./models.ts";
import { planReasoning, type ReasoningPlan } from "./reasoning.ts";

type Wishes = Partial<TargetRequest["reasoning"]>;

function plan(
  model: string,
  wishes: Wishes = {},
  more: Partial<TargetRequest> = {},
): ReasoningPlan & { readonly losses: readonly string[] } {
  const losses: string[] = [];
  const request: TargetRequest = {
    messages: [],
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    stop: [],
    ...more,
    reasoning: { visible: true, ...wishes },
  };
  const loss = ({ what, action }: Loss): void => void losses.push(`${what} ${action}`);
  return { ...planReasoning(request, anthropicModel(model), more.maxOutputTokens ?? 64_000, loss), losses };
}

describe("planReasoning", () => {
  test("asks to see the reasoning of models that reason by themselves, and leaves the others alone", () => {
    expect(plan("claude-sonnet-5-5")).toMatchObject({
      thinking: { type: "adaptive", display: "summarized" },
      isThinking: true,
      isVisible: true,
    });
    expect(plan("claude-opus-4-8")).toMatchObject({ isThinking: false });
    expect(plan("claude-opus-4-8").thinking).toBeUndefined();
  });

  test("knows that reasoning is silent when nobody wants to see it", () => {
    expect(plan("claude-sonnet-5-5", { visible: false })).toMatchObject({ isThinking: true, isVisible: false });
    expect(plan("claude-opus-4-8", { visible: false, effort: "low" })).toMatchObject({
      thinking: { type: "adaptive" },
      effort: "low",
      isVisible: false,
    });
    expect(plan("claude-sonnet-4-6", { visible: false, effort: "low" }).thinking).toEqual({
      type: "adaptive",
      display: "omitted",
    });
  });

  test("TR-09 clamps the effort to the model's levels", () => {
    expect(plan("claude-sonnet-4-6", { effort: "xhigh" })).toMatchObject({
      effort: "high",
      losses: ["reasoning.effort downgraded"],
    });
    expect(plan("claude-opus-5-5", { effort: "xhigh" })).toMatchObject({ effort: "xhigh", losses: [] });
  });

  test("turns reasoning off where that can be done, else down", () => {
    expect(plan("claude-opus-5", { effort: "none" })).toMatchObject({ thinking: { type: "disabled" }, losses: [] });
    expect(plan("claude-haiku-4-5", { effort: "none" })).toMatchObject({ isThinking: false, losses: [] });
    expect(plan("claude-opus-5-5", { effort: "none" })).toMatchObject({
      effort: "low",
      isThinking: true,
      losses: ["reasoning.effort downgraded"],
    });
  });

  test("says an effort in tokens to models that take only those", () => {
    expect(plan("claude-haiku-4-5", { effort: "low" })).toMatchObject({
      thinking: { type: "enabled", budget_tokens: 4_096 },
      losses: [],
    });
  });

  test("keeps a budget between the least one and the answer's limit", () => {
    const small = plan("claude-haiku-4-5", { budgetTokens: 10 });
    const large = plan("claude-haiku-4-5", { budgetTokens: 9_000 }, { maxOutputTokens: 2_000 });
    const none = plan("claude-haiku-4-5", { budgetTokens: 9_000 }, { maxOutputTokens: 1_000 });

    expect(small).toMatchObject({ thinking: { budget_tokens: 1_024 }, losses: ["reasoning.budgetTokens downgraded"] });
    expect(large).toMatchObject({ thinking: { budget_tokens: 1_999 }, losses: ["reasoning.budgetTokens downgraded"] });
    expect(none).toMatchObject({ isThinking: false, losses: ["reasoning dropped"] });
  });

  test("AN-15 never sends a budget to a model that decides by itself", () => {
    expect(plan("claude-opus-4-8", { budgetTokens: 9_000 })).toMatchObject({
      thinking: { type: "adaptive" },
      losses: ["reasoning.budgetTokens dropped"],
    });
  });

  test("AN-13 reasons without a budget after tool calls that another target made", () => {
    const call = { type: "tool-call", toolCallId: "t1", toolName: "f", input: {} } as const;
    const result = { type: "tool-result", toolCallId: "t1", toolName: "f", content: [] } as const;
    const own = { type: "reasoning", text: "", opaque: { signature: "s" } } as const;
    const after = (content: Extract<TargetMessage, { role: "assistant" }>["content"]): Partial<TargetRequest> => ({
      messages: [
        { role: "assistant", content },
        { role: "tool", content: [result] },
      ],
    });

    expect(plan("claude-haiku-4-5", { effort: "high" }, after([call]))).toMatchObject({
      isThinking: false,
      losses: ["reasoning dropped"],
    });
    expect(plan("claude-haiku-4-5", { effort: "high" }, after([own, call]))).toMatchObject({ isThinking: true });
  });
});
