import type { InvalidToolCall } from "../../model/answer.ts";
import type { FailureClass } from "../../model/failure.ts";
import type { FinishReason } from "../../model/finish-reason.ts";
import type { JsonValue } from "../../model/json.ts";
import { excessOf } from "../../model/json-structure.ts";
import { hasUnsafeNumber } from "../../model/unsafe-numbers.ts";
import { listed } from "../../model/rules.ts";
import type { AssistantPart, ToolCallPart } from "../../model/parts.ts";
import type { ResolvedRequest } from "../../handoff/resolve-request.ts";
import type { Assembly } from "./assembly.ts";
import type { Attempt, EndPart } from "./attempt.ts";
import { schemaPlaces } from "./schema-places.ts";

/** What a properly ended attempt is worth. */
export interface Judgement {
  readonly text: string;
  readonly toolCalls: readonly ToolCallPart[];
  readonly invalidToolCalls: readonly InvalidToolCall[];
  readonly output: unknown;
  readonly validated: boolean;
  /** What is wrong with the answer. Some of these classes are still answers; the failure table says which. */
  readonly fault: FailureClass | undefined;
  /** The same in words, without any of the answer's. */
  readonly explanation?: string | undefined;
  /** What does not fit the schema, in the words of its library. */
  readonly issues?: readonly string[] | undefined;
}

type JudgedJson = Omit<Judgement, "text" | "toolCalls" | "invalidToolCalls">;

/** Tool calls of an answer that did not end by itself are never run. */
const UNFINISHED: Readonly<Partial<Record<FinishReason, string>>> = {
  length: "the answer was cut by the token limit",
  refusal: "the model refused to continue",
  "content-filter": "a content filter stopped the answer",
  pause: "the answer is paused",
  other: "the answer ended for a reason that is not known",
};

/** Alone, they are not an answer. */
const WEIGHTLESS: readonly AssistantPart["type"][] = ["text", "reasoning", "source", "opaque"];

/** Looks at a finished answer as the application would: is there anything in it, and is it what was asked for? */
export async function judgeAnswer(
  { assembly, nativeTools }: Pick<Attempt, "assembly" | "nativeTools">,
  end: EndPart,
  request: ResolvedRequest,
): Promise<Judgement> {
  const { finishReason } = end;
  const content = assembly.content();
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const tools = await judgeToolCalls(content, finishReason, request, nativeTools);
  const base = { text, ...tools, output: undefined, validated: false };
  if (finishReason === "refusal" || finishReason === "content-filter") {
    return { ...base, fault: text === "" ? "policy.refusal" : undefined };
  }
  if (isEmpty(assembly, end) && !mayBeEmpty(end, request)) return { ...base, fault: "output.empty" };
  if (tools.invalidToolCalls.length > 0) {
    return { ...base, fault: finishReason === "length" ? "output.tool-json-cut" : "output.tool-json-invalid" };
  }
  const isWhole = finishReason === "stop" || finishReason === "other";
  const wantsJson = request.options.output.type === "json" && isWhole && text !== "";
  return wantsJson ? { ...base, ...(await judgeJson(text, request)) } : { ...base, fault: undefined };
}

/** Reasoning alone is not an answer. A cut or paused answer may be empty. */
function isEmpty(assembly: Assembly, { finishReason }: EndPart): boolean {
  if (finishReason !== "stop" && finishReason !== "other" && finishReason !== "tool-calls") return false;
  return !assembly.hasText && assembly.content().every(({ type }) => WEIGHTLESS.includes(type));
}

/** After a tool result, at the caller's own stop sequence, or where the reader did not understand all of it. */
function mayBeEmpty({ finishReason, stopSequence, unknownContent }: EndPart, request: ResolvedRequest): boolean {
  if (request.endsWithToolResult || unknownContent === true) return true;
  // Most wires say `stop` for both.
  return stopSequence ?? (finishReason === "stop" && request.options.stop.length > 0);
}

