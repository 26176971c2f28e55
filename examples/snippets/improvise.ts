import type { ScriptedAnswer, WireObject, RequestRecord } from "@understudy/testing";

type Fields = { readonly [name: string]: unknown };

/**
 * Answers whatever a snippet asks: the first tool is called until a result has come back, JSON is made from the schema,
 * and everything else gets text. Reads all native wires, by the names they use.
 */
export function improvise({ body }: Pick<RequestRecord, "body">): ScriptedAnswer {
  const [tool] = toolsOf(body);
  if (tool !== undefined && !hasToolResult(body)) {
    return { text: "Let me look. ", toolCalls: [{ name: tool.name, input: toolInput(tool.schema) }] };
  }
  const schema = find(body, (key, value, within) => isOutputSchema(key, within) && isFields(value));
  if (schema !== undefined) return { text: JSON.stringify(sample(schema)) };
  return { text: ["Air scatters blue light ", "more than red, ", "so the sky ", "is blue."] };
}

function isOutputSchema(key: string, within: string): boolean {
  if (key === "schema") return within === "format" || within === "json_schema";
  return key === "responseSchema" || key === "responseJsonSchema";
}

function toolsOf(body: unknown): readonly { readonly name: string; readonly schema: unknown }[] {
  const listed = fields(body)["tools"];
  if (!Array.isArray(listed)) return [];
  return listed
    .flatMap((entry: unknown): unknown[] => {
      const { functionDeclarations, function: inner } = fields(entry);
      return Array.isArray(functionDeclarations) ? functionDeclarations : [inner ?? entry];
    })
    .map((entry) => {
      const { name, input_schema: input, parameters, parametersJsonSchema } = fields(entry);
      return { name: String(name), schema: input ?? parameters ?? parametersJsonSchema };
    });
}

function hasToolResult(body: unknown): boolean {
  const names = ["tool_result", "function_call_output", "tool"];
  const found = find(body, (key, value) => {
    if (key === "functionResponse") return true;
    return (key === "type" || key === "role") && names.includes(String(value));
  });
  return found !== undefined;
}

function toolInput(schema: unknown): WireObject {
  const input = sample(schema);
  return isFields(input) ? input : {};
}

/** A value that fits a schema, as plain as can be. */
function sample(schema: unknown): unknown {
  const { type, properties, items, anyOf, enum: options, minimum } = fields(schema);
  if (Array.isArray(options)) return options[0];
  if (Array.isArray(anyOf)) return sample(anyOf[0]);
  const kind = (Array.isArray(type) ? String(type[0]) : String(type)).toLowerCase();
  if (kind === "object") {
    return Object.fromEntries(Object.entries(fields(properties)).map(([name, inner]) => [name, sample(inner)]));
  }
  if (kind === "array") return [sample(items)];
  if (kind === "number" || kind === "integer") return typeof minimum === "number" ? minimum : 21;
  return kind === "boolean" ? true : "Paris";
}

/** The first value for which the test holds, with its key and the key of the object around it. */
function find(value: unknown, test: (key: string, value: unknown, within: string) => boolean, within = ""): unknown {
  for (const [key, inner] of Object.entries(isFields(value) || Array.isArray(value) ? value : {})) {
    if (test(key, inner, within)) return inner;
    const found = find(inner, test, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An object's fields; none when the value is no object. */
function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
