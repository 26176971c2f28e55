import { classifyFailures } from "@understudy/core/adapter";
import { testReader } from "@understudy/testing";
import { describe, test } from "vitest";
import { failureTable } from "./errors.ts";
import { MessagesReader } from "./events.ts";

const failures = classifyFailures(failureTable, []);
const events = (...list: readonly object[]) => list.map((event) => ({ data: JSON.stringify(event) }));
const usage = { input_tokens: 3, output_tokens: 5 };
const message = { id: "msg_1", type: "message", role: "assistant", model: "claude-opus-5", stop_reason: null, usage };

testReader(
  { describe, test },
  {
    name: "anthropic",
    make: (context) => new MessagesReader(context, failures, { stop: [] }),
    samples: [
      {
        name: "a text",
        events: events(
          { type: "message_start", message: { ...message, content: [] } },
          { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
          { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "The sky" } },
          { type: "ping" },
          { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: " is blue." } },
          { type: "content_block_stop", index: 0 },
          { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage },
          { type: "message_stop" },
        ),
        whole: { ...message, stop_reason: "end_turn", content: [{ type: "text", text: "The sky is blue." }] },
        text: "The sky is blue.",
      },
      {
        name: "reasoning and a call",
        events: events(
          { type: "message_start", message: { ...message, content: [] } },
          { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
          { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Look up." } },
          { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "c2ln" } },
          { type: "content_block_stop", index: 0 },
          {
            type: "content_block_start",
            index: 1,
            content_block: { type: "tool_use", id: "toolu_1", name: "look", input: {} },
          },
          { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"up":' } },
          { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: "true}" } },
          { type: "content_block_stop", index: 1 },
          { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage },
          { type: "message_stop" },
        ),
        text: "",
      },
    ],
  },
);
