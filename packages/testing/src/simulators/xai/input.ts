import { firstIn, isObject, listOf, objectsOf, textOf, type WireObject } from "../json.ts";
import { checkItems } from "../openai-responses/items.ts";
import { checkCalls, checkRepeats } from "../openai-responses/pairs.ts";
import { unseal } from "../seal.ts";
import { noSuchItem, notParsed, type XAIProblem } from "./errors.ts";

type Problem = XAIProblem | undefined;

/** Items of the format that go back, and what the vendor ran itself, which is taken on trust. */
const ofFormat = /^(?:message|function_call|function_call_output|reasoning)$/;
const hosted =
  /^(?:web_search|x_search|code_interpreter|code_execution|file_search|mcp|image_generation|view_image|view_x_video)_call$/;

/** The input as far as this vendor is known to differ; the rest as the format has it. */
export function checkInput(body: WireObject, organization: string): Problem {
  const { input } = body;
  if (typeof input === "string") return undefined;
  if (!Array.isArray(input)) return notParsed("missing field `input`");
  return (
    firstIn<unknown, XAIProblem>(input, (item) => checkItem(item, organization)) ??
    inOwnWords(
      checkItems(input.filter((item) => isObject(item) && ofFormat.test(typeOf(item)))) ??
        checkRepeats(objectsOf(input)) ??
        checkCalls(objectsOf(input), false),
    )
  );
}

function typeOf(item: WireObject): string {
  return textOf(item["type"] ?? "message");
}

function inOwnWords(problem: { readonly message: string } | undefined): Problem {
  return problem === undefined ? undefined : { error: problem.message };
}

function checkItem(item: unknown, organization: string): Problem {
  if (!isObject(item) || !(ofFormat.test(typeOf(item)) || hosted.test(typeOf(item)))) return noSuchItem;
  if (item["type"] === "reasoning") return checkReasoning(item, organization);
  if (typeOf(item) !== "message") return undefined;
  const { content } = item;
  if (content === "" || (Array.isArray(content) && content.length === 0)) {
    return { error: "Invalid request content: Each message must have at least one content element." };
  }
  return firstIn(objectsOf(listOf(content)), (part) => {
    if (part["type"] === "refusal") return noSuchItem;
    return part["file_data"] === undefined
      ? undefined
      : { error: "Invalid request content: a file is given by its URL or by its id." };
  });
}

function checkReasoning(item: WireObject, organization: string): Problem {
  if (item["content"] === null || !Array.isArray(item["summary"])) return noSuchItem;
  const sealed = item["encrypted_content"];
  const made = unseal(textOf(sealed));
  if (sealed === undefined || made === undefined || made.organization === organization) return undefined;
  return {
    error:
      "Could not decrypt the provided encrypted_content. Ensure the value is the unmodified encrypted_content from a previous response.",
  };
}
