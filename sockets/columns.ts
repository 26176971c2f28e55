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

export const TRANSPORTS = ["fetch", "sdk", "node"] as const;
export type Transport = (typeof TRANSPORTS)[number];

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

type Make = (making: Making & { readonly transport: "fetch" | "sdk" }) => Target;

/** Its limits belong to a project: each key stands for one. */
function place(project: string) {
  return { project, location: "europe-west1", accessToken: () => `token of ${project}` };
}

export const COLUMNS: readonly Column[] = [
  ...ways("anthropic", "anthropic", "", (making) => anthropic("claude-sonnet-5-5", making), true),
  ...ways("responses", "responses", "/v1", (making) => openai("gpt-6.1-terra", making), true),
  ...ways("chat", "chat", "/v1", (making) => openai.chat("gpt-5.2", making), true),
  ...ways("gemini", "gemini", "/v1beta", (making) => gemini("gemini-3.8-flash", making), true),
  ...ways("deepseek", "deepseek", "", ({ transport: _, ...making }) => deepseek("deepseek-flash", making)),
  ...ways("mistral", "mistral", "/v1", ({ transport: _, ...making }) => mistral("mistral-small-latest", making)),
  ...ways("xai", "xai", "/v1", ({ transport: _, ...making }) => xai("grok-4.6", making)),
  ...ways("bedrock", "bedrock", "", ({ transport: _, ...making }) =>
    bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", { region: "eu-central-1", ...making }),
  ),
  ...ways("claude-vertex", "anthropic", "/v1", ({ transport: _, apiKey, ...making }) =>
    anthropic("claude-sonnet-5-5", { ...making, vertex: place(`project-${apiKey}`) }),
  ),
  ...ways("gemini-vertex", "gemini", "/v1", ({ transport: _, apiKey, ...making }) =>
    gemini("gemini-3.8-flash", { ...making, vertex: place(`project-${apiKey}`) }),
  ),
];

function ways(name: string, wire: WireName, path: string, make: Make, hasSdk = false): readonly Column[] {
  return TRANSPORTS.filter((transport) => hasSdk || transport !== "sdk").map((transport) => ({
    name,
    wire,
    transport,
    make: ({ baseURL, ...making }) =>
      make({ ...making, baseURL: baseURL + path, transport: transport === "sdk" ? "sdk" : "fetch" }),
  }));
}
