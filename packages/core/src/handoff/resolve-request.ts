import { UnderstudyError } from "../model/error.ts";
import type { Message } from "../model/message.ts";
import type { Request, TargetTool } from "../model/request.ts";
import { resolveSchema, type ResolvedSchema, type SchemaInput } from "../model/schema.ts";
import type { TargetRequest } from "../model/target.ts";
import { checkRequest } from "./check-request.ts";

/** A request that was checked, with its schemas read, before it is fitted to a target. */
export interface ResolvedRequest {
  readonly messages: readonly Message[];
  /** Everything but the messages, as targets see it. */
  readonly options: Omit<TargetRequest, "messages">;
  readonly toolSchemas: ReadonlyMap<string, ResolvedSchema>;
  readonly outputSchema: ResolvedSchema | undefined;
  /** After a tool result an empty answer is a proper answer. */
  readonly endsWithToolResult: boolean;
}

const NO_ARGUMENTS: ResolvedSchema = { jsonSchema: { type: "object", properties: {} } };

/** Checks and reads a request. Throws one `invalid-request` error that names everything that is wrong. */
export function resolveRequest(input: string | Request): ResolvedRequest {
  const request: Request = typeof input === "string" ? { messages: [{ role: "user", content: input }] } : input;
  const problems = checkRequest(request);
  const toolSchemas = new Map<string, ResolvedSchema>();
  let outputSchema: ResolvedSchema | undefined;
  if (problems.length === 0) {
    const read = (schema: SchemaInput, where: string): ResolvedSchema => {
      const resolution = resolveSchema(schema);
      if (resolution.ok) return resolution.schema;
      problems.push(`${where} ${resolution.problem}`);
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
    }
    if (request.output?.type === "json" && request.output.schema !== undefined) {
      outputSchema = read(request.output.schema, "output.schema");
    }
  }
  if (problems.length > 0) {
    throw new UnderstudyError({
      code: "invalid-request",
      reason: "request.invalid",
      message: `The request cannot be sent: ${problems.join("; ")}.`,
    });
  }
  const { messages, output, reasoning, stop, toolChoice, tools: _tools, ...rest } = request;
  return {
    messages,
    options: {
      ...rest,
      tools: targetTools(request, toolSchemas),
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
    endsWithToolResult: messages.at(-1)?.role === "tool",
  };
}

function targetTools(request: Request, schemas: ReadonlyMap<string, ResolvedSchema>): TargetTool[] {
  return (request.tools ?? []).map((tool) => ({
    name: tool.name,
    description: tool.description,
    inputSchema: { type: "object", ...(schemas.get(tool.name) ?? NO_ARGUMENTS).jsonSchema },
  }));
}
