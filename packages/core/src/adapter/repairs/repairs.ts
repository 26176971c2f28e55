import type { AssistantPart } from "../../model/parts.ts";
import type { RequestRepair, TargetMessage, TargetRequest } from "../../model/target.ts";
import { NO_STREAMING } from "../failures/error-words.ts";
import type { FailureRow } from "../failures/failure-table.ts";
import { asObject } from "../foreign.ts";
import { addToSystem, jsonInstruction } from "../requests/json-instruction.ts";

/** What a user says where a turn of the user is wanted. */
export const GO_ON = "Go on.";

/** The field whose absence asks for an answer in one piece, on every wire. */
export const STREAM = "stream";

/** The request without a native field. The translation reports the loss. */
export function leaveOut(field: string): RequestRepair {
  return {
    description: `without ${field}`,
    apply: (request) => ({ ...request, without: [...(request.without ?? []), field] }),
  };
}

/** The same for one call, as another value of the field may be taken next time. `optionsKeys`: of native options. */
export function leaveOutOnce(field: string, optionsKeys: readonly string[]): RequestRepair {
  return {
    description: `without ${field}`,
    once: true,
    apply: (request) => {
      const { vendorOptions } = request;
      const without = optionsKeys.map((key) => [
        key,
        { ...asObject(asObject(vendorOptions)[key]), [field]: undefined },
      ]);
      return { ...request, vendorOptions: { ...vendorOptions, ...Object.fromEntries(without) } };
    },
  };
}

/**
 * A repair that also takes out what the caller said of the same in the vendor's own words. `fields` are native fields; one
 * with a dot is a field of an object.
 */
export function alsoNative(repair: RequestRepair, optionsKey: string, fields: readonly string[]): RequestRepair {
  return { ...repair, apply: (request) => withoutNative(repair.apply(request), optionsKey, fields) };
}

function withoutNative(request: TargetRequest, key: string, fields: readonly string[]): TargetRequest {
  const { vendorOptions } = request;
  const given = asObject(asObject(vendorOptions)[key]);
  let native = given;
  for (const field of fields) {
    const [name = "", inner] = field.split(".");
    const { [name]: value, ...others } = native;
    if (inner === undefined) native = value === undefined ? native : others;
    else if (asObject(value)[inner] !== undefined) {
      const { [inner]: _, ...rest } = asObject(value);
      native = { ...native, [name]: rest };
    }
  }
  return native === given ? request : { ...request, vendorOptions: { ...vendorOptions, [key]: native } };
}

/** The same request once more, for an answer in one piece. */
export function withoutStreaming(): RequestRepair {
  return { ...leaveOut(STREAM), description: "without streaming" };
}

/** A row for vendors without their own sentence for it. */
export const STREAMING_REFUSED: FailureRow = {
  status: [400, 422],
  text: NO_STREAMING,
  class: "request.unsupported",
  repair: withoutStreaming,
};

export const WITHOUT_REASONING: RequestRepair = {
  description: "without reasoning",
  loss: { what: "reasoning", action: "dropped" },
  apply: (request) => {
    const { effort, budgetTokens, visible } = request.reasoning;
    const isOff = effort === "none" && budgetTokens === undefined && !visible;
    return isOff ? request : { ...request, reasoning: { effort: "none", visible: false } };
  },
};

/** The model reasons as it does when nothing is said about it. */
export const OWN_REASONING: RequestRepair = {
  description: "with the model's own thinking",
  loss: { what: "reasoning", action: "dropped" },
  apply: (request) => {
    const { effort, budgetTokens, visible } = request.reasoning;
    const isOwn = effort === undefined && budgetTokens === undefined && !visible;
    return isOwn ? request : { ...request, reasoning: { visible: false } };
  },
};

/** For models that do not continue their own turn. */
export const USER_TURN: RequestRepair = {
  description: "with a user turn at the end",
  loss: { what: "messages", action: "translated" },
  apply: (request) => {
    const { messages } = request;
    const turn: TargetMessage = { role: "user", content: [{ type: "text", text: GO_ON }] };
    return messages.at(-1)?.role === "assistant" ? { ...request, messages: [...messages, turn] } : request;
  },
};

export const WITHOUT_SAMPLING: RequestRepair = {
  description: "without sampling",
  loss: { what: "sampling", action: "dropped" },
  apply: (request) => {
    const { temperature, topP, topK } = request;
    const isUnset = temperature === undefined && topP === undefined && topK === undefined;
    return isUnset ? request : { ...request, temperature: undefined, topP: undefined, topK: undefined };
  },
};

