const refused = "no genuine recording of a refusal: the fields come from the vendor's documentation";
const both = "no recording has text and a tool call in one answer";
const cited = "sources were recorded in whole answers only";

/**
 * What the simulators' own answers have and no genuine recording shows, by wire, each with the reason. The suite
 * fails when one of them is not needed.
 */
export const unseen: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  anthropic: {
    "message_delta: unseen delta.stop_details.type": refused,
    "message_delta: unseen delta.stop_details.category": refused,
    "message_delta: unseen delta.stop_details.explanation": refused,
    "whole: unseen stop_details.type": refused,
    "whole: unseen stop_details.category": refused,
    "whole: unseen stop_details.explanation": refused,
    "whole: missing content[].type": "a refusal before any text has no content",
  },
  "openai-responses": {
    "response.incomplete: unseen response.output[].phase": "the recorded cut answers are of models without phases",
  },
  deepseek: { "chat.completion.chunk content -> chat.completion.chunk tool_calls": both },
  "openai-chat": {
    "chat.completion.chunk content -> chat.completion.chunk tool_calls": both,
    "chat.completion.chunk content -> chat.completion.chunk annotations": cited,
    "chat.completion.chunk annotations -> chat.completion.chunk finish": cited,
    "chat.completion.chunk annotations was never recorded": cited,
  },
  gemini: { "chunk: missing candidates[].content.parts": "a refusal before any text has no parts" },
};
