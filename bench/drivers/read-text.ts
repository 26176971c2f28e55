import type { WireName } from "../wires/wire.ts";

interface AnthropicEvent {
  readonly type: string;
  readonly delta?: { readonly text?: string };
}
interface ResponsesEvent {
  readonly type: string;
  readonly delta?: string;
}
interface ConverseEvent {
  readonly delta?: { readonly text?: string };
}
interface ChatChunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
}
interface GeminiAnswer {
  readonly candidates?: readonly { readonly content?: { readonly parts?: readonly { readonly text?: string }[] } }[];
}

function chatText(data: string): string | undefined {
  if (data === "[DONE]") return undefined;
  const chunk: ChatChunk = JSON.parse(data);
  return chunk.choices?.[0]?.delta?.content ?? undefined;
}

function responsesText(data: string): string | undefined {
  const event: ResponsesEvent = JSON.parse(data);
  return event.type === "response.output_text.delta" ? event.delta : undefined;
}

/**
 * The text delta in the data of one event. The least that a reader can do: parse and pick, nothing checked (our own
 * server sends it). Each wire has its own function, so that none pays for the shapes of the others.
 */
export const readText: Readonly<Record<WireName, (data: string) => string | undefined>> = {
  anthropic: (data) => {
    const event: AnthropicEvent = JSON.parse(data);
    return event.type === "content_block_delta" ? event.delta?.text : undefined;
  },
  "openai-responses": responsesText,
  xai: responsesText,
  "openai-chat": chatText,
  deepseek: chatText,
  mistral: chatText,
  bedrock: (data) => {
    const event: ConverseEvent = JSON.parse(data);
    return event.delta?.text;
  },
  gemini: (data) => {
    const answer: GeminiAnswer = JSON.parse(data);
    return answer.candidates?.[0]?.content?.parts?.[0]?.text;
  },
};
