import { anthropic } from "@understudy/anthropic";
import type { JsonObject, Target } from "@understudy/core";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import { admitAnthropic } from "../../packages/testing/src/simulators/anthropic/request.ts";
import { admitBedrock } from "../../packages/testing/src/simulators/bedrock/request.ts";
import { admitDeepSeek } from "../../packages/testing/src/simulators/deepseek/request.ts";
import { admitGemini } from "../../packages/testing/src/simulators/gemini/request.ts";
import { createIds } from "../../packages/testing/src/simulators/ids.ts";
import { admitMistral } from "../../packages/testing/src/simulators/mistral/request.ts";
import { admitOpenAI } from "../../packages/testing/src/simulators/openai/admit.ts";
import { chatEndpoint } from "../../packages/testing/src/simulators/openai-chat/request.ts";
import { responsesEndpoint } from "../../packages/testing/src/simulators/openai-responses/request.ts";
import { admitXAI } from "../../packages/testing/src/simulators/xai/request.ts";
import type { Admission, AdmissionRules, ArrivedRequest } from "../../packages/testing/src/simulators/wire.ts";
import * as dialects from "./dialects.ts";

/** One adapter with what its vendor takes. */
export interface Wire {
  readonly make: (fetch: typeof globalThis.fetch) => Target;
  readonly dialect: dialects.Dialect;
  readonly admit: (request: ArrivedRequest, rules: AdmissionRules) => Admission;
  /** The field of the body with the turns, and those that stand before them in the vendor's cache. */
  readonly turns: string;
  readonly before: readonly string[];
}

const KEY = { apiKey: "simulated" };

export const WIRES: Readonly<Record<string, Wire>> = {
  anthropic: {
    make: (fetch) => anthropic("claude-sonnet-5-5", { ...KEY, fetch }),
    dialect: dialects.anthropic,
    admit: admitAnthropic,
    turns: "messages",
    before: ["tools", "system"],
  },
  gemini: {
    make: (fetch) => gemini("gemini-3.8-flash", { ...KEY, fetch }),
    dialect: dialects.gemini,
    admit: admitGemini,
    turns: "contents",
    before: ["tools", "systemInstruction"],
  },
  "openai responses": {
    make: (fetch) => openai("gpt-6-astra", { ...KEY, fetch }),
    dialect: dialects.responses,
    admit: (request, rules) => admitOpenAI(request, rules, responsesEndpoint),
    turns: "input",
    before: ["tools", "instructions"],
  },
  "openai chat": {
    make: (fetch) => openai.chat("gpt-5.1", { ...KEY, fetch }),
    dialect: dialects.chat,
    admit: (request, rules) => admitOpenAI(request, rules, chatEndpoint),
    turns: "messages",
    before: ["tools"],
  },
  deepseek: {
    make: (fetch) => deepseek("deepseek-v4-pro", { ...KEY, fetch }),
    dialect: dialects.deepseek,
    admit: admitDeepSeek,
    turns: "messages",
    before: ["tools"],
  },
  mistral: {
    make: (fetch) => mistral("mistral-small-latest", { ...KEY, fetch }),
    dialect: dialects.mistral,
    admit: admitMistral,
    turns: "messages",
    before: ["tools"],
  },
  xai: {
    make: (fetch) => xai("grok-4.6", { ...KEY, fetch }),
    dialect: dialects.xai,
    admit: admitXAI,
    turns: "input",
    before: ["tools"],
  },
  bedrock: {
    make: (fetch) => bedrock("us.anthropic.claude-sonnet-5-5-v1:0", { ...KEY, region: "us-east-1", fetch }),
    dialect: dialects.bedrock,
    admit: admitBedrock,
    turns: "messages",
    before: ["toolConfig", "system"],
  },
};

const RULES: AdmissionRules = {
  isGoodKey: () => true,
  isKnownModel: () => true,
  ids: createIds("histories"),
  organization: "org-histories",
};

/** A request as it left. */
export interface Sent {
  readonly text: string;
  readonly body: JsonObject;
  /** The vendor's words, where it refuses the request. */
  readonly refusal: string | undefined;
}

/** A target of this adapter whose every request is written down and refused as too large, which says nothing of its health. */
export function listen(wire: Wire, sent: Sent[]): Target {
  return wire.make(async (input, init) => {
    const request = new Request(input, init);
    const text = await request.text();
    const { pathname, searchParams } = new URL(request.url);
    const headers = Object.fromEntries(request.headers);
    const native = { method: request.method, path: pathname, query: searchParams, headers, text };
    const admission = wire.admit(native, RULES);
    const refusal = admission.type === "refusal" ? JSON.stringify(admission.reply.body) : undefined;
    sent.push({ text, body: JSON.parse(text), refusal });
    return Response.json({ error: { message: "too large" } }, { status: 413 });
  });
}
