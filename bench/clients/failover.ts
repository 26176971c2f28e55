/** Makes calls that meet a failing target first and a working one next. */
import type { CallOptions } from "@understudy/core";
import { bare } from "../drivers/bare.ts";
import { prompt } from "../drivers/driver.ts";
import { openChain } from "../drivers/understudy.ts";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import type { WireName } from "../wires/wire.ts";
import { takeDecisions, watchDecisions, type Decisions } from "./decision-clock.ts";

export interface FailoverConversation extends Conversation {
  readonly command: {
    readonly wire: WireName;
    readonly failing: string;
    readonly working: string;
    readonly calls: number;
  };
  /** `undefined`: the driver does not speak this wire. */
  readonly result: Decisions | undefined;
}

type Command = FailoverConversation["command"];

const ignore = (_seen?: unknown): void => undefined;

/** The limit: the same two calls by hand. */
async function callByHand({ wire, failing, working }: Command): Promise<boolean> {
  const first = await bare.stream?.(wire, failing);
  const second = await bare.stream?.(wire, working);
  if (first === undefined || second === undefined) return false;
  await second(ignore);
  // It may or may not be an error for the plain loop; either way the answer is over and the next request is due.
  await first(ignore).catch(ignore);
  await second(ignore);
  return true;
}

/** A chain of its own for every call, or the breaker would learn to leave the failing tier out. */
function callByChain(adapter: "vendor" | "plain") {
  return async ({ wire, failing, working }: Command): Promise<boolean> => {
    // Without a gate the first text is released at once, and what fails in the stream fails behind it.
    const chain = await openChain(wire, { adapter, transport: "fetch", holdMs: 0, baseURLs: [failing, working] });
    if (chain === undefined) return false;
    const consume = async (options: CallOptions): Promise<void> => {
      for await (const event of await chain.stream(prompt, options)) ignore(event.type);
    };
    // What happens once in the life of a target is not part of the decision.
    await consume({ tiers: ["tier-2"] });
    await consume({});
    return true;
  };
}

const calls = { bare: callByHand, engine: callByChain("plain"), chain: callByChain("vendor") } as const;
const call = Object.entries(calls).find(([name]) => name === process.argv[2])?.[1] ?? callByHand;

watchDecisions();

await answerParent<FailoverConversation>(async (command) => {
  takeDecisions();
  for (let index = 0; index < command.calls; index += 1) if (!(await call(command))) return undefined;
  return takeDecisions();
});
