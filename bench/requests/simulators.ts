import {
  startAnthropic,
  startBedrock,
  startDeepSeek,
  startGemini,
  startMistral,
  startOpenAI,
  startOpenAIChat,
  startXAI,
  type Vendor,
} from "@understudy/testing";
import type { WireName } from "../wires/wire.ts";

/** Who writes the answers that stand in a history: they hold what each vendor wants back. */
export const simulators: Readonly<Record<WireName, () => Promise<Vendor>>> = {
  anthropic: startAnthropic,
  "openai-responses": startOpenAI,
  "openai-chat": startOpenAIChat,
  gemini: startGemini,
  deepseek: startDeepSeek,
  mistral: startMistral,
  xai: startXAI,
  bedrock: startBedrock,
};
