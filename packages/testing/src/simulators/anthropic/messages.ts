import { firstIn, firstOf, isObject, listOf, objectsOf, textOf, unknownKey, type WireObject, shown } from "../json.ts";
import { checkBlock } from "./blocks.ts";
import { checkCitations } from "./documents.ts";
import type { AnthropicModel } from "./models.ts";
import { isThinking } from "./parameters.ts";
import type { AnthropicRequest, Problem } from "./problem.ts";
import { checkServerTools } from "./server-tools.ts";
import { blocksOf, mergeTurns, type Turn } from "./turns.ts";

/** Roles, content and the pairing of tool calls with their results. */
export function checkMessages(request: AnthropicRequest, model: AnthropicModel): Problem {
  const messages = listOf(request.body["messages"]);
  const turns = mergeTurns(objectsOf(messages));
  return firstOf([
    () => firstIn(messages, (message, index) => checkMessage(message, index, messages.length, request)),
    () => checkSystemTurns(objectsOf(messages), model),
    () => checkPairs(turns),
    () => firstIn(turns, checkCallsLast),
    () => checkServerTools(turns),
    () => checkCitations(turns),
    () => checkPrefill(objectsOf(messages), request, model),
    () => checkBreakpoints(request.body),
  ]);
}

function checkMessage(message: unknown, index: number, count: number, request: AnthropicRequest): Problem {
  const path = `messages.${index}`;
  if (!isObject(message)) return `${path}: Input should be a valid dictionary`;
  const role = message["role"];
  if (role !== "user" && role !== "assistant" && role !== "system") {
    return `messages: Unexpected role "${shown(role)}". Allowed roles are "user" or "assistant".`;
  }
  const extra = unknownKey(message, ["role", "content"]);
  if (extra !== undefined) return `${path}.${extra}: Extra inputs are not permitted`;
  const content = message["content"];
  if (content === undefined) return `${path}.content: Field required`;
  if (typeof content !== "string" && !Array.isArray(content)) return `${path}.content: Input should be a valid list`;
  // Only a final assistant turn, where the model continues, may be empty.
  const isLastAssistant = role === "assistant" && index === count - 1;
  if (content.length === 0 && !isLastAssistant) {
    return `${path}: all messages must have non-empty content except for the optional final assistant message`;
  }
  return firstIn(listOf(content), (block, position) =>
    checkBlock(block, `${path}.content.${position}`, { role, request }),
  );
}

function checkSystemTurns(messages: readonly WireObject[], model: AnthropicModel): Problem {
  return firstIn(messages, (message, index) => {
    if (message["role"] !== "system") return undefined;
    if (!model.systemTurns || index === 0) {
      return 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.';
    }
    const before = messages[index - 1];
    const after = messages[index + 1];
    const follows = before?.["role"] === "user" || textOf(blocksOf(before).at(-1)?.["type"]).endsWith("_tool_result");
    const precedes = after === undefined || after["role"] === "assistant";
    return follows && precedes ? undefined : `messages.${index}: \`system\` messages are not allowed at this position.`;
  });
}

function checkPairs(turns: readonly Turn[]): Problem {
  const seen = new Set<string>();
  return firstIn(turns, (turn, position) => {
    const calls = idsOf(turn, "tool_use", "id");
    const results = idsOf(turn, "tool_result", "tool_use_id");
    const before = turns[position - 1];
    const asked = before === undefined ? [] : idsOf(before, "tool_use", "id");
    const orphan = results.find((id) => !asked.includes(id));
    if (orphan !== undefined) {
      return `messages.${turn.index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${orphan}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
    }
    const twice = results.find((id, index) => results.indexOf(id) !== index);
    if (twice !== undefined) {
      return `messages.${turn.index}.content: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${twice}`;
    }
    if (calls.some((id) => seen.has(id)) || new Set(calls).size < calls.length) {
      return `messages.${turn.index}.content: \`tool_use\` ids must be unique`;
    }
    for (const id of calls) seen.add(id);
    const after = turns[position + 1];
    const answered = after === undefined ? [] : idsOf(after, "tool_result", "tool_use_id");
    const open = calls.filter((id) => !answered.includes(id));
    return open.length === 0 ? undefined : missingResults(turn, open);
  });
}

/** Reported, not documented: what stands behind a call of the client's counts as the message that lacks its result. */
function checkCallsLast(turn: Turn): Problem {
  const first = turn.blocks.findIndex((block) => block["type"] === "tool_use");
  const behind = first === -1 ? [] : turn.blocks.slice(first);
  return behind.every((block) => block["type"] === "tool_use")
    ? undefined
    : missingResults(turn, idsOf(turn, "tool_use", "id"));
}

function missingResults(turn: Turn, ids: readonly string[]): string {
  return `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
}

function idsOf(turn: Turn, type: string, field: string): readonly string[] {
  return turn.blocks.filter((block) => block["type"] === type).map((block) => shown(block[field]));
}

function checkPrefill(messages: readonly WireObject[], request: AnthropicRequest, model: AnthropicModel): Problem {
  const last = messages.at(-1);
  if (last?.["role"] !== "assistant") return undefined;
  const blocks = blocksOf(last);
  if (isPaused(blocks)) return undefined;
  if (!model.prefill) {
    return "This model does not support assistant message prefill. The conversation must end with a user message.";
  }
  const config = request.body["output_config"];
  if (isObject(config) && isObject(config["format"]))
    return "Prefilling assistant messages is not supported with output_config.format.";
  const content = last["content"];
  const text = typeof content === "string" ? content : textOf(blocks.at(-1)?.["text"]);
  if (/\s$/.test(text)) return "messages: final assistant content cannot end with trailing whitespace";
  const first = blocks[0]?.["type"];
  if (isThinking(request.body["thinking"]) && first !== "thinking" && first !== "redacted_thinking") {
    return `messages.${messages.length - 1}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`text\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block.`;
  }
  return undefined;
}

/** A loop of server tools, or a compaction, is resumed with its own assistant turn: no prefill. */
function isPaused(blocks: readonly WireObject[]): boolean {
  const last = textOf(blocks.at(-1)?.["type"]);
  const answered = blocks.map((block) => block["tool_use_id"]);
  const isWaiting = (block: WireObject): boolean =>
    textOf(block["type"]).endsWith("_tool_use") && !answered.includes(block["id"]);
  return last === "compaction" || last.endsWith("_tool_result") || blocks.some(isWaiting);
}

function checkBreakpoints(body: WireObject): Problem {
  const nested = objectsOf(body["messages"]).flatMap((message) => blocksOf(message));
  const results = nested.flatMap((block) => objectsOf(block["content"]));
  const all = [...objectsOf(body["system"]), ...objectsOf(body["tools"]), ...nested, ...results];
  const marked = all.filter((block) => isObject(block["cache_control"])).length;
  return marked > 4 ? `A maximum of 4 blocks with cache_control may be provided. Found ${marked}.` : undefined;
}
