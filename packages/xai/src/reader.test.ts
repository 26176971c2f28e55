import { classifyFailures } from "@understudy/core/adapter";
import { testReader } from "@understudy/testing";
import { describe, test } from "vitest";
import { failureTable } from "./errors.ts";
import { makeReader } from "./target.ts";

const failures = classifyFailures(failureTable, []);
const usage = { input_tokens: 3, output_tokens: 5, total_tokens: 8 };
const content = [{ type: "output_text", text: "The sky is blue.", annotations: [] }];
const said = { type: "message", id: "msg_1", role: "assistant", status: "completed", content };
const response = { id: "0b82", status: "completed", model: "grok-4.6", output: [said], usage };
const event = (type: string, fields: object) => ({ type, ...fields });
const text = (delta: string) => event("response.output_text.delta", { output_index: 0, content_index: 0, delta });

testReader(
  { describe, test },
  {
    name: "xai",
    make: (context) => makeReader(context, failures, []),
    samples: [
      {
        name: "a text",
        events: [
          event("response.created", { response: { ...response, output: [], status: "in_progress" } }),
          event("response.output_item.added", { output_index: 0, item: { ...said, content: [] } }),
          text("The sky"),
          text(" is blue."),
          event("response.output_item.done", { output_index: 0, item: said }),
          event("response.completed", { response }),
        ].map((one) => ({ event: one.type, data: JSON.stringify(one) })),
        whole: response,
        text: "The sky is blue.",
      },
    ],
  },
);
