import { anthropic, type AnthropicClient } from "@understudy/anthropic";
import type { Target } from "@understudy/core/adapter";
import { deepseek } from "@understudy/deepseek";
import { anthropicExpected } from "./expected/anthropic.ts";
import { deepSeekExpected } from "./expected/chat.ts";
import type { ExpectedWire } from "./expected/reading.ts";
import type { Recording } from "./recordings.ts";

/** How the recordings of one wire are put to its adapter. */
export interface AdaptedWire {
  readonly name: string;
  covers(recording: Recording): boolean;
  readonly expected: ExpectedWire;
  /** For recordings that do not say which model answered. */
  readonly usualModel: string;
  /** Headers of an answer that may hold the id of its request, best first. */
  readonly requestIdHeaders: readonly string[];
  /** A target that asks over HTTP. */
  target(model: string, baseURL: string): Target;
  /** A target whose every request is answered by `respond`, without a vendor's SDK in between. */
  inProcess(model: string, respond: () => Response): Target;
}

const apiKey = "replayed-key";

export const anthropicWire: AdaptedWire = {
  name: "anthropic",
  covers: (recording) => recording.vendor === "anthropic",
  expected: anthropicExpected,
  usualModel: "claude-sonnet-4-6",
  requestIdHeaders: ["request-id"],
  target: (model, baseURL) => anthropic(model, { apiKey, baseURL }),
  inProcess: (model, respond) => {
    const client: AnthropicClient = {
      baseURL: "https://in-process.invalid",
      withOptions: () => client,
      post: () => ({ asResponse: () => Promise.resolve(respond()) }),
    };
    return anthropic(model, { client });
  },
};

export const deepSeekWire: AdaptedWire = {
  name: "deepseek",
  covers: (recording) => recording.vendor === "deepseek",
  expected: deepSeekExpected,
  usualModel: "deepseek-flash",
  requestIdHeaders: ["x-ds-trace-id", "x-request-id"],
  target: (model, baseURL) => deepseek(model, { apiKey, baseURL }),
  inProcess: (model, respond) => deepseek(model, { apiKey, fetch: () => Promise.resolve(respond()) }),
};

export const adaptedWires: readonly AdaptedWire[] = [anthropicWire, deepSeekWire];
