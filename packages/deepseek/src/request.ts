import {
  addToSystem,
  jsonInstruction,
  type JsonObject,
  type Loss,
  type ReasoningEffort,
  type TargetRequest,
  type TargetTool,
} from "@understudy/core/adapter";
import { buildMessages, type ChatMessage } from "./messages.ts";
import type { DeepSeekModel } from "./models.ts";

/** What of the native API has no common word: fields of the body, which win over what was translated. */
export interface DeepSeekVendorOptions extends JsonObject {}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly deepseek?: DeepSeekVendorOptions | undefined;
  }
}

interface ChatTool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string | undefined;
    readonly parameters: JsonObject;
  };
}

/** The body of `POST /chat/completions`. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  readonly stream_options?: { readonly include_usage: true } | undefined;
  readonly thinking?: { readonly type: "enabled" | "disabled" } | undefined;
  readonly reasoning_effort?: NativeEffort | undefined;
  readonly max_tokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly top_p?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly response_format?: { readonly type: "json_object" } | undefined;
  readonly tools?: readonly ChatTool[] | undefined;
  readonly tool_choice?:
    | "none"
    | "required"
    | { readonly type: "function"; readonly function: { readonly name: string } }
    | undefined;
  readonly user_id?: string | undefined;
}

export interface RequestContext {
  readonly id: string;
  readonly model: DeepSeekModel;
  readonly streamed: boolean;
  readonly loss: (loss: Loss) => void;
}

type NativeEffort = "low" | "high" | "max";

/** As the vendor's server maps them. `none` has a switch of its own. */
const EFFORTS: Readonly<Record<Exclude<ReasoningEffort, "none">, NativeEffort>> = {
  minimal: "low",
  low: "low",
  medium: "high",
  high: "high",
  xhigh: "high",
  max: "max",
};
const LEAST_TOP_P = 0.95;
const MOST_STOPS = 16;
const MOST_USER_ID_BYTES = 512;

/** Translates a request. What the model cannot take as asked is reported. */
export function buildRequest(request: TargetRequest, context: RequestContext): ChatRequest {
  const { id, streamed, loss } = context;
  const thinks = decideThinking(request, context);
  reportUnknown(request, loss);
  return {
    model: id,
    messages: buildMessages({ ...request, system: systemOf(request, loss) }, thinks, loss),
    stream: streamed,
    stream_options: streamed ? { include_usage: true } : undefined,
    thinking:
      request.reasoning.effort === undefined && thinks === context.model.thinksByDefault
        ? undefined
        : { type: thinks ? "enabled" : "disabled" },
    reasoning_effort: thinks ? effortOf(request, loss) : undefined,
    max_tokens: maxTokensOf(request, context),
    ...samplingOf(request, thinks, context),
    stop: stopOf(request, loss),
    response_format: request.output.type === "json" ? { type: "json_object" } : undefined,
    ...toolsOf(request, thinks),
    user_id: userIdOf(request, loss),
    ...request.vendorOptions?.deepseek,
  };
}

/** Thinking mode takes no forced tool: the choice is the application's need, thinking is how it is met. */
function decideThinking({ reasoning, tools, toolChoice }: TargetRequest, { model, loss }: RequestContext): boolean {
  const { effort } = reasoning;
  const thinks = effort === undefined ? model.thinksByDefault : effort !== "none";
  const forces = tools.length > 0 && toolChoice !== "auto" && toolChoice !== "none";
  if (!thinks || !forces) return thinks;
  loss({ what: "reasoning", action: "dropped", reason: "thinking excludes a forced tool choice" });
  return false;
}

function effortOf({ reasoning: { effort } }: TargetRequest, loss: RequestContext["loss"]): NativeEffort | undefined {
  if (effort === undefined || effort === "none") return undefined;
  const native = EFFORTS[effort];
  if (native !== effort) {
    const reason = `${effort} is not among the model's, ${native} was asked`;
    loss({ what: "reasoning.effort", action: "downgraded", reason });
  }
  return native;
}

