import type { FailureClass, FailureScope } from "@understudy/core";

export interface ExpectedFailure {
  readonly class: FailureClass;
  /** Where it differs from what the class belongs to. */
  readonly scope?: FailureScope | undefined;
  /** Milliseconds that the answer says to wait. */
  readonly retryAfterMs?: number | undefined;
  /** Tokens, where the answer says how many the model takes. */
  readonly contextWindow?: number | undefined;
  /** What the model lacks, where the answer says so. */
  readonly capability?: string | undefined;
  /** The request may be mended and sent once more. */
  readonly repaired?: true | undefined;
}

const rejected: ExpectedFailure = { class: "request.rejected" };
const badKey: ExpectedFailure = { class: "auth.invalid" };
/** Adapters send strict schemas for JSON output only: that is what can be done without. */
const strictSchema: ExpectedFailure = { class: "request.unsupported", capability: "jsonOutput", repaired: true };
const noModel: ExpectedFailure = { class: "model.not-found" };

/** What each recorded refusal means, stated by hand after the vendors' tables of errors. */
export const expectedFailures: Readonly<Record<string, ExpectedFailure>> = {
  "anthropic/error/400-context-length.json": { class: "request.context-length", contextWindow: 200_000 },
  "anthropic/error/400-invalid-request-error-2.json": rejected,
  "anthropic/error/400-invalid-request-error.json": { class: "request.unsupported", repaired: true },
  "anthropic/error/400-schema-2.json": strictSchema,
  "anthropic/error/400-schema-5.json": rejected,
  "anthropic/error/400-schema-6.json": rejected,
  "anthropic/error/400-schema-7.json": rejected,
  "anthropic/error/400-schema.json": strictSchema,
  "anthropic/error/400-temperature.json": { class: "request.unsupported", repaired: true },
  "anthropic/error/401-invalid-key-2.json": badKey,
  "anthropic/error/401-invalid-key-3.json": badKey,
  "anthropic/error/401-invalid-key.json": badKey,
  "anthropic/error/404-model-not-found-3.json": noModel,
  "anthropic/error/404-model-not-found.json": noModel,
  // Composed with a word of its own before it: the vendor's sentence begins with "Your credit balance".
  "anthropic/error/composed-400-credit-balance.json": rejected,
  "anthropic/error/composed-429-input-tokens-with-retry-after.json": { class: "rate.tokens", retryAfterMs: 16_000 },
  "anthropic/error/composed-529-overloaded.json": { class: "server.overloaded" },

  "bedrock/error/400-context-length.json": { class: "request.context-length" },
  "bedrock/error/400-error-2.json": rejected,
  "bedrock/error/400-error-3.json": { class: "request.unsupported", capability: "files" },
  "bedrock/error/400-image.json": noModel,
  "bedrock/error/400-model-not-found.json": noModel,
  "bedrock/error/403-invalid-key-2.json": badKey,
  "bedrock/error/403-invalid-key.json": badKey,
  "bedrock/error/404-error.json": { class: "model.deprecated" },

  "deepseek/error/400-context-length.json": { class: "request.context-length", contextWindow: 1_048_565 },
  "deepseek/error/400-image-2.json": rejected,
  "deepseek/error/400-image-4.json": { class: "request.unsupported", capability: "files" },
  "deepseek/error/400-image-5.json": { class: "request.unsupported", capability: "images" },
  "deepseek/error/400-image.json": { class: "request.unsupported", capability: "audio" },
  "deepseek/error/400-invalid-request-error.json": rejected,
  "deepseek/error/400-model-not-found.json": noModel,
  "deepseek/error/401-invalid-key.json": badKey,
  "deepseek/error/composed-402-insufficient-balance.json": { class: "billing.exhausted" },

  "openai-responses/error/400-context-length.json": { class: "request.context-length" },
  "openai-responses/error/400-image-2.json": { class: "request.unsupported", capability: "files" },
  "openai-responses/error/400-image.json": rejected,
  "openai-responses/error/400-invalid-request-error.json": { ...rejected, repaired: true },
  "openai-responses/error/400-model-not-found.json": noModel,
  "openai-responses/error/400-temperature.json": rejected,
  "openai-responses/error/401-invalid-key.json": badKey,
  "openai-responses/error/429-insufficient-quota.json": { class: "billing.exhausted" },
  "openai-responses/error/composed-429-tokens-no-ratelimit-headers.json": {
    class: "rate.tokens",
    retryAfterMs: 26_604,
  },
  "openai-responses/error/composed-500-server-error.json": { class: "server.error" },

  "openai-chat/error/400-image-3.json": rejected,
  "openai-chat/error/400-image.json": rejected,
  "openai-chat/error/400-invalid-request-error-2.json": { class: "request.unsupported", repaired: true },
  "openai-chat/error/400-temperature.json": rejected,
  "openai-chat/error/400-unsupported-value.json": { class: "request.unsupported" },
  "openai-chat/error/401-invalid-key.json": badKey,
  "openai-chat/error/403-invalid-request-error-2.json": { class: "auth.forbidden" },
  "openai-chat/error/404-invalid-request-error-2.json": noModel,
  "openai-chat/error/404-model-not-found-3.json": noModel,
  "openai-chat/error/404-model-not-found.json": noModel,
  "openai-chat/error/composed-429-tokens-no-ratelimit-headers.json": { class: "rate.tokens", retryAfterMs: 26_604 },
  "openai-chat/error/composed-500-server-error.json": { class: "server.error" },
  "openai-chat/error/compatible-ruby_llm-chat-real-error-scenarios-openrouter-claude-haiku-4-5-handles-context--0.json":
    {
      class: "request.context-length",
      contextWindow: 200_000,
    },
  "mistral/error/400-invalid-request-invalid-args.json": { class: "request.unsupported", repaired: true },
  "mistral/error/400-model-not-found.json": noModel,
  "mistral/error/401-error.json": badKey,
  "azure-openai/error/401-error.json": badKey,
  "azure-openai/error/404-model-not-found.json": { class: "endpoint.not-found" },
  "azure-openai/error/429-ratelimitreached.json": { class: "rate.unknown", retryAfterMs: 500 },

  "gemini/error/400-context-length.json": { class: "request.context-length", contextWindow: 1_048_576 },
  "gemini/error/400-image-rejected.json": rejected,
  "gemini/error/400-invalid-argument-2.json": rejected,
  "gemini/error/400-invalid-argument.json": rejected,
  "gemini/error/400-invalid-key-2.json": badKey,
  "gemini/error/400-invalid-key.json": badKey,
  "gemini/error/400-user-location.json": { class: "auth.forbidden", scope: "endpoint" },
  "gemini/error/403-api-not-enabled.json": { class: "auth.forbidden", scope: "key" },
  "gemini/error/403-permission-denied.json": { class: "auth.forbidden", scope: "key" },
  "gemini/error/404-error.json": noModel,
  "gemini/error/404-model-not-found-2.json": noModel,
  "gemini/error/404-model-not-found-3.json": noModel,
  "gemini/error/404-model-not-found.json": { class: "model.not-found", scope: "key+model" },
  "gemini/error/429-quota-exceeded.json": { class: "rate.requests" },
  "gemini/error/429-resource-exhausted.json": { class: "rate.tokens", retryAfterMs: 48_000 },
  "gemini/error/429-retry-info.json": { class: "rate.requests", retryAfterMs: 34_400 },
  "gemini/error/composed-500-internal.json": { class: "server.error" },
  "gemini/error/composed-503-unavailable.json": { class: "server.overloaded" },
};
