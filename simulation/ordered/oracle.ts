import type { Violation } from "../oracle/words.ts";
import { LIMIT, TIMEOUT_MS, type ModelPlan } from "./plan.ts";
import { paceOf, type Ask, type OrderedFacts } from "./play.ts";

const MINUTE = 60_000;
/** Well within "the last minutes": nothing that is as old as that may be forgotten yet. */
const KNOWN_MS = 4 * MINUTE;
/** After a change, until the order must have followed it. */
const FOLLOWS_MS = 12 * MINUTE;
/** In that many calls somebody looks after those that were not asked: it does not once in 400,000 times. */
const LOOKS_WITHIN_CALLS = 250;
const EARLY_MS = 50;
/** In parts of a call: each request since the statement takes a little of what is left. */
const SLACK = 0.3;
/** What an answer is taken to be before there was one. */
const FIRST_OUTPUT = 500;
/** The lowest limit that a call sets. */
const SHORTEST = 100;

/** The first request of a call, and who else might have had it. */
interface Choice {
  readonly ask: Ask;
  readonly others: readonly ModelPlan[];
  readonly before: readonly Ask[];
}

/** What the vendors saw, held against the words of R16.5, R16.6 and R16.8. */
export function findOrderedViolations(facts: OrderedFacts): Violation[] {
  const { plan, skipped } = facts;
  const rule = ({ fastest: "R16.6", cheapest: "R16.8", left: "R16.5" } as const)[plan.by];
  const unfinished = plan.calls.length - skipped.size;
  const texts = [
    ...(unfinished > 0 ? [`${unfinished} calls did not end`] : []),
    ...(plan.by === "fastest" ? fastest(facts) : plan.by === "cheapest" ? cheapest(facts) : weighed(facts)),
  ];
  return texts.map((text) => ({ rule, text }));
}

function choicesOf({ plan, asks, skipped }: OrderedFacts): readonly Choice[] {
  return plan.calls.flatMap((_, call) => {
    const index = asks.findIndex((one) => one.call === call);
    const ask = asks[index];
    if (ask === undefined || ask.model.name === "last") return [];
    const passed = new Set(skipped.get(call)?.map((skip) => skip.vendor));
    const others = plan.models.filter((one) => one !== ask.model && !passed.has(one.name));
    return [{ ask, others, before: asks.slice(0, index) }];
  });
}

/** Milliseconds to first content that were seen of a model; a limit that ran out counts as a minute, a refusal not at all. */
function seen(
  of: ModelPlan,
  before: readonly Ask[],
  at: number,
): readonly { readonly ms: number; readonly at: number }[] {
  return before.flatMap(({ model, at: from, firstAt, leftAt, endedAt }) => {
    const to = endedAt ?? leftAt;
    if (model !== of || to === undefined || to > at - EARLY_MS) return [];
    if (firstAt !== undefined) return [{ ms: firstAt - from, at: to }];
    return leftAt === undefined ? [] : [{ ms: MINUTE, at: to }];
  });
}

function* fastest(facts: OrderedFacts): Iterable<string> {
  const choices = choicesOf(facts);
  let explored = 0;
  for (const { ask, others, before } of choices) {
    const { at, model, call } = ask;
    const own = seen(model, before, at);
    const unknown = others.filter((one) => !before.some((other) => other.model === one));
    const isAsked = before.some((one) => one.model === model);
    // While the very first request runs nothing is known of anyone.
    const isKnown = own.some((one) => one.at > at - KNOWN_MS);
    if (isAsked && isKnown && unknown.length > 0)
      yield `call ${call} asks ${model.name} again, and nobody has asked ${unknown[0]?.name} yet`;
    const faster = others.find((one) => isSurelyFaster(seen(one, before, at + 2 * EARLY_MS), own, at));
    if (faster === undefined) continue;
    explored++;
    const last = before.findLast((one) => one.model === model);
    if (last !== undefined && at - last.at < MINUTE - EARLY_MS)
      yield `call ${call} asks ${model.name} before ${faster.name}, which is faster`;
  }
  const most = choices.length / 20 + 4 * Math.sqrt(choices.length / 20) + 1;
  if (explored > most) yield `${explored} of ${choices.length} calls asked one that is slower`;
  yield* looksAfterAll(choices);
  yield* followsChanges(facts, choices);
}

