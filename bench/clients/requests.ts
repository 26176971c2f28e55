/** What it costs to ask: calls answered from memory, so that only the making of the request differs. */
import { cannedFetch } from "../counts/canned-fetch.ts";
import type { Request } from "@understudy/core";
import { readEvents } from "../drivers/read-events.ts";
import { readText } from "../drivers/read-text.ts";
import { openChain } from "../drivers/understudy.ts";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import { cpuMicroseconds } from "../process/middle-cost.ts";
import { spread } from "../report/statistics.ts";
import { historyOf, turnsOf, type Turns } from "../requests/history.ts";
import { toolsOf } from "../requests/tools.ts";
import { answerText } from "../wires/text.ts";
import type { WireName } from "../wires/wire.ts";

/** Equal shapes are the same request, prepared once. */
export interface Shape {
  readonly wire: WireName;
  /** Who gave the answers of the history. */
  readonly origin: WireName;
  readonly messages: number;
  readonly tools: number;
  readonly tiers: number;
}

export interface RequestConversation extends Conversation {
  readonly command: { readonly shape: Shape; readonly by: "chain" | "hand" };
  /** CPU microseconds of a call, and bytes of the request's body. */
  readonly result: { readonly perCall: number; readonly bytes: number };
}

type Call = () => Promise<string>;

interface Prepared {
  readonly bytes: number;
  readonly chain: Call;
  readonly hand: Call;
}

const DELTAS = 12;
const PIECES = 7;
const LEAST_MICROSECONDS = 5_000;

const turns = new Map<WireName, Promise<Turns>>();
const prepared = new Map<string, Promise<Prepared>>();

function once<Value>(known: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

async function prepare({ wire, origin, messages, tools, tiers }: Shape): Promise<Prepared> {
  const own = await once(turns, wire, () => turnsOf(wire));
  const history = historyOf(await once(turns, origin, () => turnsOf(origin)), messages);
  // Where a history has calls, their tool is declared.
  const declared = toolsOf(messages > 1 ? Math.max(tools, 1) : tools);
  const request: Request = { messages: history, tools: declared };
  const answering = cannedFetch(wire, DELTAS, "one");
  let body = "";
  const chain = await openChain(wire, {
    baseURLs: Array.from({ length: tiers }, () => own.baseURL),
    transport: "fetch",
    fetch: (input, init) => {
      if (typeof init?.body === "string") ({ body } = init);
      return answering(input, init);
    },
  });
  const byChain = async (): Promise<string> => (await chain?.generate(request))?.text ?? "";
  await byChain();
  const parsed: unknown = JSON.parse(body);
  return {
    bytes: Buffer.byteLength(body),
    chain: byChain,
    hand: async () => {
      const response = await answering(own.baseURL, { method: "POST", body: JSON.stringify(parsed) });
      let answer = "";
      const feed = readEvents(wire, (data) => (answer += readText[wire](data) ?? ""));
      const reader = response.body?.getReader();
      for (;;) {
        const read = await reader?.read();
        if (read?.value === undefined) return answer;
        feed(read.value);
      }
    },
  };
}

/** CPU microseconds of one of the calls that take so long together. */
async function piece(call: Call): Promise<number> {
  const text = answerText(DELTAS);
  const from = process.cpuUsage();
  for (let calls = 1; ; calls += 1) {
    const answer = await call();
    if (answer !== text) throw new Error(`Got another answer than was sent: ${answer}`);
    const spent = cpuMicroseconds(from);
    if (spent >= LEAST_MICROSECONDS) return spent / calls;
  }
}

await answerParent<RequestConversation>(async ({ shape, by }) => {
  const { bytes, [by]: call } = await once(prepared, JSON.stringify(shape), () => prepare(shape));
  const perCall: number[] = [];
  while (perCall.length < PIECES) perCall.push(await piece(call));
  return { perCall: spread(perCall).median, bytes };
});
