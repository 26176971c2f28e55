/** Opens streams, is stopped and continued by its parent, reads them to the end and reports. */
import { setTimeout as sleep } from "node:timers/promises";
import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type AnswerStream, type Chain, type FailureClass } from "@understudy/core";
import { nodeTransport } from "@understudy/core/node";
import { openai } from "@understudy/openai";
import { wires } from "../../bench/wires/index.ts";
import { answerText } from "../../bench/wires/text.ts";
import { Complaints } from "../complaints.ts";
import { Timers } from "../timers.ts";
import { LIMIT_MS, PIECES, SITUATIONS, type ProcessReport, type Situation, type StreamReport } from "./words.ts";

const url = process.argv[2] ?? "";
const DAY_MS = 86_400_000;
/** Of a consumer that is away when the process is stopped: over before the chain would mind. */
const AWAY_MS = 300;
const CONNECTIONS_END_MS = 6_000;

let breakerEvents = 0;
const LIMITS = {
  timeoutMs: LIMIT_MS,
  silentReasoningMs: LIMIT_MS,
  livenessMs: LIMIT_MS,
  progressMs: LIMIT_MS,
  workingMs: LIMIT_MS,
};

function chainOf(wire: "anthropic" | "openai", way: "fetch" | "node"): Chain {
  const transport = { transport: "fetch", ...(way === "node" ? { fetch: nodeTransport() } : undefined) } as const;
  const target = (place: string) => {
    const options = { apiKey: place, baseURL: `${url}/${wire}/${place}`, ...transport };
    if (wire === "anthropic") return anthropic(wires.anthropic.model, options);
    return openai.chat(wires["openai-chat"].model, options);
  };
  const tiers = ["first", "second"].map((name) => ({ name, target: target(name), ...LIMITS }));
  return createChain(tiers, {
    consumerIdleMs: LIMIT_MS,
    holdMs: 0,
    onEvent: ({ type }) => void (breakerEvents += type === "breaker" ? 1 : 0),
  });
}

async function read(stream: AnswerStream, isAway: boolean): Promise<string> {
  let text = "";
  let reads = 0;
  for await (const event of stream) {
    if (event.type === "failover") text = "";
    else if (event.type === "text-delta") text += event.delta;
    if (isAway && reads++ === 2) await sleep(AWAY_MS);
  }
  return text;
}

async function one(chain: Chain, way: string, situation: Situation): Promise<StreamReport> {
  let isWhole = false;
  let failures: readonly (FailureClass | undefined)[];
  try {
    const stream = await chain.stream(`Play ${situation}.`);
    isWhole = (await read(stream, situation === "pausing")) === answerText(PIECES);
    failures = (await stream.result).trace.attempts.map((attempt) => attempt.class);
  } catch (error) {
    failures = isUnderstudyError(error) ? error.attempts.map((attempt) => attempt.class) : ["adapter.threw"];
  }
  return { situation, way, isWhole, failures: failures.filter((failure) => failure !== undefined) };
}

const complaints = new Complaints();
const timers = new Timers();
const chains = (["anthropic", "openai"] as const).flatMap((wire) =>
  (["fetch", "node"] as const).map((way) => ({ way: `${wire} by ${way}`, chain: chainOf(wire, way) })),
);
await Promise.all(chains.map(({ chain }) => chain.generate("Play warming.")));
const wallNow = Date.now;
process.on("message", (days) => {
  // The wall clock is set while the process stands still, as after a sleep.
  Date.now = () => wallNow() + Number(days) * DAY_MS;
});
process.send?.("warm");
const streams = await Promise.all(
  chains.flatMap(({ chain, way }) => SITUATIONS.map((situation) => one(chain, way, situation))),
);
// Those of idle connections end with them.
for (let waited = 0; waited < CONNECTIONS_END_MS && timers.running > 0; waited += 50) await sleep(50);
const report: ProcessReport = {
  streams,
  health: chains.flatMap(({ chain }) => chain.snapshot()),
  breakerEvents,
  timers: timers.running,
  complaints: complaints.all,
};
process.send?.(report);
process.disconnect();
