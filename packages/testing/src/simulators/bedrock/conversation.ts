import { firstIn, firstOf, isObject, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import { digestOf, unseal } from "../seal.ts";
import { invalidForModel, type Problem } from "./errors.ts";
import { simulatedModel, type SimulatedBedrockModel } from "./models.ts";

/** The order of the turns, the pairing of calls, and what a turn may hold. */
export function checkConversation(body: WireObject, model: string, organization: string): Problem {
  const messages = objectsOf(body["messages"]);
  const rules = simulatedModel(model);
  const blocks = messages.map(({ content }) => objectsOf(content));
  const hasTools = blocks.flat().some((block) => block["toolUse"] !== undefined || block["toolResult"] !== undefined);
  return firstOf([
    () => (messages.length === 0 ? "The conversation must have at least one message." : undefined),
    () =>
      messages[0]?.["role"] === "user"
        ? undefined
        : "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
    () => firstIn(messages, ({ role }, index) => checkRole(role, messages[index - 1]?.["role"], index)),
    () =>
      firstIn(blocks, (content, index) =>
        content.length === 0
          ? `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`
          : undefined,
      ),
    () =>
      messages.at(-1)?.["role"] === "assistant" && rules.prefill !== true
        ? invalidForModel(
            "This model does not support assistant message prefill. The conversation must end with a user message.",
          )
        : undefined,
    () =>
      hasTools && body["toolConfig"] === undefined
        ? "The toolConfig field must be defined when using toolUse and toolResult content blocks."
        : undefined,
    () => firstIn(blocks, (content, index) => checkPairs(content, blocks[index - 1] ?? [], blocks[index + 1], index)),
    () => firstIn(blocks, (content, index) => checkTurn(content, index, rules)),
    () => checkDocuments(blocks),
    () => firstIn(blocks.flat(), ({ toolUse }) => checkCall(toolUse, rules.ids)),
    () =>
      firstIn(blocks, (content, index) =>
        firstIn(content, (block, at) =>
          checkSignature(block, { model, organization, place: `messages.${index}.content.${at}` }),
        ),
      ),
  ]);
}

function checkRole(role: unknown, before: unknown, index: number): Problem {
  if (role !== "user" && role !== "assistant")
    return `Value at 'messages.${index}.role' failed to satisfy constraint: [user, assistant]`;
  return role === before
    ? "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again."
    : undefined;
}

/** Of calls and results of the application: what the vendor ran itself has a type. */
function idsOf(blocks: readonly WireObject[], name: "toolUse" | "toolResult"): readonly string[] {
  return blocks
    .flatMap((block) => objectsOf([block[name]]))
    .filter(({ type }) => type === undefined)
    .map(({ toolUseId }) => textOf(toolUseId));
}

function checkPairs(
  content: readonly WireObject[],
  before: readonly WireObject[],
  after: readonly WireObject[] | undefined,
  index: number,
): Problem {
  const [results, asked] = [idsOf(content, "toolResult"), idsOf(before, "toolUse")];
  if (results.length > asked.length)
    return `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`;
  const called = idsOf(content, "toolUse");
  const answered = after === undefined ? [] : idsOf(after, "toolResult");
  const open = called.filter((id) => !answered.includes(id));
  if (open.length > 0)
    return `Expected toolResult blocks at messages.${index + 1}.content for the following Ids: ${open.join(", ")}`;
  return new Set(called).size < called.length ? "toolUse ids must be unique" : undefined;
}

/** For Claude results come first and calls last: this is reported, not documented. */
function checkTurn(
  content: readonly WireObject[],
  index: number,
  { resultsAlone, thinking, marksErrors }: SimulatedBedrockModel,
): Problem {
  const last = content.findLastIndex((block) => block["toolResult"] !== undefined);
  const others = content.filter((block) => block["toolResult"] === undefined && block["cachePoint"] === undefined);
  const isClaude = thinking !== undefined;
  if (isClaude && last !== -1 && content.slice(0, last).some((block) => block["toolResult"] === undefined))
    return invalidForModel(`messages.${index}: tool results must come first`);
  if (last !== -1 && resultsAlone === true && others.length > 0)
    return `messages.${index}: This model doesn't support toolResult blocks beside others in a turn`;
  const call = content.findIndex(({ toolUse }) => isObject(toolUse) && toolUse["type"] !== "server_tool_use");
  if (isClaude && call !== -1 && content.slice(call).some(({ toolUse }) => toolUse === undefined))
    return invalidForModel(`messages.${index}: nothing may stand behind a call`);
  if (!marksErrors && content.some(({ toolResult }) => isObject(toolResult) && toolResult["status"] !== undefined))
    return "This model doesn't support the status field. Remove status and try again.";
  return content.some(({ document }) => document !== undefined) && !content.some(({ text }) => text !== undefined)
    ? "A text block must be included in the same message as a document."
    : undefined;
}

function checkDocuments(blocks: readonly (readonly WireObject[])[]): Problem {
  const names = blocks
    .flat()
    .flatMap(({ document, toolResult }) =>
      objectsOf([
        document,
        ...(isObject(toolResult) ? objectsOf(toolResult["content"]).map((block) => block["document"]) : []),
      ]),
    )
    .map(({ name }) => textOf(name).toLowerCase());
  return new Set(names).size < names.length
    ? "Messages can't contain duplicate document names. Rename the document and retry your request."
    : undefined;
}

function checkCall(call: unknown, ids: RegExp): Problem {
  if (!isObject(call)) return undefined;
  if (!ids.test(textOf(call["toolUseId"])))
    return invalidForModel(`tool_use.id: '${shown(call["toolUseId"])}' is not taken`);
  return /^[a-zA-Z0-9_-]{1,64}$/.test(textOf(call["name"]))
    ? undefined
    : `toolUse.name '${shown(call["name"])}' is invalid`;
}

interface Maker {
  readonly model: string;
  readonly organization: string;
  readonly place: string;
}

/** A signature is that of the model, and of what it thought. */
function checkSignature({ reasoningContent }: WireObject, { model, organization, place }: Maker): Problem {
  const text = isObject(reasoningContent) ? reasoningContent["reasoningText"] : undefined;
  if (!isObject(text) || simulatedModel(model).thinking === undefined) return undefined;
  const made = unseal(textOf(text["signature"]));
  const isRight =
    text["signature"] !== undefined &&
    (made === undefined ||
      (made.model === model && made.organization === organization && made.digest === digestOf(textOf(text["text"]))));
  return isRight ? undefined : invalidForModel(`${place}: Invalid \`signature\` in \`thinking\` block`);
}
