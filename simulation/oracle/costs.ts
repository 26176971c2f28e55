import { isUnderstudyError, type Usage } from "@understudy/core";
import type { CallFact, Facts } from "../facts.ts";
import { isDear } from "./known-health.ts";
import { attemptsOf } from "./words.ts";

/** What `steeringOptions` of the world says that targets cost, a million tokens in or out. */
const DEAR = 100;
const CHEAP = 10;
const PER = 1e6;

/** R16.9: The cost of a call is that of all that its vendors counted, failed attempts too, and says where it is a lower bound. */
export function* costsAreSums(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    const { id, result } = call;
    const { answer, error } = result ?? {};
    const total = answer?.usageTotal ?? (isUnderstudyError(error) ? error.usageTotal : undefined);
    if (total === undefined) continue;
    const { cost } = total;
    const expected = facts.plan.steering === undefined ? undefined : amountOf(facts, call);
    if (cost === undefined || expected === undefined) {
      if (cost?.amount !== expected) yield `call ${id} costs ${cost?.amount}, not ${expected}`;
      continue;
    }
    if (Math.abs(cost.amount - expected) > 1e-12) yield `call ${id} costs ${cost.amount}, not ${expected}`;
    if (answer !== undefined && cost.exact !== (total.exact && isWhole(answer.usage)))
      yield `call ${id} is wrong about how exact its cost is`;
  }
}

/** R16.10: No call asks what could cost more than it may. */
export function* boundsOfCostHold(facts: Facts): Iterable<string> {
  for (const { id, plan, upstream } of facts.calls) {
    if (!plan.isThrifty) continue;
    const [dear] = upstream.filter(({ target }) => isDear(facts, target));
    if (dear !== undefined) yield `call ${id} asked target ${dear.target.index}, which costs more than the call may`;
  }
}

function amountOf(facts: Facts, call: CallFact): number {
  return attemptsOf(call).reduce((sum, { upstream, record }) => {
    if (upstream === undefined) return sum;
    const price = isDear(facts, upstream.target) ? DEAR : CHEAP;
    return sum + (price * tokensOf(record?.usage)) / PER;
  }, 0);
}

function tokensOf({ inputTokens = 0, outputTokens = 0 }: Usage = {}): number {
  return inputTokens + outputTokens;
}

function isWhole(usage: Usage | undefined): boolean {
  return usage?.inputTokens !== undefined && usage.outputTokens !== undefined;
}
