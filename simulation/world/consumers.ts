import type { AnswerStream, Chain, Request, StreamEvent } from "@understudy/core";
import type { CallFact } from "../facts.ts";
import type { SimulatedClock } from "./clock.ts";

export interface ConsumerSetup {
  readonly chain: Chain;
  readonly clock: SimulatedClock;
  /** Resolves when the engine's `end` event of the call was seen. */
  readonly ended: (fact: CallFact) => Promise<void>;
}

/** A thousand tokens of output are 0.01 at most vendors, 0.1 at dear ones. */
const OUTPUT_TOKENS = 1_000;
const THRIFTY = 0.095;

const TOOL = { name: "look", description: "Looks." };

function makeRequest({ id, plan }: CallFact): Request {
  const look = { type: "tool-call", toolCallId: "before", toolName: "look", input: {} } as const;
  const history: Request["messages"] = plan.afterToolResult
    ? [
        { role: "user", content: "Look" },
        { role: "assistant", content: [look] },
        { role: "tool", content: [{ type: "tool-result", toolCallId: "before", toolName: "look", content: "seen" }] },
      ]
    : [{ role: "user", content: "Why is the sky blue?" }];
  return {
    messages: history,
    userId: `call-${id}`,
    seed: 1,
    maxOutputTokens: plan.isThrifty ? OUTPUT_TOKENS : undefined,
    tools: plan.tools || plan.afterToolResult ? [TOOL] : undefined,
    output: plan.json ? { type: "json" } : undefined,
  };
}

/** Makes one call and consumes it as its plan says. Never rejects. */
export async function consume(fact: CallFact, signal: AbortSignal | undefined, setup: ConsumerSetup): Promise<void> {
  const { chain, clock, ended } = setup;
  const { plan } = fact;
  const { deadlineMs, startWithinMs, tiers, allowDegraded } = plan;
  const maxCost = plan.isThrifty ? THRIFTY : undefined;
  const options = { signal, deadlineMs, startWithinMs, tiers, allowDegraded, pin: fact.pin?.text, maxCost };
  fact.startedAt = clock.now;
  if (plan.consumer === "generate") {
    await settleResult(fact, chain.generate(makeRequest(fact), options), clock);
  } else {
    try {
      const stream = await chain.stream(makeRequest(fact), options);
      fact.opened = clock.moment;
      await read(fact, stream, setup);
      await settleResult(fact, stream.result, clock);
    } catch (error) {
      fact.opened = { ...clock.moment, error };
    }
  }
  await ended(fact);
  fact.isDone = true;
}

async function settleResult(fact: CallFact, result: Promise<object>, clock: SimulatedClock): Promise<void> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ways of asking give an answer
    const answer = (await result) as NonNullable<CallFact["result"]>["answer"] & object;
    fact.result = { ...clock.moment, answer };
  } catch (error) {
    fact.result = { ...clock.moment, error };
  }
}

async function read(fact: CallFact, stream: AnswerStream, setup: ConsumerSetup): Promise<void> {
  const { plan } = fact;
  const { clock, ended } = setup;
  switch (plan.consumer) {
    case "prompt":
      return readAll(fact, stream[Symbol.asyncIterator](), clock);
    case "slow":
      return readAll(fact, stream[Symbol.asyncIterator](), clock, plan.pauseMs);
    case "text":
      return readText(fact, stream, clock);
    case "quitting": {
      const iterator = stream[Symbol.asyncIterator]();
      for (let reads = 0; reads < plan.reads; reads++) {
        // oxlint-disable-next-line no-await-in-loop -- a consumer reads one event after the other
        if (await readOne(fact, iterator, clock)) break;
      }
      // Some hesitate: meanwhile the stream may have ended one way or the other.
      if (plan.reads % 2 === 0) {
        await new Promise<void>((resolve) => clock.schedule("consumer", plan.pauseMs, resolve));
      }
      fact.leftAt = clock.now;
      await iterator.return?.();
      // Nothing comes after it.
      await readOne(fact, iterator, clock);
      return;
    }
    case "stops-pulling": {
      const iterator = stream[Symbol.asyncIterator]();
      for (let reads = 0; reads < plan.reads; reads++) {
        // oxlint-disable-next-line no-await-in-loop
        if (await readOne(fact, iterator, clock)) break;
      }
      await ended(fact);
      return readAll(fact, iterator, clock);
    }
    case "never-pulling":
      return ended(fact);
    case "awaits-result":
    case "generate":
      return;
    default:
      return plan.consumer satisfies never;
  }
}

async function readAll(
  fact: CallFact,
  iterator: AsyncIterator<StreamEvent>,
  clock: SimulatedClock,
  pauseMs?: number,
): Promise<void> {
  const isOver = (): boolean => fact.seen.some(({ type }) => type === "done" || type === "error");
  while (!isOver()) {
    // oxlint-disable-next-line no-await-in-loop
    if (await readOne(fact, iterator, clock)) break;
    // oxlint-disable-next-line no-await-in-loop
    if (pauseMs !== undefined) await new Promise<void>((resolve) => clock.schedule("consumer", pauseMs, resolve));
  }
  // Once more: after the terminal there is nothing.
  await readOne(fact, iterator, clock);
}

/** Says whether that was the last. */
async function readOne(fact: CallFact, iterator: AsyncIterator<StreamEvent>, clock: SimulatedClock): Promise<boolean> {
  const reading = iterator.next();
  fact.isWaiting = true;
  try {
    const result = await reading;
    if (result.done === true) fact.seen.push({ type: "done", ...clock.moment });
    else fact.seen.push({ type: "event", ...clock.moment, event: result.value });
    return result.done === true;
  } catch (error) {
    fact.seen.push({ type: "error", ...clock.moment, error });
    return true;
  } finally {
    fact.isWaiting = false;
  }
}

async function readText(fact: CallFact, stream: AnswerStream, clock: SimulatedClock): Promise<void> {
  try {
    for await (const text of stream.textStream()) fact.seen.push({ type: "text", ...clock.moment, text });
    fact.seen.push({ type: "done", ...clock.moment });
  } catch (error) {
    fact.seen.push({ type: "error", ...clock.moment, error });
  }
}
