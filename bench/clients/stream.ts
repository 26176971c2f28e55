/** Measures one driver, named by the first argument, in a process of its own: its CPU time, its heap, its compiled code. */
import { loadDriver } from "../drivers/index.ts";
import type { StreamCall } from "../drivers/driver.ts";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import { cpuMicroseconds, middleCost } from "../process/middle-cost.ts";
import { answerLength } from "../wires/text.ts";
import type { WireName } from "../wires/wire.ts";

/** CPU microseconds per delta, and the share of the wall clock that was CPU time. */
export interface RoundResult {
  readonly perDelta: number;
  readonly load: number;
}

export interface StreamConversation extends Conversation {
  readonly command: {
    readonly wire: WireName;
    readonly baseURL: string;
    /** In each stream. */
    readonly deltas: number;
    /** Side by side. */
    readonly streams: number;
    /** One after another, each of so many streams. */
    readonly repeat: number;
    /** Single streams before those that are measured. */
    readonly unmeasured: number;
  };
  /** `undefined`: the driver does not speak this wire. */
  readonly result: RoundResult | undefined;
}

type Command = StreamConversation["command"];

const driver = await loadDriver(process.argv[2] ?? "");
const calls = new Map<string, Promise<StreamCall | undefined>>();

async function openCall({ wire, baseURL }: Command): Promise<StreamCall | undefined> {
  const call = calls.get(baseURL) ?? driver.stream?.(wire, baseURL) ?? Promise.resolve(undefined);
  calls.set(baseURL, call);
  return call;
}

/** A driver that skips or repeats something would look fast or slow for the wrong reason. */
async function checkedCall(call: StreamCall, deltas: number): Promise<void> {
  let seen = 0;
  let characters = 0;
  await call((text) => {
    seen += 1;
    characters += text.length;
  });
  if (seen !== deltas || characters !== answerLength(deltas)) {
    throw new Error(`Saw ${seen} deltas, ${characters} characters; sent ${deltas}, ${answerLength(deltas)}`);
  }
}

async function measure(command: Command): Promise<StreamConversation["result"]> {
  const call = await openCall(command);
  if (call === undefined) return undefined;
  // While other drivers had their turns this process stood still: caches are cold, and some of its code was let go.
  for (let turn = 0; turn < command.unmeasured; turn += 1) await checkedCall(call, command.deltas);
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const perTurn = await middleCost(command.repeat, async () => {
    await Promise.all(Array.from({ length: command.streams }, () => checkedCall(call, command.deltas)));
  });
  return {
    perDelta: perTurn / (command.deltas * command.streams),
    load: cpuMicroseconds(before) / 1_000 / (performance.now() - startedAt),
  };
}

await answerParent<StreamConversation>(measure);
