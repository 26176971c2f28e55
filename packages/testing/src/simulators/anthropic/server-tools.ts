import { firstIn, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import type { Problem } from "./problem.ts";
import type { Turn } from "./turns.ts";

const USE = "server_tool_use";

/**
 * A tool that runs at the vendor and its result. The result may come in a later turn; until then nothing may follow but
 * the results of the client's tools, and the calls that the waiting tool makes itself.
 */
export function checkServerTools(turns: readonly Turn[]): Problem {
  const uses = new Set<string>();
  const results = new Set(
    turns.flatMap((turn) => turn.blocks.filter(({ type }) => isServerResult(type)).map(resultId)),
  );
  return firstIn(turns, (turn, position) =>
    firstIn(turn.blocks, (block, index) => {
      if (isServerResult(block["type"]) && !uses.has(resultId(block))) return missingUse(turn, index, block);
      if (block["type"] !== USE) return undefined;
      const id = shown(block["id"]);
      uses.add(id);
      if (results.has(id)) return undefined;
      const behind = turns.slice(position + 1).flatMap(({ blocks }) => blocks);
      return behind.every((later) => isAnswerOf(id, later)) ? undefined : missingResult(turn, block);
    }),
  );
}

/** Results of the vendor's connectors to other servers pair with their own blocks. */
export function isServerResult(type: unknown): boolean {
  return textOf(type).endsWith("_tool_result") && type !== "mcp_tool_result";
}

function resultId(block: WireObject): string {
  return shown(block["tool_use_id"]);
}

function isAnswerOf(id: string, block: WireObject): boolean {
  if (block["type"] === "tool_result") return true;
  const caller = objectsOf([block["caller"]]).at(0);
  return block["type"] === "tool_use" && caller?.["tool_id"] === id;
}

function missingUse(turn: Turn, index: number, block: WireObject): string {
  const type = textOf(block["type"]);
  return `messages.${turn.index}.content.${index}: unexpected \`tool_use_id\` found in \`${type}\` blocks: ${resultId(block)}. Each \`${type}\` block must have a corresponding \`${USE}\` block before it.`;
}

function missingResult(turn: Turn, block: WireObject): string {
  const name = shown(block["name"]);
  const result = `${name.replace(/_tool_(?:regex|bm25)$/, "")}_tool_result`;
  return `messages.${turn.index}: \`${name}\` tool use with id \`${shown(block["id"])}\` was found without a corresponding \`${result}\` block`;
}
