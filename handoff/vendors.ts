import { anthropic } from "@understudy/anthropic";
import type { JsonObject } from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import {
  startAnthropic,
  startBedrock,
  startDeepSeek,
  startGemini,
  startMistral,
  startOpenAI,
  startOpenAIChat,
  startXAI,
  type Vendor,
} from "@understudy/testing";
import { xai } from "@understudy/xai";

/** Where a simulator is, and the fetch that its answers are overheard with. */
export interface Reach {
  readonly baseURL: string;
  readonly fetch: typeof globalThis.fetch;
}

/** One vendor of the matrix: to add one, add a row here and one in `expected.ts`. */
export interface Row {
  readonly name: string;
  start(): Promise<Vendor>;
  make(options: Reach): Target;
  /** Blocks of a tool that the vendor ran on its side, as it sends them. None: it runs none, or not on this wire. */
  readonly hosted: readonly JsonObject[];
  /** What the vendor wants back as it wrote it: the fields of a body that hold such data, by their names. */
  readonly own: readonly string[];
  /** It refuses calls with ids. */
  readonly refusesIds?: true;
}

const KEY = { apiKey: "simulated" };
const PLACE = { project: "my-project", location: "global", accessToken: () => "token" };

const CLAUDES_SEARCH = [
  { type: "server_tool_use", id: "srvtoolu_0000001", name: "web_search", input: { query: "rain" } },
  { type: "web_search_tool_result", tool_use_id: "srvtoolu_0000001", content: [] },
];
const CLAUDES_OWN = ["signature", "tool_use_id"];
const NOVAS_SEARCH = [
  {
    toolUse: {
      toolUseId: "tooluse_0000001",
      name: "nova_grounding",
      type: "server_tool_use",
      input: { query: "rain" },
    },
  },
  { toolResult: { toolUseId: "tooluse_0000001", type: "nova_grounding_result", status: "success", content: [] } },
];
const REGION = { region: "eu-central-1" };
const GEMINIS_CODE = [
  { executableCode: { language: "PYTHON", code: "print('code_0000001')" } },
  { codeExecutionResult: { outcome: "OUTCOME_OK", output: "code_0000001" } },
];
const GEMINIS_OWN = ["thoughtSignature", "code", "output"];

export const ROWS: readonly Row[] = [
  {
    name: "anthropic",
    start: startAnthropic,
    make: (reach) => anthropic("claude-sonnet-5-5", { ...KEY, ...reach }),
    hosted: CLAUDES_SEARCH,
    own: CLAUDES_OWN,
  },
  {
    name: "anthropic on Vertex",
    start: () => startAnthropic({ vertex: true }),
    make: (reach) => anthropic("claude-sonnet-5-5", { vertex: PLACE, ...reach }),
    hosted: CLAUDES_SEARCH,
    own: CLAUDES_OWN,
  },
  {
    name: "bedrock",
    start: startBedrock,
    make: (reach) => bedrock("eu.anthropic.claude-sonnet-5-5-v1:0", { ...KEY, region: "eu-central-1", ...reach }),
    hosted: [],
    own: ["signature"],
  },
  {
    name: "openai",
    start: startOpenAI,
    // The model of the row below: what it writes for itself does not reach its vendor's other API all the same.
    make: (reach) => openai("gpt-5.1", { ...KEY, ...reach }),
    hosted: [
      { type: "web_search_call", id: "ws_0000001", status: "completed", action: { type: "search", query: "rain" } },
    ],
    own: ["encrypted_content", "id"],
  },
  {
    name: "openai.chat",
    start: startOpenAIChat,
    make: (reach) => openai.chat("gpt-5.1", { ...KEY, ...reach }),
    hosted: [],
    own: [],
  },
  {
    name: "gemini",
    start: startGemini,
    make: (reach) => gemini("gemini-3.8-flash", { ...KEY, ...reach }),
    hosted: GEMINIS_CODE,
    own: GEMINIS_OWN,
  },
  {
    name: "gemini on Vertex",
    start: () => startGemini({ vertex: true }),
    make: (reach) => gemini("gemini-3.8-flash", { vertex: PLACE, ...reach }),
    hosted: GEMINIS_CODE,
    own: GEMINIS_OWN,
    refusesIds: true,
  },
  {
    name: "deepseek",
    start: startDeepSeek,
    make: (reach) => deepseek("deepseek-flash", { ...KEY, ...reach }),
    hosted: [],
    own: ["reasoning_content"],
  },
  {
    name: "mistral",
    start: startMistral,
    make: (reach) => mistral("mistral-small-latest", { ...KEY, ...reach }),
    hosted: [],
    own: ["signature"],
  },
  {
    name: "xai",
    start: startXAI,
    make: (reach) => xai("grok-4.6", { ...KEY, ...reach }),
    hosted: [
      { type: "web_search_call", id: "ws_0000001", status: "completed", action: { type: "search", query: "rain" } },
    ],
    own: ["encrypted_content", "id"],
  },
  {
    name: "bedrock with Nova",
    start: startBedrock,
    make: (reach) => bedrock("us.amazon.nova-2-lite-v1:0", { ...KEY, ...REGION, ...reach }),
    hosted: NOVAS_SEARCH,
    own: ["toolUseId"],
  },
  {
    name: "bedrock with Llama",
    start: startBedrock,
    make: (reach) => bedrock("us.meta.llama4-scout-17b-instruct-v1:0", { ...KEY, ...REGION, ...reach }),
    hosted: [],
    own: [],
  },
];
