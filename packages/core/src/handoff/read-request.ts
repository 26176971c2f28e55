import { copyJson } from "../model/copy-json.ts";
import { UnderstudyError } from "../model/error.ts";
import type { Request } from "../model/request.ts";
import { listed } from "../model/rules.ts";
import { resolveSchema, type SchemaInput } from "../model/schema.ts";
import type { Loss } from "../model/trace.ts";
import { checkOverrides } from "./check-request.ts";

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
export function readRequestPart(
  input: unknown,
  vendors: readonly string[],
): {
  readonly overrides: Partial<Request>;
  readonly problems: readonly string[];
} {
  const copy = copyJson(input, "", isSchema);
  const problems = copy.ok ? checkOverrides(copy.value, vendors) : [copy.problem];
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

export function invalidRequest(what: string, problems: readonly string[]): UnderstudyError {
  return new UnderstudyError({
    code: "invalid-request",
    reason: "request.invalid",
    message: `${what} cannot be sent: ${listed(problems)}.`,
  });
}
