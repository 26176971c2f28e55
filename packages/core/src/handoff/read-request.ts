import { copyJson } from "../model/copy-json.ts";
import { UnderstudyError } from "../model/error.ts";
import type { Message } from "../model/message.ts";
import type { AssistantPart, MediaSource, ToolResultPart, UserPart } from "../model/parts.ts";
import type { Request } from "../model/request.ts";
import { listed } from "../model/rules.ts";
import { resolveSchema, type SchemaInput } from "../model/schema.ts";
import type { Loss } from "../model/trace.ts";
import { checkMessages, checkOverrides } from "./check-request.ts";

type AnyPart = UserPart | AssistantPart | ToolResultPart;

/** A request as it was when the call began: plain JSON, frozen, beside its schemas. */
export interface GivenRequest {
  readonly request: Request;
  readonly losses: readonly Loss[];
}

/** Reads what a caller hands over, once. Throws one `invalid-request` error for what JSON cannot hold. */
export function readRequest(input: unknown): GivenRequest {
  const given: unknown = typeof input === "string" ? { messages: [{ role: "user", content: input }] } : input;
  const copy = copyJson(given, "", isSchema);
  if (!copy.ok) throw invalidRequest("The request", [copy.problem]);
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `checkRequest` decides whether it is one
    request: copy.value as Request,
    losses: copy.mended.map((what) => ({
      what,
      action: "translated",
      reason: "half of a surrogate pair was replaced",
    })),
  };
}

/** Reads a part of a request that is laid over others, with its schemas. Nothing is thrown. */
export function readRequestPart(input: unknown): {
  readonly overrides: Partial<Request>;
  readonly problems: readonly string[];
} {
  const copy = copyJson(input, "", isSchema);
  const problems = copy.ok ? checkOverrides(copy.value) : [copy.problem];
  if (!copy.ok || problems.length > 0) return { overrides: {}, problems };
  const settle = (schema: unknown, where: string): SchemaInput => {
    const resolution = resolveSchema(schema, where);
    if (!resolution.ok) problems.push(resolution.problem);
    const { jsonSchema = {}, validate } = resolution.ok ? resolution.schema : {};
    return validate === undefined ? jsonSchema : { schema: jsonSchema, validate };
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  const overrides: { -readonly [Name in keyof Request]?: Request[Name] } = { ...(copy.value as Partial<Request>) };
  const { tools, output } = overrides;
  if (tools !== undefined) {
    overrides.tools = tools.map((tool, index) => {
      if (tool.inputSchema === undefined) return tool;
      return { ...tool, inputSchema: settle(tool.inputSchema, `tools[${index}].inputSchema`) };
    });
  }
  if (output?.type === "json" && output.schema !== undefined) {
    overrides.output = { ...output, schema: settle(output.schema, "output.schema") };
  }
  return { overrides, problems };
}

/** Schemas may be instances of a library's classes; they are read by `resolveSchema`. */
function isSchema([first, second, third]: readonly (string | number)[]): boolean {
  return first === "tools" ? third === "inputSchema" : first === "output" && second === "schema";
}

/**
 * Messages from an untrusted place, such as a browser: checked as those of a request, copied, and
 * without what only a target may have written. `origin`, `opaque`, and parts of type `opaque` and `reasoning` are taken
 * out, and assistant messages of which nothing is left. A file stored at a vendor may be another user's, so
 * `vendor-file` sources and URLs that are not https are refused. Texts, tool calls and tool results are kept: only a
 * history that you keep yourself proves who said them. Throws one `invalid-request` error that names everything wrong.
 */
export function fromUntrusted(messages: unknown): Message[] {
  const copy = copyJson(messages, "messages");
  if (!copy.ok) throw invalidRequest("The messages", [copy.problem]);
  const given: unknown = copy.value;
  const problems = Array.isArray(given) ? checkMessages(given) : ["messages must be an array"];
  if (problems.length > 0) throw invalidRequest("The messages", problems);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  const kept = (given as readonly Message[]).map((message, index) => {
    if (typeof message.content === "string") return message;
    return { ...message, content: vouchable(message.content, `messages[${index}].content`, problems) };
  });
  if (problems.length > 0) throw invalidRequest("The messages", problems);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parts are left out, none is changed
  return kept.filter(({ content }) => content.length > 0) as Message[];
}

function vouchable(parts: readonly AnyPart[], where: string, problems: string[]): object[] {
  const kept: object[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.type === "opaque" || part.type === "reasoning") continue;
    const place = `${where}[${index}]`;
    const { origin: _origin, opaque: _opaque, ...rest } = part;
    if ("source" in rest && !isPublic(rest.source)) {
      problems.push(`${place}.source must be base64 or an https URL`);
    }
    if (rest.type !== "tool-result" || typeof rest.content === "string") kept.push(rest);
    else kept.push({ ...rest, content: vouchable(rest.content, `${place}.content`, problems) });
  }
  return kept;
}

function isPublic(source: MediaSource): boolean {
  return source.type === "base64" || (source.type === "url" && URL.parse(source.url)?.protocol === "https:");
}

export function invalidRequest(what: string, problems: readonly string[]): UnderstudyError {
  return new UnderstudyError({
    code: "invalid-request",
    reason: "request.invalid",
    message: `${what} cannot be sent: ${listed(problems)}.`,
  });
}
