import { classifyFailures } from "@understudy/core/adapter";
import { testReader } from "@understudy/testing";
import { describe, test } from "vitest";
import { failureTable } from "./errors.ts";
import { GenerateContentReader } from "./events.ts";

const failures = classifyFailures(failureTable, []);
const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 5, totalTokenCount: 8 };

function answer(parts: readonly object[], more: object = {}): object {
  return { candidates: [{ content: { role: "model", parts }, index: 0, ...more }], usageMetadata, responseId: "r1" };
}

const events = (...list: readonly object[]) => list.map((event) => ({ data: JSON.stringify(event) }));

testReader(
  { describe, test },
  {
    name: "gemini",
    make: (context) => new GenerateContentReader(context, failures),
    samples: [
      {
        name: "a text",
        events: events(
          answer([{ text: "The sky" }]),
          answer([{ text: " is blue." }]),
          answer([{ text: "" }], { finishReason: "STOP" }),
        ),
        whole: answer([{ text: "The sky is blue." }], { finishReason: "STOP" }),
        text: "The sky is blue.",
      },
      {
        name: "reasoning and a call",
        events: events(
          answer([{ text: "Look up.", thought: true }]),
          answer([{ functionCall: { name: "look", args: { up: true } }, thoughtSignature: "c2ln" }]),
          answer([], { finishReason: "STOP" }),
        ),
        text: "",
      },
    ],
  },
);
