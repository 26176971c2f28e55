const refused = "no genuine recording of a refusal: the fields come from the vendor's documentation";
const both = "no recording has text and a tool call in one answer";
const cited = "sources were recorded in whole answers only";
const web = "only citations of a document were recorded, in a stream: the fields are those of the vendor's SDK";

/**
 * What the simulators' own answers have and no genuine recording shows, by wire, each with the reason. The suite
 * fails when one of them is not needed.
 */
export const unseen: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  anthropic: {
    "whole: unseen stop_details.type": refused,
    "whole: unseen stop_details.category": refused,
    "whole: unseen stop_details.explanation": refused,
  },
  "openai-responses": {
    "response.incomplete: unseen response.output[].phase": "the recorded cut answers are of models without phases",
  },
  deepseek: { "chat.completion.chunk content -> chat.completion.chunk tool_calls": both },
  mistral: {
    "chat.completion.chunk content -> chat.completion.chunk tool_calls": both,
    "chat.completion.chunk role -> chat.completion.chunk tool_calls": "calls in pieces were recorded without a role",
  },
  "openai-chat": {
    "chat.completion.chunk content -> chat.completion.chunk tool_calls": both,
    "chat.completion.chunk content -> chat.completion.chunk annotations": cited,
    "chat.completion.chunk annotations -> chat.completion.chunk finish": cited,
    "chat.completion.chunk annotations was never recorded": cited,
  },
  bedrock: {
    "contentBlockStop -> contentBlockStart": "each recorded stream has one call, and nothing before it",
    "contentBlockDelta: unseen delta.citation.location.web": web,
    "contentBlockDelta: unseen delta.citation.location.web.url": web,
    "contentBlockDelta: unseen delta.citation.location.web.domain": web,
    "whole: unseen output.message.content[].citationsContent": web,
    "whole: unseen output.message.content[].citationsContent.content": web,
    "whole: unseen output.message.content[].citationsContent.content[].text": web,
    "whole: unseen output.message.content[].citationsContent.citations": web,
    "whole: unseen output.message.content[].citationsContent.citations[].title": web,
    "whole: unseen output.message.content[].citationsContent.citations[].sourceContent": web,
    "whole: unseen output.message.content[].citationsContent.citations[].sourceContent[].text": web,
    "whole: unseen output.message.content[].citationsContent.citations[].location": web,
    "whole: unseen output.message.content[].citationsContent.citations[].location.web": web,
    "whole: unseen output.message.content[].citationsContent.citations[].location.web.url": web,
    "whole: unseen output.message.content[].citationsContent.citations[].location.web.domain": web,
  },
  gemini: { "chunk: missing candidates[].content.parts": "a refusal before any text has no parts" },
};

const live = "live answers are so, the description is not";

/**
 * Complaints of the vendors' own descriptions about what live answers have, by wire, each with the reason. The suite
 * fails when one of them is not needed.
 */
export const undescribed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  anthropic: { "ping is no event of RawMessageStreamEvent": live },
  "openai-responses": {
    "Response/user: must be string": live,
    "ResponseCreatedEvent/response/user: must be string": live,
    "ResponseInProgressEvent/response/user: must be string": live,
    "ResponseCompletedEvent/response/user: must be string": live,
    "ResponseIncompleteEvent/response/user: must be string": live,
    "ResponseFunctionCallArgumentsDoneEvent: must have required property 'name'": live,
  },
  "openai-chat": {},
  mistral: {
    "ChatCompletionResponse/usage: must NOT have additional properties service_tier": "newer than the description",
    "CompletionChunk/usage: must NOT have additional properties service_tier": "newer than the description",
  },
  gemini: {
    "GenerateContentResponse/usageMetadata: must NOT have additional properties serviceTier":
      "newer than the description",
  },
};
