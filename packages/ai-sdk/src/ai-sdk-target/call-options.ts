import type { LanguageModelV4CallOptions, LanguageModelV4ToolChoice, SharedV4ProviderOptions } from "@ai-sdk/provider";
import { asObject, type JsonObject, type TargetRequest, type ToolChoice } from "@understudy/core/adapter";
import { addToSystem, jsonInstruction, takeUnless } from "@understudy/core/toolkit";
import { toPrompt, type PromptContext } from "./prompt.ts";

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    /** For targets of `aiSdk`: the `providerOptions` of the call. */
    readonly aiSdk?: Readonly<Record<string, JsonObject>> | undefined;
  }
}

/** The key of a request's `vendorOptions` whose content becomes `providerOptions`. */
export const OPTIONS_KEY = "aiSdk";
const ELSEWHERE = `providers take theirs in vendorOptions.${OPTIONS_KEY}`;
const NO_WORD = "the AI SDK has no common word for it";

export interface CallContext extends PromptContext {
  /** False: the model says itself that it takes JSON without a schema only. */
  readonly takesSchemas: boolean;
}

/** A request as the fourth version of the specification has it. */
export function toCallOptions(request: TargetRequest, context: CallContext): LanguageModelV4CallOptions {
  const { vendor, loss } = context;
  const { tools, toolChoice, output, reasoning, stop } = request;
  takeUnless(NO_WORD, "cache", request.cache === true || undefined, loss);
  takeUnless(NO_WORD, "userId", request.userId, loss);
  takeUnless(NO_WORD, "reasoning.budgetTokens", reasoning.budgetTokens, loss);
  const optionsFrom = (vendorOptions: unknown) => {
    const { [OPTIONS_KEY]: given, [vendor]: native } = asObject(vendorOptions);
    takeUnless(ELSEWHERE, `vendorOptions.${vendor}`, native === given ? undefined : native, loss);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the provider checks what is meant for it
    return given === undefined ? {} : { providerOptions: given as SharedV4ProviderOptions };
  };
  // Of JSON without a schema many vendors want to read in the prompt, and of a schema that they do not take.
  const isTold = output.type === "json" && !(context.takesSchemas && output.schema !== undefined);
  const system = addToSystem(request.system, isTold ? jsonInstruction(output.schema) : undefined);
  const options: LanguageModelV4CallOptions = {
    prompt: toPrompt(system, request.messages, context),
    ...optionsFrom(request.vendorOptions),
  };
  for (const name of ["maxOutputTokens", "temperature", "topP", "topK", "seed"] as const) {
    if (request[name] !== undefined) options[name] = request[name];
  }
  if (stop.length > 0) options.stopSequences = [...stop];
  if (reasoning.effort !== undefined) options.reasoning = reasoning.effort;
  if (output.type === "json") {
    const { schema, name } = output;
    options.responseFormat = { type: "json", name, ...(schema !== undefined && { schema: copyOf(schema) }) };
  }
  if (tools.length > 0) {
    options.tools = tools.map(({ name, description, inputSchema, vendorOptions }) => ({
      type: "function",
      name,
      inputSchema: copyOf(inputSchema),
      ...(description !== undefined && { description }),
      ...optionsFrom(vendorOptions),
    }));
    options.toolChoice = toChoice(toolChoice);
  }
  return options;
}

function toChoice(choice: ToolChoice): LanguageModelV4ToolChoice {
  return typeof choice === "string" ? { type: choice } : { type: "tool", toolName: choice.tool };
}

/** Ours is frozen, and providers change schemas to fit their vendor. */
function copyOf(schema: JsonObject): { [name: string]: unknown } {
  return structuredClone(schema);
}
