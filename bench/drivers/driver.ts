import type { WireName } from "../wires/wire.ts";

/** One streamed call: hands every text delta to `onText` and resolves when the answer has ended. */
export type StreamCall = (onText: (text: string) => void) => Promise<void>;

/** One call whose answer is wanted whole: resolves to its text. */
export type AnswerCall = () => Promise<string>;

/**
 * A way to call a vendor. What an application makes once (clients, chains) is made by `stream` and `answer`; the
 * functions they return are what is measured. `undefined`: this driver does not speak that wire.
 */
export interface Driver {
  stream?(wire: WireName, baseURL: string): Promise<StreamCall | undefined>;
  answer?(wire: WireName, baseURL: string): Promise<AnswerCall | undefined>;
}

export const prompt = "What does an understudy do?";
