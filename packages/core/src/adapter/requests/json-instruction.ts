import type { JsonObject, JsonValue } from "../../model/json.ts";
import type { TargetMessage, TargetOutput, TargetRequest } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { asString } from "../foreign.ts";

/** Asks in words for JSON, where a vendor has no switch for it or its switch cannot take the schema. */
export function jsonInstruction(schema: JsonObject | undefined): string {
  const rule = "Answer with one JSON value and nothing else: no explanation, no code fence.";
  return schema === undefined ? rule : `${rule} It must fit this JSON Schema:\n${JSON.stringify(schema)}`;
}

/** A tool whose schema its vendor refuses in whatever form: it takes any arguments, and its description says which. */
export function toolInWords(description: string | undefined, schema: JsonObject): JsonObject {
  return {
    description: addToSystem(description, `The arguments must fit this JSON Schema: ${JSON.stringify(schema)}`),
    parameters: { type: "object", properties: {}, additionalProperties: true },
  };
}

/** A system prompt with something added, if there is something to add. */
export function addToSystem(system: string | undefined, addition: string): string;
export function addToSystem(system: string | undefined, addition: string | undefined): string | undefined;
export function addToSystem(system: string | undefined, addition: string | undefined): string | undefined {
  if (addition === undefined) return system;
  return system === undefined || system.trim() === "" ? addition : `${system}\n\n${addition}`;
}

/** The same for a system prompt in a native form, a text or a list of blocks: instructions are put behind it. */
export function addInstructions(
  system: JsonValue | undefined,
  instructions: readonly (string | undefined)[],
): JsonValue | undefined {
  const told = instructions.reduce<string | undefined>((text, more) => addToSystem(text, more), undefined);
  if (!Array.isArray(system)) return addToSystem(asString(system), told);
  return told === undefined ? system : [...system, { type: "text", text: told }];
}

/**
 * The prompt with something added to its last question: what comes before keeps its bytes, by which caches find it. A
 * prompt without a question says it in its system prompt.
 */
export function addToPrompt(
  { system, messages }: Pick<TargetRequest, "system" | "messages">,
  addition: string | undefined,
): Pick<TargetRequest, "system" | "messages"> {
  const position = messages.findLastIndex(({ role }) => role === "user");
  const question = messages[position];
  if (addition === undefined || question?.role !== "user") return { system: addToSystem(system, addition), messages };
  const last = question.content.at(-1);
  const content =
    last?.type === "text"
      ? [...question.content.slice(0, -1), { ...last, text: `${last.text}\n\n${addition}` }]
      : [...question.content, { type: "text" as const, text: addition }];
  const added: TargetMessage = { role: "user", content };
  return { system, messages: messages.with(position, added) };
}

/** Where JSON without a schema has a native switch, which still wants the word in the prompt, and a schema has only words. */
export function objectFormat(output: TargetOutput, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  if (output.schema !== undefined) {
    loss({ what: "output.schema", action: "translated", reason: "the API takes no schema; it is asked for in words" });
  }
  return { format: { type: "json_object" }, instruction: jsonInstruction(output.schema) };
}

/** How a request's output format is asked for. */
export interface FormatPlan {
  /** In the vendor's own words; undefined where they do not do. */
  readonly format?: JsonObject | undefined;
  /** What has to be said in the prompt, too or instead. */
  readonly instruction?: string | undefined;
}
