import { objectsOf, textOf, type WireObject } from "../json.ts";

/** What is wrong between tool calls and tool messages of a chat. */
export type PairProblem =
  | { readonly type: "orphan"; readonly index: number; readonly id: string }
  | { readonly type: "unanswered"; readonly index: number; readonly ids: readonly string[] };

/** Every tool message answers a call of the assistant message before it, and every call is answered at once. */
export function findUnpaired(messages: readonly WireObject[]): PairProblem | undefined {
  let open: readonly string[] = [];
  let asked: readonly string[] = [];
  let asking = -1;
  for (const [index, message] of messages.entries()) {
    if (message["role"] === "tool") {
      const id = textOf(message["tool_call_id"]);
      if (!asked.includes(id)) return { type: "orphan", index, id };
      open = open.filter((one) => one !== id);
      continue;
    }
    if (open.length > 0) return { type: "unanswered", index: asking, ids: open };
    asked = objectsOf(message["tool_calls"]).map((call) => textOf(call["id"]));
    open = asked;
    asking = index;
  }
  return open.length > 0 ? { type: "unanswered", index: asking, ids: open } : undefined;
}
