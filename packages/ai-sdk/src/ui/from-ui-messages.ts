import {
  UnderstudyError,
  type AssistantPart,
  type JsonValue,
  type MediaSource,
  type Message,
  type ToolResultPart,
  type UserPart,
} from "@understudy/core";
import { toBase64 } from "../base64.ts";
import { validParts } from "../failover.ts";
import { isObject, readMetadata } from "../metadata.ts";
import { read } from "../misuse.ts";

/** A message as the AI SDK's chats keep it. */
export interface UIMessageLike {
  /** Who says it; what says `system` is left out, as a browser has no say in that. */
  readonly role: "system" | "user" | "assistant";
  /** What it consists of; parts that a chain does not take are left out. */
  readonly parts: readonly {
    /** What kind of part it is. */
    readonly type: string;
  }[];
}

type Fields = { readonly [name: string]: unknown };

/**
 * The messages of a chat as a request of a chain has them: one assistant message for each step, with the results of its
 * tools behind it. What a failover voided, tool calls that are still being written, and parts of the application's own are
 * left out; a call without a result is sent as one that was not run. Messages from a browser say whatever it wants:
 * `fromUntrusted` takes out what only a target may have written. Throws one `invalid-request` error, for which `statusOf`
 * says 400, when they are no such messages.
 */
export function fromUIMessages(messages: readonly UIMessageLike[]): Message[] {
  return read("fromUIMessages", () => {
    checkMessages(messages);
    return messages.flatMap(({ role, parts }): Message[] => {
      if (role === "user") return unlessEmpty({ role, content: parts.flatMap((part) => userPart({ ...part })) });
      return role === "assistant" ? stepsOf(parts).flatMap(stepMessages) : [];
    });
  });
}

/** They come from a browser, which may send anything. */
function checkMessages(messages: unknown): void {
  const problem = Array.isArray(messages)
    ? messages.flatMap((message: unknown, index) => problemOf(message, `messages[${index}]`)).at(0)
    : "messages must be an array";
  if (problem === undefined) return;
  throw new UnderstudyError({
    code: "invalid-request",
    reason: "request.invalid",
    message: `The messages cannot be sent: ${problem}.`,
  });
}

function problemOf(message: unknown, where: string): readonly string[] {
  if (!isObject(message)) return [`${where} must be an object`];
  const { parts } = message;
  if (!Array.isArray(parts)) return [`${where}.parts must be an array`];
  const index = parts.findIndex((part) => !isObject(part));
  return index === -1 ? [] : [`${where}.parts[${index}] must be an object`];
}

function stepsOf(parts: readonly { readonly type: string }[]): Fields[][] {
  const steps: Fields[][] = [[]];
  for (const part of parts) {
    if (part.type === "step-start") steps.push([]);
    else steps.at(-1)?.push({ ...part });
  }
  return steps.map(validParts);
}

function stepMessages(step: readonly Fields[]): Message[] {
  return [
    ...unlessEmpty({ role: "assistant", content: step.flatMap(assistantPart) }),
    ...unlessEmpty({ role: "tool", content: step.flatMap(resultOf) }),
  ];
}

function unlessEmpty(message: Message): Message[] {
  return message.content.length === 0 ? [] : [message];
}

function userPart(part: Fields): UserPart[] {
  if (part["type"] === "text") return [{ type: "text", text: textOf(part["text"]) }];
  return part["type"] === "file" ? media(part) : [];
}

function assistantPart(part: Fields): AssistantPart[] {
  const call = toolOf(part);
  const { origin, opaque, citations, type, kind, data } = readMetadata(
    part[call === undefined ? "providerMetadata" : "callProviderMetadata"],
  );
  const kept = { ...(origin !== undefined && { origin }), ...(opaque !== undefined && { opaque }) };
  if (call !== undefined) return [{ type: "tool-call", ...call, ...inputOf(part), ...kept }];
  const text = textOf(part["text"]);
  switch (part["type"]) {
    case "text":
      if (type === "refusal") return [{ type, text, ...kept }];
      return [{ type: "text", text, ...kept, ...(citations !== undefined && { citations }) }];
    case "reasoning":
      return [{ type: "reasoning", text, ...kept }];
    case "file":
      return media(part).map((file) => ({ ...file, ...kept }));
    case "custom":
      if (kind === undefined || data === undefined || origin === undefined) return [];
      return [{ type: "opaque", kind, data, origin }];
    default:
      return [];
  }
}

/** A call of one of the application's tools that is written whole. */
function toolOf({ type, toolCallId, toolName, state, providerExecuted }: Fields) {
  const name = type === "dynamic-tool" ? textOf(toolName) : /^tool-(.+)$/s.exec(textOf(type))?.[1];
  if (name === undefined || state === "input-streaming" || providerExecuted === true) return undefined;
  return { toolCallId: textOf(toolCallId), toolName: name };
}

function inputOf({ input, rawInput }: Fields): { readonly input: JsonValue; readonly inputText?: string } {
  const given = input ?? rawInput;
  if (typeof given === "string") return { input: {}, inputText: given };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- core refuses what is not JSON
  return { input: (given ?? {}) as JsonValue };
}

function resultOf(part: Fields): ToolResultPart[] {
  const call = toolOf(part);
  if (call === undefined) return [];
  const { state, output, errorText, approval } = part;
  const said = isObject(approval) ? approval["reason"] : undefined;
  switch (state) {
    case "output-available":
      if (part["preliminary"] === true) return [];
      return [
        { type: "tool-result", ...call, content: typeof output === "string" ? output : (JSON.stringify(output) ?? "") },
      ];
    case "output-error":
      return [{ type: "tool-result", ...call, content: textOf(errorText), isError: true }];
    case "output-denied":
      return [{ type: "tool-result", ...call, content: textOf(said) || "The call was denied.", isError: true }];
    default:
      return [];
  }
}

function media({ url, mediaType, filename }: Fields): UserPart[] & AssistantPart[] {
  const source = toSource(textOf(url), textOf(mediaType));
  const kind = /^(?:image|audio)(?=\/)/.exec(textOf(mediaType))?.[0];
  if (kind === "image" || kind === "audio") return [{ type: kind, source }];
  return [{ type: "file", source, ...(typeof filename === "string" && { name: filename }) }];
}

const DATA_URL = /^data:([^;,]*)[^,]{0,200}?(;base64)?,/i;

function toSource(url: string, mediaType: string): MediaSource {
  const head = DATA_URL.exec(url);
  if (head === null) return { type: "url", url, ...(mediaType !== "" && { mediaType }) };
  const [start, type = "", base64] = head;
  const rest = url.slice(start.length);
  const data = base64 === undefined ? toBase64(new TextEncoder().encode(decodeURIComponent(rest))) : rest;
  return { type: "base64", mediaType: mediaType || type || "text/plain", data };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
