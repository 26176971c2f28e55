import { classifyFailures } from "@understudy/core/adapter";
import { testReader } from "@understudy/testing";
import { describe, test } from "vitest";
import { failureTable } from "./errors.ts";
import { ConverseReader } from "./events.ts";

const failures = classifyFailures(failureTable, []);
const usage = { inputTokens: 3, outputTokens: 5, totalTokens: 8 };

function event(name: string, data: object): { readonly event: string; readonly data: string } {
  return { event: name, data: JSON.stringify({ ...data, p: "abc" }) };
}

function delta(contentBlockIndex: number, content: object) {
  return event("contentBlockDelta", { contentBlockIndex, delta: content });
}

testReader(
  { describe, test },
  {
    name: "bedrock",
    make: (context) => new ConverseReader(context, failures, { stop: [] }),
    samples: [
      {
        name: "reasoning, text and a call",
        events: [
          event("messageStart", { role: "assistant" }),
          delta(0, { reasoningContent: { text: "Twelve " } }),
          delta(0, { reasoningContent: { text: "twelves." } }),
          delta(0, { reasoningContent: { signature: "c2ln" } }),
          event("contentBlockStop", { contentBlockIndex: 0 }),
          delta(1, { text: "14" }),
          delta(1, { text: "4" }),
          event("contentBlockStop", { contentBlockIndex: 1 }),
          event("contentBlockStart", { contentBlockIndex: 2, start: { toolUse: { toolUseId: "t1", name: "f" } } }),
          delta(2, { toolUse: { input: '{"a":' } }),
          delta(2, { toolUse: { input: "1}" } }),
          event("contentBlockStop", { contentBlockIndex: 2 }),
          event("messageStop", { stopReason: "tool_use" }),
          event("metadata", { usage, metrics: { latencyMs: 9 } }),
        ],
        whole: {
          output: {
            message: {
              role: "assistant",
              content: [
                { reasoningContent: { reasoningText: { text: "Twelve twelves.", signature: "c2ln" } } },
                { text: "144" },
                { toolUse: { toolUseId: "t1", name: "f", input: { a: 1 } } },
              ],
            },
          },
          stopReason: "tool_use",
          usage,
          metrics: { latencyMs: 9 },
        },
        text: "144",
      },
    ],
  },
);
