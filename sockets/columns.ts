import { anthropic } from "@understudy/anthropic";
import { bedrock } from "@understudy/bedrock";
import type { Target } from "@understudy/core";
import type { TargetOptions } from "@understudy/core/adapter";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import type { WireName } from "./wires/all.ts";

export type Transport = "fetch" | "sdk" | "node";

/** What a target is made with; `baseURL` is the server's bare address. */
export type Making = Pick<TargetOptions, "fetch" | "streaming" | "capabilities"> & {
  readonly baseURL: string;
  readonly apiKey: string;
};

/** One way to one vendor. */
export interface Column {
  readonly name: string;
  readonly wire: WireName;
  readonly transport: Transport;
  /** The transport's own `fetch` is given along. */
  readonly make: (making: Making) => Target;
}

/** Its limits belong to a project: each key stands for one. */
function onVertex({ apiKey, ...making }: Making) {
  const vertex = { project: `project-${apiKey}`, location: "europe-west1", accessToken: () => `token of ${apiKey}` };
  return { ...making, vertex };
}

const BEDROCK_MODEL = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

export const COLUMNS: readonly Column[] = [
  ...ways("anthropic", "anthropic", "", (making) => anthropic("claude-sonnet-5-5", { ...making, transport: "fetch" })),
  viaSdk("anthropic", "anthropic", "", (making) => anthropic("claude-sonnet-5-5", { ...making, transport: "sdk" })),
  ...ways("responses", "responses", "/v1", (making) => openai("gpt-6.1-terra", { ...making, transport: "fetch" })),
  viaSdk("responses", "responses", "/v1", (making) => openai("gpt-6.1-terra", { ...making, transport: "sdk" })),
  ...ways("chat", "chat", "/v1", (making) => openai.chat("gpt-5.2", { ...making, transport: "fetch" })),
  viaSdk("chat", "chat", "/v1", (making) => openai.chat("gpt-5.2", { ...making, transport: "sdk" })),
  ...ways("gemini", "gemini", "/v1beta", (making) => gemini("gemini-3.8-flash", making)),
  viaSdk("gemini", "gemini", "/v1beta", (making) => gemini("gemini-3.8-flash", { ...making, transport: "sdk" })),
  ...ways("deepseek", "deepseek", "", (making) => deepseek("deepseek-flash", making)),
  ...ways("mistral", "mistral", "/v1", (making) => mistral("mistral-small-latest", making)),
  ...ways("xai", "xai", "/v1", (making) => xai("grok-4.6", making)),
  ...ways("bedrock", "bedrock", "", (making) => bedrock(BEDROCK_MODEL, { region: "eu-central-1", ...making })),
  ...ways("claude-vertex", "anthropic", "/v1", (making) => anthropic("claude-sonnet-5-5", onVertex(making))),
  ...ways("gemini-vertex", "gemini", "/v1", (making) => gemini("gemini-3.8-flash", onVertex(making))),
];

type Make = Column["make"];

/** Without an SDK. */
function ways(name: string, wire: WireName, path: string, make: Make): readonly Column[] {
  return (["fetch", "node"] as const).map((transport) => ({ name, wire, transport, make: under(path, make) }));
}

function viaSdk(name: string, wire: WireName, path: string, make: Make): Column {
  return { name, wire, transport: "sdk", make: under(path, make) };
}

function under(path: string, make: Make): Make {
  return (making) => make({ ...making, baseURL: making.baseURL + path });
}
