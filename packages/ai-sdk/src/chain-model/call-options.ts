import type { LanguageModelV4CallOptions, LanguageModelV4ToolChoice, SharedV4Warning } from "@ai-sdk/provider";
import type { CallOptions, JsonObject, ReasoningOptions, Request, Tool, ToolChoice } from "@understudy/core";
import type { NameMap } from "@understudy/core/toolkit";
import { isObject, KEY } from "../metadata.ts";
import { calledNames, translatePrompt } from "./prompt.ts";
import { toolNames } from "./tool-names.ts";
import { unsupported } from "./warnings.ts";

/** What `providerOptions.understudy` of a call may hold. Everything may be left out. */
export interface UnderstudyProviderOptions
  extends
    Pick<Request, "vendorOptions" | "userId" | "cache">,
    Pick<CallOptions, "tiers" | "allowDegraded" | "deadlineMs" | "startWithinMs" | "pin" | "maxCost" | "metadata"> {
  /** What the AI SDK's own `reasoning` does not say: a budget in tokens, and whether reasoning is shown. */
  readonly reasoning?: Pick<ReasoningOptions, "budgetTokens" | "visible"> | undefined;
}

/** A call of the AI SDK's as a chain takes it. */
export interface TranslatedCall {
  readonly request: Request;
  readonly options: CallOptions;
  readonly names: NameMap;
  readonly warnings: readonly SharedV4Warning[];
}

const FOR_REQUEST = ["vendorOptions", "userId", "cache"] as const;
const FOR_CALL = ["tiers", "allowDegraded", "deadlineMs", "startWithinMs", "pin", "maxCost", "metadata"] as const;
const ON_TARGETS = "set them on the targets";
const IN_VENDOR_OPTIONS = "use providerOptions.understudy.vendorOptions";
const HOSTED_TOOLS =
  "tools that one vendor runs cannot follow a failover; give them in providerOptions.understudy.vendorOptions";

/** `defaults` are those of the model; what the call says counts before them. */
export function translateCall(options: LanguageModelV4CallOptions, defaults: CallOptions = {}): TranslatedCall {
  const warnings: SharedV4Warning[] = [];
  const { tools = [], toolChoice, stopSequences, responseFormat, abortSignal, reasoning } = options;
  const functions = tools.flatMap((tool) => (tool.type === "function" ? [tool] : []));
  const names = toolNames([...functions.map(({ name }) => name), ...calledNames(options.prompt)]);
  for (const feature of ["presencePenalty", "frequencyPenalty"] as const) {
    if (options[feature] !== undefined) warnings.push(unsupported(feature));
  }
  if (options.includeRawChunks === true) warnings.push(unsupported("includeRawChunks"));
  const headers = Object.entries(options.headers ?? {}).filter(
    ([name, value]) => value !== undefined && !/^user-agent$/i.test(name),
  );
  if (headers.length > 0) warnings.push(unsupported("headers", ON_TARGETS));
  for (const tool of tools) if (tool.type !== "function") warnings.push(unsupported(`tool ${tool.id}`, HOSTED_TOOLS));
  if (functions.some(({ inputExamples = [] }) => inputExamples.length > 0)) warnings.push(unsupported("inputExamples"));
  const own = readOwn(options.providerOptions, warnings);
  const fields: Writable<Request> = { ...translatePrompt(options.prompt, names, warnings) };
  for (const name of ["maxOutputTokens", "temperature", "topP", "topK", "seed"] as const) {
    if (options[name] !== undefined) fields[name] = options[name];
  }
  if (stopSequences !== undefined) fields.stop = stopSequences;
  if (functions.length > 0) {
    fields.tools = functions.map(({ name, description, inputSchema }): Tool => ({
      name: names.toNative(name),
      ...(description !== undefined && { description }),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a JSON Schema is JSON
      inputSchema: inputSchema as JsonObject,
    }));
    if (toolChoice !== undefined) fields.toolChoice = translateChoice(toolChoice, names);
  }
  if (responseFormat?.type === "json") {
    const { schema, name } = responseFormat;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a JSON Schema is JSON
    const asked = schema === undefined ? {} : { schema: schema as JsonObject };
    fields.output = { type: "json", ...asked, ...(name !== undefined && { name }) };
  }
  const effort = reasoning === "provider-default" ? undefined : reasoning;
  if (effort !== undefined || own.reasoning !== undefined) {
    fields.reasoning = { ...own.reasoning, ...(effort !== undefined && { effort }) };
  }
  if (asksForCache(options)) fields.cache = true;
  const request = { ...fields, ...pick(own, FOR_REQUEST) };
  const signal = abortSignal === undefined ? {} : { signal: abortSignal };
  return { request, options: { ...defaults, ...pick(own, FOR_CALL), ...signal }, names, warnings };
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

function translateChoice(choice: LanguageModelV4ToolChoice, names: NameMap): ToolChoice {
  return choice.type === "tool" ? { tool: names.toNative(choice.toolName) } : choice.type;
}

/** Core checks what the fields hold. */
function readOwn(
  options: LanguageModelV4CallOptions["providerOptions"],
  warnings: SharedV4Warning[],
): UnderstudyProviderOptions {
  const { [KEY]: given, ...others } = options ?? {};
  const own = isObject(given) ? given : {};
  for (const name of Object.keys(others)) {
    if (name === "anthropic" && isCacheControlAlone(others[name])) continue;
    warnings.push(unsupported(`providerOptions.${name}`, IN_VENDOR_OPTIONS));
  }
  const known: readonly string[] = [...FOR_REQUEST, ...FOR_CALL, "reasoning"];
  for (const name of Object.keys(own)) {
    if (!known.includes(name))
      warnings.push(unsupported(`providerOptions.${KEY}.${name}`, `known are ${known.join(", ")}`));
  }
  return own;
}

function pick<Options extends object, Name extends keyof Options>(
  options: Options,
  names: readonly Name[],
): Pick<Options, Name> {
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- these very fields
  return Object.fromEntries(given) as Pick<Options, Name>;
}

/** The one option of another provider that has a common word. It may stand on a call, a message, a part or a tool. */
function asksForCache({ prompt, tools = [], providerOptions }: LanguageModelV4CallOptions): boolean {
  const parts = prompt.flatMap(({ content }): readonly object[] => (typeof content === "string" ? [] : content));
  return [{ providerOptions }, ...prompt, ...parts, ...tools].some((place) => {
    const given = "providerOptions" in place ? place.providerOptions : undefined;
    const { anthropic } = isObject(given) ? given : {};
    return isObject(anthropic) && isObject(anthropic["cacheControl"] ?? anthropic["cache_control"]);
  });
}

function isCacheControlAlone(options: unknown): boolean {
  return isObject(options) && Object.keys(options).every((name) => name === "cacheControl" || name === "cache_control");
}