/** For models that have no place for it. */
export const SYSTEM_AS_MESSAGE: RequestRepair = {
  description: "with the system prompt as a message",
  loss: { what: "system", action: "translated" },
  apply: (request) => {
    const { system, messages } = request;
    if (system === undefined) return request;
    const first: TargetMessage = { role: "user", content: [{ type: "text", text: system }] };
    return { ...request, system: undefined, messages: [first, ...messages] };
  },
};

/** A schema that the vendor refuses is asked for in the prompt. */
export const SCHEMA_IN_WORDS: RequestRepair = {
  description: "with the schema in words",
  loss: { what: "output", action: "translated" },
  apply: (request) => {
    if (request.output.type !== "json") return request;
    const system = addToSystem(request.system, jsonInstruction(request.output.schema));
    return { ...request, system, output: { type: "text" } };
  },
};

export const WITHOUT_EFFORT: RequestRepair = {
  description: "without effort",
  loss: { what: "reasoning effort", action: "dropped" },
  apply: (request) => {
    const { reasoning } = request;
    return reasoning.effort === undefined ? request : { ...request, reasoning: { ...reasoning, effort: undefined } };
  },
};

export const FREE_TOOLS: RequestRepair = {
  description: "without forcing a tool",
  loss: { what: "toolChoice", action: "downgraded" },
  apply: (request) =>
    typeof request.toolChoice === "string" && request.toolChoice !== "required"
      ? request
      : { ...request, toolChoice: "auto" },
};

export const WITHOUT_CITATIONS: RequestRepair = {
  description: "without citations",
  loss: { what: "messages citations", action: "dropped" },
  apply: (request) => {
    let isChanged = false;
    const messages = request.messages.map((message): TargetMessage => {
      if (message.role !== "user") return message;
      const content = message.content.map((part) => {
        if (part.type !== "file" || part.citations !== true) return part;
        isChanged = true;
        return { ...part, citations: false };
      });
      return { ...message, content };
    });
    return isChanged ? { ...request, messages } : request;
  },
};

/** Without these settings of the request. */
export function leaveUnset(names: readonly ("cache" | "temperature" | "topP" | "topK")[], what: string): RequestRepair {
  return {
    description: `without ${what}`,
    loss: { what, action: "dropped" },
    apply: (request) => {
      if (names.every((name) => request[name] === undefined || request[name] === false)) return request;
      const kept = { ...request };
      for (const name of names) kept[name] = undefined;
      return kept;
    },
  };
}

export const WITHOUT_CACHE: RequestRepair = leaveUnset(["cache"], "cache");

/** The vendor says how many output tokens its model writes at most. */
export function withOutputTokens(limit: number): RequestRepair {
  return {
    description: `with ${limit} output tokens`,
    loss: { what: "maxOutputTokens", action: "downgraded" },
    apply: (request) => ((request.maxOutputTokens ?? 0) > limit ? { ...request, maxOutputTokens: limit } : request),
  };
}

export const WITHOUT_EARLIER_REASONING: RequestRepair = {
  description: "without earlier reasoning",
  loss: { what: "messages reasoning", action: "dropped" },
  once: true,
  apply: forgetReasoning,
};

/** Without the reasoning of earlier answers, and without answers that were nothing else. */
export function forgetReasoning(request: TargetRequest): TargetRequest {
  return changeAnswers(request, (parts) => parts.filter(({ type }) => type !== "reasoning"));
}

/** Without the opaque data on parts of earlier answers. Parts that are nothing else stay. */
export function forgetOpaque(request: TargetRequest): TargetRequest {
  return changeAnswers(request, (parts) =>
    parts.map((part) => (hasOpaque(part) ? { ...part, opaque: undefined } : part)),
  );
}

function hasOpaque(part: AssistantPart): boolean {
  return part.type !== "opaque" && part.opaque !== undefined;
}

/** The same request where no part of an answer changes. */
export function changeAnswers(
  request: TargetRequest,
  change: (parts: readonly AssistantPart[]) => readonly AssistantPart[],
): TargetRequest {
  let isChanged = false;
  const messages = request.messages.map((message): TargetMessage => {
    if (message.role !== "assistant") return message;
    const content = change(message.content);
    const isSame =
      content.length === message.content.length && content.every((part, at) => part === message.content[at]);
    if (isSame) return message;
    isChanged = true;
    return { ...message, content };
  });
  if (!isChanged) return request;
  return { ...request, messages: messages.filter((message) => message.content.length > 0) };
}