async function judgeToolCalls(
  content: readonly AssistantPart[],
  finishReason: FinishReason,
  request: ResolvedRequest,
  nativeTools: readonly string[],
): Promise<Pick<Judgement, "toolCalls" | "invalidToolCalls">> {
  const toolCalls: ToolCallPart[] = [];
  const invalidToolCalls: InvalidToolCall[] = [];
  const unfinished = UNFINISHED[finishReason];
  for (const part of content) {
    if (part.type !== "tool-call") continue;
    const reason = unfinished ?? (await invalidReason(part, request, nativeTools));
    if (reason === undefined) toolCalls.push(part);
    else invalidToolCalls.push({ part, reason });
  }
  return { toolCalls, invalidToolCalls };
}

async function invalidReason(
  part: ToolCallPart,
  request: ResolvedRequest,
  nativeTools: readonly string[],
): Promise<string | undefined> {
  if (part.inputText !== undefined)
    return `the text of the arguments ${readJson(part.inputText).problem ?? "is not that of an object"}`;
  const schema = request.toolSchemas.get(part.toolName);
  if (schema === undefined) {
    return nativeTools.includes(part.toolName) ? undefined : "the request has no tool of this name";
  }
  const issues = await findIssues(schema.validate, part.input);
  return issues === undefined ? undefined : `the arguments do not fit the tool's schema: ${issues}`;
}

async function judgeJson(text: string, request: ResolvedRequest): Promise<JudgedJson> {
  const whole = readJson(text);
  const { value: output, problem } = whole.isJson ? whole : readJson(insideFence(text));
  if (problem !== undefined) return unfit(`the text ${problem}`);
  const { validate, jsonSchema } = request.outputSchema ?? {};
  if (validate === undefined) return { output, validated: false, fault: undefined };
  try {
    const checked = await validate(output);
    if (checked.ok) return { output: checked.value, validated: true, fault: undefined };
    const places = schemaPlaces(checked.paths ?? [], output, jsonSchema);
    return unfit(`the JSON does not fit the schema${places === "" ? "" : ` at ${places}`}`, checked.issues);
  } catch {
    // A check that throws has not accepted the value; what it threw may repeat the answer and is not kept.
    return unfit("the check of the JSON threw");
  }
}

function unfit(explanation: string, issues?: readonly string[]): JudgedJson {
  return { output: undefined, validated: false, fault: "output.schema-invalid", explanation, issues };
}

async function findIssues(
  validate: ((value: unknown) => Promise<{ ok: true } | { ok: false; issues: readonly string[] }>) | undefined,
  value: JsonValue,
): Promise<string | undefined> {
  if (validate === undefined) return undefined;
  try {
    const validation = await validate(value);
    return validation.ok ? undefined : listed(validation.issues);
  } catch {
    return "the check threw";
  }
}

interface ReadJson {
  readonly isJson: boolean;
  readonly value?: JsonValue;
  /** Why it cannot be taken for the JSON that it should be. */
  readonly problem?: string;
}

function readJson(text: string): ReadJson {
  const excess = excessOf(text);
  if (excess !== undefined) return { isJson: false, problem: `holds too many ${excess}` };
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse gives nothing but JSON
    const value = JSON.parse(text) as JsonValue;
    if (hasUnsafeNumber(text)) return { isJson: true, problem: "holds a number that JavaScript cannot hold" };
    return { isJson: true, value };
  } catch {
    return { isJson: false, problem: "is not JSON" };
  }
}

/** The text inside a code fence, else all of it: models without a JSON mode like to add one. No regular expression: an answer may be megabytes of line breaks. */
function insideFence(text: string): string {
  const trimmed = text.trim();
  const firstLine = trimmed.indexOf("\n");
  const opening = trimmed.slice(0, firstLine).trim();
  if (firstLine === -1 || (opening !== "```" && opening !== "```json")) return text;
  return trimmed.endsWith("```") ? trimmed.slice(firstLine, -3) : text;
}
