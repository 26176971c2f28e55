const scrubbed = "the recorded text was replaced by a short placeholder";

/**
 * Recordings that a simulator meets in another way than the vendor did, each with the reason. The suite fails when
 * one of them would pass after all.
 */
export const exceptions: Readonly<Record<string, string>> = {
  "anthropic/error/400-context-length.json": scrubbed,
  "bedrock/error/400-context-length.json": scrubbed,
  "bedrock/error/403-invalid-key.json": "a token that had expired: the state of the recorded account",
  "openai-responses/error/400-context-length.json": scrubbed,
  "deepseek/error/400-context-length.json": scrubbed,
  "openai-chat/error/compatible-ruby_llm-chat-real-error-scenarios-openrouter-claude-haiku-4-5-handles-context--0.json":
    scrubbed,
  "openai-chat/error/403-invalid-request-error-2.json": "sent to the completions endpoint, which is not simulated",
  "gemini/error/400-context-length.json": scrubbed,
  "gemini/error/429-resource-exhausted.json": "a rate limit: the state of the recorded account",
  "deepseek/error/400-invalid-request-error.json":
    "sent to the Responses format of this vendor, which is not simulated",
};
