import type { Capabilities, JsonObject } from "@understudy/core/adapter";
import { isHost } from "@understudy/core/toolkit";
import { HOSTS } from "../endpoint.ts";

/** How one kind of server differs from the format that all of them speak. What stands nowhere here is found by repairs. */
export interface Dialect {
  /** Where it is spoken; a `*` at the beginning stands for any text. */
  readonly hosts?: readonly string[] | undefined;
  /** Names of fields that are called otherwise; null: the server has no such field and refuses it. */
  readonly fields?: Readonly<Record<string, string | null>> | undefined;
  readonly streamOptions?: JsonObject | undefined;
  /** `object`: a schema is not enforced, and is described in the prompt. */
  readonly json?: "object" | undefined;
  /** Which tool-call ids it takes, beside those it made itself. */
  readonly ids?: Capabilities["toolCallId"] | undefined;
  /** Where reasoning of its own answers goes back: a field, or `content`, as a part of it. Default: nowhere. */
  readonly reasoning?: string | undefined;
  /** A refusal goes back as one; elsewhere as text. */
  readonly refusals?: boolean | undefined;
  /** On every answer, also where there is none. */
  readonly isReasoningNeeded?: boolean | undefined;
  /** It may send a piece of reasoning twice in a row. */
  readonly repeatsReasoning?: boolean | undefined;
  /** The field of a chunk in which `usage` stands. */
  readonly usageIn?: string | undefined;
}

/** What is assumed of a server that stands nowhere here: vLLM, Ollama, LM Studio and most gateways. */
const COMPATIBLE: Dialect = {};

/** By the names that the option `dialect` takes. */
export const DIALECTS: Readonly<Record<string, Dialect>> = {
  compatible: COMPATIBLE,
  openai: {
    hosts: HOSTS,
    fields: { max_tokens: "max_completion_tokens", user: "safety_identifier" },
    streamOptions: { include_obfuscation: false },
    refusals: true,
  },
  deepseek: {
    hosts: ["api.deepseek.com"],
    fields: { seed: null, user: "user_id" },
    json: "object",
    reasoning: "reasoning_content",
    isReasoningNeeded: true,
  },
  // It answers `Unknown name "seed": Cannot find field.`
  gemini: { hosts: ["generativelanguage.googleapis.com"], fields: { seed: null } },
  groq: { hosts: ["api.groq.com"], usageIn: "x_groq" },
  // https://docs.mistral.ai/api
  mistral: {
    hosts: ["api.mistral.ai", "*.mistral.ai"],
    fields: { stream_options: null, seed: "random_seed", user: null },
    ids: { pattern: /^[a-zA-Z0-9]{9}$/, maxLength: 9 },
    reasoning: "content",
  },
  moonshot: { hosts: ["api.moonshot.ai", "api.moonshot.cn"], reasoning: "reasoning_content" },
  xai: { hosts: ["api.x.ai", "*.api.x.ai"], repeatsReasoning: true },
};

/** The dialect that was named, else that of the host. */
export function dialectOf(name: string | undefined, url: string): Dialect {
  if (name !== undefined) return DIALECTS[name] ?? COMPATIBLE;
  return Object.values(DIALECTS).find(({ hosts }) => hosts !== undefined && isHost(url, hosts)) ?? COMPATIBLE;
}
