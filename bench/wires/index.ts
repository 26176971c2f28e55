import { anthropicWire } from "./anthropic.ts";
import { bedrockWire } from "./bedrock.ts";
import { deepseekWire } from "./deepseek.ts";
import { geminiWire } from "./gemini.ts";
import { openaiChatWire } from "./openai-chat.ts";
import { openaiResponsesWire } from "./openai-responses.ts";
import { mistralWire } from "./mistral.ts";
import { xaiWire } from "./xai.ts";
import type { Wire, WireName } from "./wire.ts";

export const wires: Readonly<Record<WireName, Wire>> = {
  anthropic: anthropicWire,
  "openai-responses": openaiResponsesWire,
  "openai-chat": openaiChatWire,
  gemini: geminiWire,
  deepseek: deepseekWire,
  mistral: mistralWire,
  xai: xaiWire,
  bedrock: bedrockWire,
};
