import { objectsOf, type WireObject } from "../json.ts";

/** A turn as the vendor sees it: consecutive messages of one role are one. */
export interface Turn {
  readonly role: unknown;
  /** Position of the first message. */
  readonly index: number;
  readonly blocks: readonly WireObject[];
}

export function mergeTurns(messages: readonly WireObject[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    const last = turns.at(-1);
    if (last?.role === message["role"] && last !== undefined) {
      turns[turns.length - 1] = { ...last, blocks: [...last.blocks, ...blocksOf(message)] };
    } else if (message["role"] !== "system") {
      turns.push({ role: message["role"], index, blocks: blocksOf(message) });
    }
  }
  return turns;
}

/** A text block, if its content is one text. */
export function blocksOf(message: WireObject | undefined): readonly WireObject[] {
  const content = message?.["content"];
  return typeof content === "string" ? [{ type: "text", text: content }] : objectsOf(content);
}
