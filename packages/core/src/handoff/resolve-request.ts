import type { Message } from "../model/message.ts";
import type { TargetRequest, TargetTool } from "../model/target.ts";
import { resolveSchema, type ResolvedSchema, type SchemaInput, type SchemaResolution } from "../model/schema.ts";
import type { Loss } from "../model/trace.ts";
import { checkRequest } from "./check-request.ts";
import { invalidRequest, type GivenRequest } from "./read-request.ts";

/** A request that was checked, with its schemas read, before it is fitted to a target. */
export interface ResolvedRequest {
  readonly messages: readonly Message[];
  /** Everything but the messages, as targets see it. */
  readonly options: Omit<TargetRequest, "messages">;
  readonly toolSchemas: ReadonlyMap<string, ResolvedSchema>;
  readonly outputSchema: ResolvedSchema | undefined;
  /** What reading the request took from it, for whatever target. */
  readonly losses: readonly Loss[];
  /** After a tool result an empty answer is a proper answer. */
  readonly endsWithToolResult: boolean;
}

const NO_ARGUMENTS: ResolvedSchema = { jsonSchema: { type: "object", properties: {} } };

/**
 * Checks a request and reads its schemas. Throws one `invalid-request` error that names everything that is wrong; `what`
 * says in it whose request it is. `vendors` are those of the chain. `schemas` keeps what was read, for the next request of the same call.
 */
export function resolveRequest(
  { request, losses }: GivenRequest,
  what: string,
  schemas: Map<unknown, SchemaResolution>,
  vendors: readonly string[],
): ResolvedRequest {
  const problems = checkRequest(request, vendors);
  const toolSchemas = new Map<string, ResolvedSchema>();
  const tools: TargetTool[] = [];
  let outputSchema: ResolvedSchema | undefined;
  if (problems.length === 0) {
    const read = (schema: SchemaInput, where: string): ResolvedSchema => {
      const resolution = schemas.get(schema) ?? resolveSchema(schema, where);
      schemas.set(schema, resolution);
      if (resolution.ok) return resolution.schema;
      problems.push(resolution.problem);
      return NO_ARGUMENTS;
    };
    for (const [index, tool] of (request.tools ?? []).entries()) {
      const schema = tool.inputSchema;
      const resolved = schema === undefined ? NO_ARGUMENTS : read(schema, `tools[${index}].inputSchema`);
      const { type } = resolved.jsonSchema;
      if (type !== undefined && type !== "object") {
        problems.push(`tools[${index}].inputSchema must describe an object, as arguments are one`);
      }
      toolSchemas.set(tool.name, resolved);
      tools.push({ ...tool, inputSchema: { type: "object", ...resolved.jsonSchema } });
    }
    if (request.output?.type === "json" && request.output.schema !== undefined) {
      outputSchema = read(request.output.schema, "output.schema");
    }
  }
  if (problems.length > 0) throw invalidRequest(what, problems);
  const { messages, output, reasoning, stop, toolChoice, tools: _tools, ...rest } = request;
  return {
    messages,
    options: {
      ...rest,
      tools,
      toolChoice: toolChoice ?? "auto",
      output:
        output?.type === "json"
          ? { type: "json", name: output.name ?? "answer", schema: outputSchema?.jsonSchema }
          : { type: "text" },
      reasoning: { ...reasoning, visible: reasoning?.visible ?? true },
      stop: stop ?? [],
    },
    toolSchemas,
    outputSchema,
    losses,
    endsWithToolResult: messages.at(-1)?.role === "tool",
  };
}
