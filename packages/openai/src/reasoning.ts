export { planEffort as planReasoning, type ReasoningPlan } from "@understudy/core/adapter";
