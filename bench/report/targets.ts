/** What the figures have to be. */
import { atLeast, atMost, cell, oneMore, over, type Figure, type Limit } from "./figure.ts";

/** One row of the page's first table. */
export interface Target {
  readonly what: string;
  readonly limit: Limit;
  readonly figure: Figure;
}

function target(what: string, limit: Limit, figure: Figure): Target {
  return { what, limit, figure };
}

const full = (driver: string): Figure => cell("stream-full", "× bare", { driver });
const perRead = (driver: string): Figure => cell("stream-per-read", "× bare", { driver });
const smallCpu = (driver: string): Figure => cell("generate", "× the SDK's CPU", { driver });
const smallCalls = (driver: string): Figure => cell("generate", "× the SDK's calls", { driver });
const decision = (failure: string): Figure => cell("failover", "ms over bare", { driver: "chain", failure });
const openStream = (driver: string): Figure => cell("open-streams", "kB over bare", { driver });
const manyStreams = (driver: string, column: string): Figure => cell("many-streams", column, { driver });
const firstCall = (driver: string): Figure => cell("first-call", "ms over bare", { driver, what: "first call" });
const firstFailover = (driver: string): Figure =>
  cell("first-call", "ms over bare", { driver, what: "first call, which fails over" });
const delta = (driver: string, deltas: number): Figure => cell("scaling", "µs per delta", { driver, deltas });
const asking = (of: string, count: number): Figure => cell("requests", "µs per call", { of, count });
const DELAY = "event loop delay, p99 ms";

export const TARGETS: readonly Target[] = [
  target("full speed, × bare, gate at 0", atMost(1.25), full("chain-no-gate")),
  target("full speed, × bare", atMost(1.3), full("chain")),
  target("full speed, × the SDK's raw loop", atMost(1), over(full("chain"), full("sdk-raw"))),
  target("one delta per read, × bare, `fetch`", atMost(1.15), perRead("chain")),
  target("one delta per read, × bare, `node`", atMost(0.9), perRead("chain-node")),
  target("`streamText` of a chain, × that of the provider", atMost(1.05), over(full("ai-sdk-chain"), full("ai-sdk"))),
  target("small call, CPU × the SDK's, whole, `fetch`", atMost(1), smallCpu("chain-whole")),
  target("small call, CPU × the SDK's, streamed, `fetch`", atMost(1), smallCpu("chain")),
  target("calls per second, × the SDK's, whole, `fetch`", atLeast(1.2), smallCalls("chain-whole")),
  target("calls per second, × the SDK's, streamed, `fetch`", atLeast(1.2), smallCalls("chain")),
  target("calls per second, × the SDK's, whole, `node`", atLeast(1.5), smallCalls("chain-node-whole")),
  target("calls per second, × the SDK's, streamed, `node`", atLeast(1.5), smallCalls("chain-node")),
  target(
    "first text, ms over bare, gate at 0, `fetch`",
    atMost(0.3),
    cell("ttft", "ms above bare", { driver: "chain-no-gate" }),
  ),
  target(
    "first text, ms over bare, gate at 0, `node`",
    atMost(0.3),
    cell("ttft", "ms above bare", { driver: "chain-node-no-gate" }),
  ),
  target("decision, ms over the sockets: an error event", atMost(0.3), decision("error in the stream")),
  target("decision, ms over the sockets: a cut", atMost(0.3), decision("stream cut")),
  target("an open stream, kB over bare, `fetch`", atMost(12), openStream("chain")),
  target("an open stream, kB over bare, `node`", atMost(0), openStream("chain-node")),
  target("an open stream, timers", atMost(1), cell("open-streams", "timers per stream", { driver: "chain" })),
  target("many open streams, kB × the first tenth, `fetch`", atMost(1.1), manyStreams("chain", "× the first")),
  target("many open streams, kB × the first tenth, `node`", atMost(1.1), manyStreams("chain-node", "× the first")),
  target("many open streams, delay p99 ms, `fetch`", atMost(20), manyStreams("chain", DELAY)),
  target("many open streams, delay p99 ms, `node`", atMost(20), manyStreams("chain-node", DELAY)),
  target("first call of a process, ms over bare, `fetch`", atMost(15), firstCall("chain")),
  target("first call of a process, ms over bare, `node`", atMost(15), firstCall("chain-node")),
  target("first failover of a process, ms over bare, `fetch`", atMost(20), firstFailover("chain")),
  target("first failover of a process, ms over bare, `node`", atMost(20), firstFailover("chain-node")),
  target("10 tiers, a delta × that of one", atMost(1.1), over(delta("chain-10", 100_000), delta("chain-1", 100_000))),
  target("100 tiers, a call × that of one", atMost(1.1), over(asking("tiers", 100), asking("tiers", 1))),
  target("100,000 deltas, one × one of 1,000", atMost(1.1), over(delta("chain-1", 100_000), delta("chain-1", 1_000))),
  target("1,000 messages, one more × one of 100", atMost(1.3), oneMore("messages")),
  target("200 tools (128 where no more are taken), one more × one of 20", atMost(1.3), oneMore("tools")),
];
