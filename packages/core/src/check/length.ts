import type { AssistantPart, ToolResultContent, UserPart } from "../model/parts.ts";
import type { TargetMessage, TargetRequest } from "../model/target.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** English text has about as many UTF-8 bytes in a token; code, JSON and most other languages have fewer. */
const BYTES_PER_TOKEN = 4;
/** Above this part of a window the estimate is too rough to say that a request fits. */
const SURE = 0.5;

/** Whether a request may be too long for a target. Its tokens are estimated: only the vendor counts them. */
export function tooLong({ window, name, tier }: Facts, request: TargetRequest): readonly Finding[] {
  if (window === undefined) return [];
  const tokens = Math.ceil(bytesOf(request) / BYTES_PER_TOKEN);
  if (tokens <= window * SURE) return [];
  const isBeyond = tokens > window;
  return [
    {
      type: "too-long",
      level: isBeyond ? "warning" : "info",
      tiers: [tier],
      tokens,
      window,
      message: `${name} takes ${count(window)} tokens, and the texts of the request are about ${count(rounded(tokens))}: it ${isBeyond ? "probably does" : "may"} not fit`,
      fix: "shorten the request, or put a model with a larger window behind this one: it is asked next when the vendor refuses the length",
    },
  ];
}

export function count(tokens: number): string {
  return tokens.toLocaleString("en-US");
}

/** To two digits, as an estimate is no more exact. */
function rounded(tokens: number): number {
  return Number(tokens.toPrecision(2));
}

/** Texts, calls, tools and schemas. Media and what only its vendor can read are left out: each vendor counts them in its own way. */
function bytesOf({ system, messages, tools, output }: TargetRequest): number {
  const schemas = [...tools, ...(output.type === "json" ? [output.schema] : [])].map(
    (one) => JSON.stringify(one) ?? "",
  );
  const encoder = new TextEncoder();
  return [system ?? "", ...schemas, ...messages.flatMap(textsOf)].reduce(
    (sum, text) => sum + encoder.encode(text).length,
    0,
  );
}

function textsOf({ role, content }: TargetMessage): readonly string[] {
  if (role === "tool") return content.flatMap((result) => result.content.map(textOf));
  return content.map((part: UserPart | AssistantPart) => textOf(part));
}

function textOf(part: UserPart | AssistantPart | ToolResultContent): string {
  if (part.type === "text" || part.type === "refusal") return part.text;
  return part.type === "tool-call" ? part.toolName + (JSON.stringify(part.input) ?? "") : "";
}
