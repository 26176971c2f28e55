import type { ToolCallAnswer } from "../simulators/answer.ts";

/** What the simulators of the kit say. The last delta has characters of two, three and four bytes. */
export const ANSWER: { readonly text: readonly string[] } = {
  text: ["The sky ", "is blue, ", "because of scattering ", "é✓\u{1f642}."],
};
export const ANSWER_TEXT = "The sky is blue, because of scattering é✓\u{1f642}.";

export const WEATHER_TOOL = {
  name: "weather",
  description: "The weather in a city.",
  inputSchema: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
} as const;

export const TOOL_CALL: ToolCallAnswer = { name: "weather", input: { city: "Paris" } };
