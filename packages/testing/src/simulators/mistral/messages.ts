import { findUnpaired } from "../chat/pairs.ts";
import { firstIn, firstOf, listOf, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import type { MistralProblem, Problem } from "./errors.ts";

/** The order of the turns, the pairing of calls, and how calls are named. */
export function checkMistralMessages(body: WireObject): Problem {
  const messages = objectsOf(body["messages"]);
  return firstOf([
    () => (messages.length === 0 ? order("Conversation must have at least one message") : undefined),
    () => checkLast(messages),
    () => checkOrder(messages),
    () => checkPairs(messages),
    () => firstIn(messages, (message, index) => checkPrefix(message, index === messages.length - 1)),
    () => firstIn(messages, checkIds),
  ]);
}

/** What may stand behind a turn of each role. */
const followers: Readonly<Record<string, readonly string[]>> = {
  system: ["user", "assistant", "system"],
  user: ["assistant", "system", "user"],
  assistant: ["assistant", "user", "tool"],
  tool: ["assistant", "tool"],
};

function checkLast(messages: readonly WireObject[]): Problem {
  const last = messages.at(-1);
  if (last === undefined || last["role"] !== "assistant" || last["prefix"] === true) return undefined;
  return order(`Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant`);
}

function checkOrder(messages: readonly WireObject[]): Problem {
  return firstIn(messages, ({ role }, index) => {
    const before = messages[index - 1]?.["role"];
    if (before === undefined) return role === "tool" ? order("Unexpected role 'tool'") : undefined;
    return followers[shown(before)]?.includes(shown(role)) === false
      ? order(`Unexpected role '${shown(role)}' after role '${shown(before)}'`)
      : undefined;
  });
}

function checkPairs(messages: readonly WireObject[]): Problem {
  const problem = findUnpaired(messages);
  switch (problem?.type) {
    case "orphan":
      return order(`Unexpected tool call id ${problem.id} in tool results`);
    case "unanswered":
      return order("Not the same number of function calls and responses");
    default:
      return undefined;
  }
}

function checkPrefix({ prefix }: WireObject, isLast: boolean): Problem {
  if (prefix !== true || isLast) return undefined;
  return {
    message: "Assistant message with prefix True must be last message",
    type: "invalid_assistant_message",
    code: null,
  };
}

function checkIds({ role, tool_calls: calls, tool_call_id: id }: WireObject): Problem {
  const named = role === "tool" ? [id] : objectsOf(calls).map((call) => call["id"]);
  const bad = named.find((one) => !/^[a-zA-Z0-9]{9}$/.test(textOf(one)));
  if (bad !== undefined)
    return invalidCall(`Tool call id was ${shown(bad)} but must be a-z, A-Z, 0-9, with a length of 9.`);
  if (new Set(named).size < named.length)
    return order(`Duplicate tool call id ${shown(named[0])} in assistant message`);
  return firstIn(listOf(calls), (call) => {
    const name = objectsOf([call])
      .flatMap(({ function: fn }) => objectsOf([fn]))
      .map((fn) => fn["name"])[0];
    return /^[a-zA-Z0-9_-]{1,64}$/.test(textOf(name)) ? undefined : invalidName(name);
  });
}

export function invalidName(name: unknown): MistralProblem {
  const rule = "must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.";
  return invalidCall(`Function name was ${shown(name)} but ${rule}`);
}

function invalidCall(message: string): MistralProblem {
  return { message, type: "invalid_function_call", code: "3280" };
}

function order(message: string): MistralProblem {
  return { message, type: "invalid_request_message_order", code: "3230" };
}
