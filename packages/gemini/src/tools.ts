import {
  asArray,
  asObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Loss,
  type TargetRequest,
  type TargetTool,
} from "@understudy/core/adapter";
import { defined, lowerSchema, NameMap, takeUnless, toolNames, unsupported } from "@understudy/core/toolkit";
import { VENDOR, type NativeContent } from "./content.ts";
import { RULES } from "./schema-rules.ts";

const LEGAL_NAME = /^[a-zA-Z_][\w.:-]{0,127}$/;
const MOST = 512;
export const CACHED = "what the cached content says counts";
const GONE = "No longer available: do not call it.";

/** The names of a request's tools as the vendor takes them. */
export function toolNameMap({ tools, vendorOptions }: TargetRequest): NameMap {
  return new NameMap(LEGAL_NAME, [...tools.map(({ name }) => name), ...toolNames(vendorOptions?.gemini?.["tools"])]);
}

/**
 * The request's tools, and those that earlier calls name although the request does not: a response of a function that is not
 * declared is refused. `isCached`: the tools stand in the cached content, and a request may have no others.
 */
export function toTools(
  request: TargetRequest,
  contents: readonly NativeContent[],
  names: NameMap,
  isCached: boolean,
  loss: (loss: Loss) => void,
): Readonly<Record<string, JsonValue | undefined>> {
  const { tools, toolChoice } = request;
  const native = asArray(request.vendorOptions?.gemini?.["tools"]);
  if (isCached) {
    if (tools.length + native.length > 0) {
      loss({ what: "tools", action: "dropped", reason: CACHED });
    }
    takeUnless(CACHED, "toolChoice", toolChoice === "auto" ? undefined : toolChoice, loss);
    return {};
  }
  const own = tools.map(({ name }) => names.toNative(name));
  const declared = [...own, ...toolNames(native)];
  if (own.some((name) => names.toOwn(name) !== name)) {
    loss({ what: "tools", action: "translated", reason: "names the vendor refuses are changed" });
  }
  const gone = undeclared(contents, declared, native);
  if (gone.length > 0) {
    loss({ what: "tools", action: "translated", reason: "tools of earlier calls are declared" });
  }
  if (declared.length + gone.length > MOST) throw unsupported("tools");
  if (toolChoice === "none" && native.some(isServerTool)) {
    loss({ what: "toolChoice", action: "downgraded", reason: "the vendor's own tools may still run" });
  }
  if (declared.length === 0) return {};
  const functionDeclarations = [
    ...tools.map((tool, index) => toDeclaration(tool, own[index] ?? tool.name, loss)),
    ...gone.map((name) => ({ name, description: GONE })),
  ];
  const functionCallingConfig = toCallingConfig(toolChoice, names, gone.length > 0 ? declared : undefined);
  return {
    tools: functionDeclarations.length === 0 ? undefined : [{ functionDeclarations }],
    toolConfig: functionCallingConfig && { functionCallingConfig },
  };
}

function isServerTool(tool: unknown): boolean {
  return asObject(tool)["functionDeclarations"] === undefined;
}

function toDeclaration(
  { description, inputSchema, vendorOptions }: TargetTool,
  name: string,
  loss: (loss: Loss) => void,
): JsonObject {
  const native = vendorOptions?.[VENDOR] ?? {};
  // The vendor takes one of the two.
  const schema = native["parameters"] === undefined ? toToolSchema(inputSchema, loss) : undefined;
  return { ...defined({ name, description, parametersJsonSchema: schema }), ...native, name };
}

/** Without any tools, and beside functions that the vendor declares itself, nothing is known to be missing. */
function undeclared(
  contents: readonly NativeContent[],
  declared: readonly string[],
  native: readonly unknown[],
): readonly string[] {
  if (declared.length === 0 || native.some((tool) => asObject(tool)["computerUse"] !== undefined)) return [];
  const called = contents.flatMap(({ parts }) => parts.flatMap((part) => toolNames(part["functionCall"])));
  return [...new Set(called)].filter((name) => !declared.includes(name));
}

/** `allowed`: where not all that is declared may be called. */
function toCallingConfig(
  choice: TargetRequest["toolChoice"],
  names: NameMap,
  allowed: readonly string[] | undefined,
): JsonObject | undefined {
  if (choice === "auto") return undefined;
  if (choice === "none") return { mode: "NONE" };
  const allowedFunctionNames = choice === "required" ? allowed : [names.toNative(choice.tool)];
  return defined({ mode: "ANY", allowedFunctionNames });
}

/** The schema of a tool's arguments; undefined for none, which the API wants left out. */
function toToolSchema(schema: JsonObject, loss: (loss: Loss) => void): JsonObject | undefined {
  const { properties } = schema;
  const isPlain = Object.keys(schema).every((keyword) =>
    ["type", "properties", "additionalProperties"].includes(keyword),
  );
  const takesNothing = properties === undefined || (isJsonObject(properties) && Object.keys(properties).length === 0);
  if (isPlain && takesNothing && !isJsonObject(schema["additionalProperties"])) return undefined;
  return lowerSchema(schema, RULES, "tools", loss).schema;
}
