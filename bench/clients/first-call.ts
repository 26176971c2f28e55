/** Makes the first call of a process, with everything that is only then loaded. Of built packages, loaded before it. */
import { prompt } from "../drivers/driver.ts";
import { factories, openChain, usesSdk, type ChainShape } from "../drivers/understudy.ts";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import type { WireName } from "../wires/wire.ts";
import { watchFetch } from "./fetch-marks.ts";

/** Milliseconds. */
export interface FirstCall {
  readonly ms: number;
  /** From the last headers to the whole answer; absent where nothing was asked by `fetch`. */
  readonly behindHeaders?: number | undefined;
}

export interface FirstCallConversation extends Conversation {
  readonly command: {
    readonly wire: WireName;
    /** Asked one after the other: all but the last one refuse. */
    readonly baseURLs: readonly string[];
    readonly text: string;
  };
  /** `undefined`: the driver does not speak this wire. */
  readonly result: FirstCall | undefined;
}

type Command = FirstCallConversation["command"];
type Call = () => Promise<string>;

async function byHand({ wire, baseURLs }: Command): Promise<Call> {
  const { bare } = await import("../drivers/bare.ts");
  const streams = await Promise.all(baseURLs.map(async (baseURL) => bare.stream?.(wire, baseURL)));
  return async () => {
    let answer = "";
    const take = (text: string): void => {
      answer += text;
    };
    for (const [index, stream] of streams.entries()) {
      const isLast = index === streams.length - 1;
      await stream?.(take).catch((error: unknown) => {
        if (isLast) throw error;
      });
    }
    return answer;
  };
}

function byChain(transport: NonNullable<ChainShape["transport"]>) {
  return async ({ wire, baseURLs }: Command): Promise<Call | undefined> => {
    if (transport === "sdk" && !usesSdk(wire)) return undefined;
    await factories[wire]();
    return async () => {
      const chain = await openChain(wire, { baseURLs, transport });
      return (await chain?.generate(prompt))?.text ?? "";
    };
  };
}

const drivers: Readonly<Record<string, (command: Command) => Promise<Call | undefined>>> = {
  bare: byHand,
  chain: byChain("fetch"),
  "chain-node": byChain("node"),
  "chain-sdk": byChain("sdk"),
};

const marks = watchFetch();

await answerParent<FirstCallConversation>(async (command) => {
  const call = await drivers[process.argv[2] ?? ""]?.(command);
  if (call === undefined) return undefined;
  const from = performance.now();
  const answer = await call();
  const to = performance.now();
  if (answer !== command.text) throw new Error(`Got another answer than was sent: ${answer}`);
  return { ms: to - from, behindHeaders: marks.headersAt > from ? to - marks.headersAt : undefined };
});