function maxTokensOf({ maxOutputTokens }: TargetRequest, { model, loss }: RequestContext): number | undefined {
  const most = model.maxOutputTokens;
  if (maxOutputTokens === undefined || most === "unknown" || maxOutputTokens <= most) return maxOutputTokens;
  loss({ what: "maxOutputTokens", action: "downgraded", reason: `the model gives at most ${most}` });
  return most;
}

/** Parameters that the vendor would take and ignore are left out, so that nobody believes in them. */
function samplingOf(
  { temperature, topP }: TargetRequest,
  thinks: boolean,
  { model, loss }: RequestContext,
): Pick<ChatRequest, "temperature" | "top_p"> {
  const keepsTemperature = !thinks;
  if (temperature !== undefined && !keepsTemperature) {
    loss({ what: "temperature", action: "dropped", reason: "has no effect while the model thinks" });
  }
  const keepsTopP = thinks === (model.topP === "thinking");
  if (topP !== undefined && !keepsTopP) {
    const reason = `has an effect only while the model ${thinks ? "does not think" : "thinks"}`;
    loss({ what: "topP", action: "dropped", reason });
  }
  const isTooLow = topP !== undefined && keepsTopP && thinks && topP < LEAST_TOP_P;
  if (isTooLow)
    loss({ what: "topP", action: "downgraded", reason: `${LEAST_TOP_P} is the least while the model thinks` });
  return {
    temperature: keepsTemperature ? temperature : undefined,
    top_p: keepsTopP ? (isTooLow ? LEAST_TOP_P : topP) : undefined,
  };
}

function stopOf({ stop }: TargetRequest, loss: RequestContext["loss"]): readonly string[] | undefined {
  if (stop.length > MOST_STOPS) loss({ what: "stop", action: "downgraded", reason: `${MOST_STOPS} at most` });
  return stop.length === 0 ? undefined : stop.slice(0, MOST_STOPS);
}

function systemOf({ system, output }: TargetRequest, loss: RequestContext["loss"]): string | undefined {
  if (output.type === "text") return system;
  if (output.schema !== undefined) {
    loss({
      what: "output.schema",
      action: "translated",
      reason: "described in the prompt, not enforced by the vendor",
    });
  }
  return addToSystem(system, jsonInstruction(output.schema));
}

function toolsOf({ tools, toolChoice }: TargetRequest, thinks: boolean): Pick<ChatRequest, "tools" | "tool_choice"> {
  // Thinking mode refuses any `tool_choice`, also `none`.
  if (tools.length === 0 || (toolChoice === "none" && thinks)) return {};
  const native = tools.map(toolOf);
  if (toolChoice === "auto") return { tools: native };
  if (typeof toolChoice === "string") return { tools: native, tool_choice: toolChoice };
  return { tools: native, tool_choice: { type: "function", function: { name: toolChoice.tool } } };
}

function toolOf({ name, description, inputSchema }: TargetTool): ChatTool {
  return { type: "function", function: { name, description, parameters: inputSchema } };
}

function userIdOf({ userId }: TargetRequest, loss: RequestContext["loss"]): string | undefined {
  if (userId === undefined || new TextEncoder().encode(userId).byteLength <= MOST_USER_ID_BYTES) return userId;
  loss({ what: "userId", action: "dropped", reason: `longer than ${MOST_USER_ID_BYTES} bytes` });
  return undefined;
}

function reportUnknown({ topK, seed, reasoning }: TargetRequest, loss: RequestContext["loss"]): void {
  const reason = "the API has no such parameter";
  if (topK !== undefined) loss({ what: "topK", action: "dropped", reason });
  if (seed !== undefined) loss({ what: "seed", action: "dropped", reason });
  if (reasoning.budgetTokens !== undefined) loss({ what: "reasoning.budgetTokens", action: "dropped", reason });
}
