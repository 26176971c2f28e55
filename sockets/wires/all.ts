import { anthropicWire } from "./anthropic.ts";
import { bedrockWire } from "./bedrock.ts";
import { chatWire, deepseekWire, mistralWire } from "./chat.ts";
import { geminiWire } from "./gemini.ts";
import { responsesWire } from "./responses.ts";
import type { Wire } from "./wire.ts";
import { xaiWire } from "./xai.ts";

export type WireName = "anthropic" | "responses" | "chat" | "gemini" | "deepseek" | "mistral" | "xai" | "bedrock";

export const WIRES: Readonly<Record<WireName, Wire>> = {
  anthropic: anthropicWire,
  responses: responsesWire,
  chat: chatWire,
  gemini: geminiWire,
  deepseek: deepseekWire,
  mistral: mistralWire,
  xai: xaiWire,
  bedrock: bedrockWire,
};
