import { firstIn, objectsOf, textOf, type WireObject } from "../json.ts";
import type { OpenAIProblem } from "../openai/errors.ts";
import { unseal } from "../seal.ts";

type Problem = OpenAIProblem | undefined;

/** Ids of items that were made after reasoning name the group they belong to, so that a missing partner shows. */
const grouped = /^(?:rs|fc|msg)_5ea1([0-9a-f]{16})/;

function groupOf(id: string): string | undefined {
  return grouped.exec(id)?.[1];
}

/** Calls with their outputs, and reasoning with the items that followed it. */
export function checkPairs(body: WireObject, organization: string): Problem {
  const items = objectsOf(body["input"]);
  // With history on the server the partners may be there.
  const stored = textOf(body["previous_response_id"]) !== "" || body["conversation"] !== undefined;
  return checkRepeats(items) ?? checkCalls(items, stored) ?? checkReasoning(items, stored, organization);
}

/** Items and calls are distinguished by their ids. */
export function checkRepeats(items: readonly WireObject[]): Problem {
  const id = repeated(items.map((item) => textOf(item["id"])));
  if (id !== undefined) {
    const message = `Duplicate item found with id ${id}. Remove duplicate items from your input and try again.`;
    return { message, param: "input" };
  }
  const calls = items.filter((item) => /^(function|custom_tool)_call$/.test(textOf(item["type"])));
  const call = repeated(calls.map((item) => textOf(item["call_id"])));
  return call === undefined
    ? undefined
    : { message: `Duplicate tool call found with call_id ${call}.`, param: "input" };
}

function repeated(ids: readonly string[]): string | undefined {
  return ids.find((id, index) => id !== "" && ids.indexOf(id) !== index);
}

export function checkCalls(items: readonly WireObject[], stored: boolean): Problem {
  const idsOf = (type: string) => items.filter((item) => item["type"] === type).map((item) => textOf(item["call_id"]));
  const calls = idsOf("function_call");
  const outputs = idsOf("function_call_output");
  const open = calls.find((id) => !outputs.includes(id));
  if (open !== undefined) return { message: `No tool output found for function call ${open}.`, param: "input" };
  const orphan = stored ? undefined : outputs.find((id) => !calls.includes(id));
  return orphan === undefined
    ? undefined
    : { message: `No tool call found for function call output with call_id ${orphan}.`, param: "input" };
}

function checkReasoning(items: readonly WireObject[], stored: boolean, organization: string): Problem {
  return firstIn(items, (item, index) => {
    const id = textOf(item["id"]);
    if (item["type"] === "reasoning") {
      return checkSeal(item, id, organization) ?? checkFollowing(id, items[index + 1]);
    }
    const group = groupOf(id);
    const kept = items
      .slice(0, index)
      .some((one) => one["type"] === "reasoning" && groupOf(textOf(one["id"])) === group);
    if (stored || group === undefined || kept) return undefined;
    const type = textOf(item["type"] ?? "message");
    return {
      message: `Item '${id}' of type '${type}' was provided without its required 'reasoning' item: 'rs_5ea1${group}'.`,
      param: "input",
    };
  });
}

/** Reasoning that names itself needs the item that came after it; without an id nothing can be missed. */
function checkFollowing(id: string, next: WireObject | undefined): Problem {
  const isEasyMessage = next?.["type"] === undefined;
  const isInput = textOf(next?.["type"]).endsWith("_output") || next?.["role"] === "user";
  if (id === "" || (next !== undefined && !isEasyMessage && !isInput)) return undefined;
  return {
    message: `Item '${id}' of type 'reasoning' was provided without its required following item.`,
    param: "input",
  };
}

function checkSeal(item: WireObject, id: string, organization: string): Problem {
  const made = unseal(textOf(item["encrypted_content"]));
  if (made === undefined || made.organization === organization) return undefined;
  return {
    message: `The encrypted content for item ${id} could not be verified. Reason: Encrypted content organization_id did not match the target organization.`,
    code: "invalid_encrypted_content",
  };
}
