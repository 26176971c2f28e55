import { classifyFailures } from "@understudy/core/adapter";
import { ResponsesReader } from "@understudy/core/toolkit";
import { testReader } from "@understudy/testing";
import { describe, test } from "vitest";
import { failureTable } from "../errors.ts";

const failures = classifyFailures(failureTable, []);
const usage = { input_tokens: 3, output_tokens: 5, total_tokens: 8 };
const content = [{ type: "output_text", text: "The sky is blue.", annotations: [] }];
const said = { type: "message", id: "msg_1", role: "assistant", status: "completed", content };
const call = { type: "function_call", id: "fc_1", call_id: "call_1", name: "look", arguments: '{"up":true}' };
const response = (output: readonly object[]) => ({ id: "resp_1", status: "completed", model: "gpt-6", output, usage });
const event = (type: string, fields: object) => ({ type, ...fields });
const events = (...list: readonly { readonly type: string }[]) =>
  list.map((one) => ({ event: one.type, data: JSON.stringify(one) }));
const text = (delta: string) => event("response.output_text.delta", { output_index: 0, content_index: 0, delta });
const args = (delta: string) => event("response.function_call_arguments.delta", { output_index: 0, delta });

testReader(
  { describe, test },
  {
    name: "openai",
    make: (context) => new ResponsesReader(context, failures, { stop: [] }),
    samples: [
      {
        name: "a text",
        events: events(
          event("response.created", { response: { ...response([]), status: "in_progress" } }),
          event("response.output_item.added", { output_index: 0, item: { ...said, content: [] } }),
          text("The sky"),
          text(" is blue."),
          event("response.output_item.done", { output_index: 0, item: said }),
          event("response.completed", { response: response([said]) }),
        ),
        whole: response([said]),
        text: "The sky is blue.",
      },
      {
        name: "a call",
        events: events(
          event("response.output_item.added", { output_index: 0, item: { ...call, arguments: "" } }),
          args('{"up":'),
          args("true}"),
          event("response.output_item.done", { output_index: 0, item: call }),
          event("response.completed", { response: response([call]) }),
        ),
        text: "",
      },
    ],
  },
);