function* looksAfterAll(choices: readonly Choice[]): Iterable<string> {
  let calls = 0;
  for (const { ask, others, before } of choices) {
    const isDue = (one: ModelPlan): boolean => {
      const last = before.findLast(({ model }) => model === one);
      return last !== undefined && ask.at - last.at > MINUTE + EARLY_MS;
    };
    calls = isDue(ask.model) || !others.some(isDue) ? 0 : calls + 1;
    if (calls === LOOKS_WITHIN_CALLS) yield `nobody looked after the others in ${calls} calls until ${ask.call}`;
  }
}

function isSurelyFaster(one: ReturnType<typeof seen>, other: ReturnType<typeof seen>, at: number): boolean {
  const isRecent = (all: ReturnType<typeof seen>): boolean => all.some((each) => each.at > at - KNOWN_MS);
  if (!isRecent(one) || !isRecent(other)) return false;
  return Math.max(...one.map(({ ms }) => ms)) < Math.min(...other.map(({ ms }) => ms));
}

/** Long after everything has settled most calls ask the one that is the fastest now. */
function* followsChanges({ plan }: OrderedFacts, choices: readonly Choice[]): Iterable<string> {
  // A limit that ran out counts as a minute: who hung is looked after many times before its mean is low again.
  if (plan.models.some(({ refuses, paceMs: [before] }) => refuses > 0 || before > TIMEOUT_MS)) return;
  const changedAt = Math.max(0, ...plan.models.map(({ changesAt }) => changesAt).filter(Number.isFinite));
  const late = choices.filter(({ ask }) => ask.at > changedAt + FOLLOWS_MS);
  const right = late.filter(({ ask, others }) =>
    others.every((one) => paceOf(one, ask.at) >= paceOf(ask.model, ask.at)),
  );
  if (right.length < 0.8 * late.length)
    yield `only ${right.length} of ${late.length} calls ask the fastest, long after the last change`;
}

function* cheapest(facts: OrderedFacts): Iterable<string> {
  const { models, calls } = facts.plan;
  for (const { ask, others } of choicesOf(facts)) {
    const { characters = 0, maxOutputTokens = Infinity } = calls[ask.call] ?? {};
    const [least] = costs(ask.model, characters, maxOutputTokens);
    for (const other of others) {
      const [, most] = costs(other, characters, maxOutputTokens);
      const isListedBefore = models.indexOf(other) < models.indexOf(ask.model);
      if (most < least) yield `call ${ask.call} asks ${ask.model.name} before ${other.name}, which is cheaper`;
      else if (other.price === undefined && ask.model.price === undefined && isListedBefore)
        yield `call ${ask.call} asks ${ask.model.name} before ${other.name}: no price is known of either`;
    }
  }
}

/** The least and the most that one may expect it to cost, however tokens are estimated. */
function costs({ price, outputTokens }: ModelPlan, characters: number, most: number): readonly [number, number] {
  if (price === undefined) return [Infinity, Infinity];
  // Answers that were cut short by their limit are learnt from like any other.
  const output = [FIRST_OUTPUT, outputTokens, Math.min(outputTokens, SHORTEST)].map((tokens) => Math.min(tokens, most));
  const cost = (input: number, tokens: number): number => input * price.input + tokens * price.output;
  return [cost(characters / 8, Math.min(...output)), cost(characters / 2 + 50, Math.max(...output))];
}

/** Nobody who has more than its part of the calls is given another while somebody is a whole call short of its own. */
function* weighed(facts: OrderedFacts): Iterable<string> {
  for (const { ask, before } of choicesOf(facts)) {
    const { models } = facts.plan;
    const isStated = models.every((one) => seen(one, before, ask.at).length > 0);
    if (!isStated || (facts.skipped.get(ask.call)?.length ?? 1) > 0) continue;
    const running = (of: ModelPlan): number =>
      before.filter((one) => one.model === of && (one.endedAt ?? one.refusedAt ?? Infinity) > ask.at).length;
    const sum = models.reduce((all, one) => all + one.left / LIMIT, 0);
    const calls = models.reduce((all, one) => all + running(one), 1);
    const part = (of: ModelPlan): number => (calls * (of.left / LIMIT)) / sum;
    const short = models.find((one) => running(one) + 1 < part(one) - SLACK);
    if (short !== undefined && running(ask.model) > part(ask.model) + SLACK)
      yield `call ${ask.call} asks ${ask.model.name}, and ${short.name} has more left for its ${running(short)} calls`;
  }
}
