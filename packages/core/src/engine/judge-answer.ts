import type { InvalidToolCall } from "../model/answer.ts";
import type { FailureClass } from "../model/failure.ts";
import type { FinishReason } from "../model/finish-reason.ts";
import { isJsonObject, parseJson, type JsonValue } from "../model/json.ts";
import type { AssistantPart, ToolCallPart } from "../model/parts.ts";
import type { ResolvedRequest } from "../handoff/resolve-request.ts";
import type { Assembly } from "./assembly.ts";

/** What a properly ended attempt is worth. */
export interface Judgement {
  readonly text: string;
  readonly toolCalls: readonly ToolCallPart[];
  readonly invalidToolCalls: readonly InvalidToolCall[];
  readonly output: unknown;
  readonly validated: boolean;
  /** What is wrong with the answer. Some of these classes are still answers; the failure table says which. */
  readonly fault: FailureClass | undefined;
}

/** Alone, they are no answer. */
const WEIGHTLESS: readonly AssistantPart["type"][] = ["text", "reasoning", "source", "opaque"];

/** Looks at a finished answer as the application would: is there anything in it, and is it what was asked for? */
export async function judgeAnswer(
  assembly: Assembly,
  finishReason: FinishReason,
  request: ResolvedRequest,
): Promise<Judgement> {
  const content = assembly.content();
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  const tools = await judgeToolCalls(content, finishReason, request);
  const base = { text, ...tools, output: undefined, validated: false };
  if (finishReason === "refusal" || finishReason === "content-filter") {
    return { ...base, fault: text === "" ? "policy.refusal" : undefined };
  }
  if (isEmpty(assembly, finishReason) && !request.endsWithToolResult) return { ...base, fault: "output.empty" };
  if (tools.invalidToolCalls.length > 0) {
    return { ...base, fault: finishReason === "length" ? "output.tool-json-cut" : "output.tool-json-invalid" };
  }
  const wantsJson = request.options.output.type === "json" && finishReason === "stop" && text !== "";
  return wantsJson ? { ...base, ...(await judgeJson(text, request)) } : { ...base, fault: undefined };
}

/** Reasoning alone is no answer. A cut or paused answer may be empty. */
function isEmpty(assembly: Assembly, finishReason: FinishReason): boolean {
  if (finishReason !== "stop" && finishReason !== "other" && finishReason !== "tool-calls") return false;
  return !assembly.hasText && assembly.content().every(({ type }) => WEIGHTLESS.includes(type));
}

async function judgeToolCalls(
  content: readonly AssistantPart[],
  finishReason: FinishReason,
  request: ResolvedRequest,
): Promise<Pick<Judgement, "toolCalls" | "invalidToolCalls">> {
  const toolCalls: ToolCallPart[] = [];
  const invalidToolCalls: InvalidToolCall[] = [];
  const last = content.at(-1);
  for (const part of content) {
    if (part.type !== "tool-call") continue;
    const cut = finishReason === "length" && part === last ? cutReason(part) : undefined;
    const reason = cut ?? (await invalidReason(part, request));
    if (reason === undefined) toolCalls.push(part);
    else invalidToolCalls.push({ part, reason });
  }
  return { toolCalls, invalidToolCalls };
}

/** At the token limit the last call may have been cut anywhere, also before its first argument. */
function cutReason(part: ToolCallPart): string | undefined {
  const isWhole = part.inputText === undefined && isJsonObject(part.input) && Object.keys(part.input).length > 0;
  return isWhole ? undefined : "the arguments were cut by the token limit";
}

async function invalidReason(part: ToolCallPart, request: ResolvedRequest): Promise<string | undefined> {
  if (part.inputText !== undefined) return "the arguments are no JSON";
  const schema = request.toolSchemas.get(part.toolName);
  if (schema === undefined) return "the request has no tool of this name";
  const issues = await findIssues(schema.validate, part.input);
  return issues === undefined ? undefined : `the arguments do not fit the tool's schema: ${issues}`;
}

async function judgeJson(
  text: string,
  request: ResolvedRequest,
): Promise<Pick<Judgement, "output" | "validated" | "fault">> {
  const parsed = parseLeniently(text);
  if (parsed === undefined) return { output: undefined, validated: false, fault: "output.schema-invalid" };
  const validate = request.outputSchema?.validate;
  if (validate === undefined) return { output: parsed, validated: false, fault: undefined };
  try {
    const validation = await validate(parsed);
    if (validation.ok) return { output: validation.value, validated: true, fault: undefined };
  } catch {
    // A check that throws has not accepted the value; what it threw may repeat the answer and is not kept.
  }
  return { output: undefined, validated: false, fault: "output.schema-invalid" };
}

async function findIssues(
  validate: ((value: unknown) => Promise<{ ok: true } | { ok: false; issues: readonly string[] }>) | undefined,
  value: JsonValue,
): Promise<string | undefined> {
  if (validate === undefined) return undefined;
  try {
    const validation = await validate(value);
    return validation.ok ? undefined : validation.issues.join("; ");
  } catch {
    return "the check threw";
  }
}

/** JSON, also inside a code fence: models without a JSON mode like to add one. */
function parseLeniently(text: string): JsonValue | undefined {
  for (const candidate of [text, insideFence(text)]) {
    if (candidate === undefined) continue;
    try {
      return parseJson(candidate);
    } catch {
      // Not this form.
    }
  }
  return undefined;
}

/** No regular expression: an answer may be megabytes of line breaks. */
function insideFence(text: string): string | undefined {
  const trimmed = text.trim();
  const firstLine = trimmed.indexOf("\n");
  const opening = trimmed.slice(0, firstLine).trim();
  if (firstLine === -1 || (opening !== "```" && opening !== "```json")) return undefined;
  return trimmed.endsWith("```") ? trimmed.slice(firstLine, -3) : undefined;
}
