import { classifyFailures } from "@understudy/core/adapter";
import { ChatReader } from "@understudy/core/toolkit";
import { testReader } from "@understudy/testing";
import { describe, test } from "vitest";
import { failureTable } from "./errors.ts";

const failures = classifyFailures(failureTable, []);
const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };

function chunk(delta: object, finishReason: string | null = null, more: object = {}): { readonly data: string } {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return { data: JSON.stringify({ id: "c1", model: "deepseek-v4-flash", choices, usage: null, ...more }) };
}

testReader(
  { describe, test },
  {
    name: "deepseek",
    make: (context) => new ChatReader(context, failures, { stop: [], usageFollows: true }),
    samples: [
      {
        name: "a text",
        events: [
          chunk({ role: "assistant", content: "" }),
          chunk({ content: "The sky" }),
          chunk({ content: " is blue." }),
          chunk({ content: "" }, "stop", { usage }),
        ],
        whole: {
          id: "c1",
          model: "deepseek-v4-flash",
          choices: [{ index: 0, message: { role: "assistant", content: "The sky is blue." }, finish_reason: "stop" }],
          usage,
        },
        text: "The sky is blue.",
      },
      {
        name: "reasoning and a call",
        events: [
          chunk({ role: "assistant", content: null, reasoning_content: "Look up." }),
          chunk({
            tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "look", arguments: "" } }],
          }),
          chunk({ tool_calls: [{ index: 0, function: { arguments: '{"up":true}' } }] }),
          chunk({ content: "" }, "tool_calls", { usage }),
        ],
        text: "",
      },
    ],
  },
);
