import { classifyFailures } from "@understudy/core/adapter";
import { ChatReader } from "@understudy/core/toolkit";
import { testReader } from "@understudy/testing";
import { describe, test } from "vitest";
import { failureTable } from "./errors.ts";
import { CALL_IDS } from "./models.ts";

const failures = classifyFailures(failureTable, []);
const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8, prompt_tokens_details: { cached_tokens: 0 } };

function chunk(delta: object, finishReason: string | null = null, more: object = {}): { readonly data: string } {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return { data: JSON.stringify({ id: "c1", model: "mistral-small-latest", choices, p: "abc", ...more }) };
}

function thinking(text: string): object {
  return { type: "thinking", thinking: [{ type: "text", text }] };
}

testReader(
  { describe, test },
  {
    name: "mistral",
    make: (context) => new ChatReader(context, failures, { ids: CALL_IDS, stop: [], usageFollows: true }),
    samples: [
      {
        name: "thinking and text in one chunk",
        events: [
          chunk({ role: "assistant", content: "" }),
          chunk({ content: [thinking("Twelve")] }),
          chunk({ content: [thinking(" twelves."), { type: "text", text: "1" }] }),
          chunk({ content: "44" }, "stop", { usage }),
        ],
        whole: {
          id: "c1",
          model: "mistral-small-latest",
          choices: [
            {
              index: 0,
              finish_reason: "stop",
              message: {
                role: "assistant",
                tool_calls: null,
                content: [
                  { ...thinking("Twelve twelves."), closed: true },
                  { type: "text", text: "144" },
                ],
              },
            },
          ],
          usage,
        },
        text: "144",
      },
      {
        name: "whole calls in the chunk of the finish reason",
        events: [
          chunk({ role: "assistant", content: "" }),
          chunk(
            {
              tool_calls: [
                { id: "aB3dE6gH9", type: "function", function: { name: "roll", arguments: "{}" }, index: 0 },
                { id: "zY8xW5vU2", type: "function", function: { name: "roll", arguments: "{}" }, index: 1 },
              ],
            },
            "tool_calls",
            { usage },
          ),
        ],
        text: "",
      },
    ],
  },
);
