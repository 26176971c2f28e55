/** Long conversations, as a vendor's own answers make them. */
import type { Message } from "@understudy/core";
import { openChain } from "../drivers/understudy.ts";
import type { WireName } from "../wires/wire.ts";
import { simulators } from "./simulators.ts";
import { toolsOf } from "./tools.ts";

const QUESTION: Message = {
  role: "user",
  content: "Who may leave the house early, and what does the notice have to say?",
};
const FOUND = "Article 7. Whoever has been here for a year may leave with a notice of three months. ".repeat(4);

/** What one vendor answered, and where it was asked: only there its own data goes back. */
export interface Turns {
  readonly baseURL: string;
  /** A question, a call of a tool, its result, and the answer. */
  readonly messages: readonly Message[];
}

export async function turnsOf(wire: WireName): Promise<Turns> {
  const vendor = await simulators[wire]();
  try {
    const call = { name: "search", input: { query: "leaving early", limit: 5 } };
    const step = { reasoning: "The articles have to say that. ".repeat(5), text: "I look it up.", toolCalls: [call] };
    vendor.script([{ answer: step }, { answer: { text: "After a year, with three months' notice. ".repeat(5) } }]);
    const chain = await openChain(wire, { baseURLs: [vendor.url], transport: "fetch" });
    if (chain === undefined) throw new Error(`${wire} has no adapter`);
    const messages: Message[] = [QUESTION];
    const tools = toolsOf(1);
    const asked = await chain.generate({ messages, tools });
    messages.push(asked.message, {
      role: "tool",
      content: asked.toolCalls.map(({ toolCallId }) => ({ type: "tool-result", toolCallId, content: FOUND })),
    });
    const answered = await chain.generate({ messages, tools });
    return { baseURL: vendor.url, messages: [...messages, answered.message] };
  } finally {
    await vendor.close();
  }
}

/** What a vendor names its items by: none comes twice in a conversation. */
const IDS = ["toolCallId", "id", "after"];

/** The turns again and again, each with ids of its own, and a question at the end: four messages for each, and one. */
export function historyOf({ messages }: Turns, count: number): readonly Message[] {
  const written = JSON.stringify(messages);
  const repeated = Array.from({ length: Math.floor((count - 1) / messages.length) }, (_, turn) => {
    const number = String(turn).padStart(3, "0");
    const own: readonly Message[] = JSON.parse(written, (key, value: unknown) =>
      typeof value === "string" && IDS.includes(key) ? value.slice(0, -number.length) + number : value,
    );
    return own;
  });
  return [...repeated.flat(), QUESTION];
}
