import type { Wire } from "./wire.ts";

const model = "gemini-3.5-flash";

function answer(text: string, tokens: number, finishReason?: string): object {
  return {
    candidates: [
      {
        content: { parts: [{ text }], role: "model" },
        ...(finishReason === undefined ? {} : { finishReason }),
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: 6,
      candidatesTokenCount: tokens,
      totalTokenCount: 6 + tokens,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: 6 }],
    },
    modelVersion: model,
    responseId: "QhpNaqqoBviMxN8P3tbench",
  };
}

/** The only vendor that ends its lines with CR LF. */
function frame(body: object): string {
  return `data: ${JSON.stringify(body)}\r\n\r\n`;
}

export const geminiWire: Wire = {
  contentType: "text/event-stream",
  model,
  opening: () => [],
  delta: (index, text) => frame(answer(text, index + 1)),
  closing: (_text, deltas) => [frame(answer("", deltas, "STOP"))],
  failure: () => frame({ error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } }),
  whole: (text) => answer(text, 12, "STOP"),
  unavailable: () => ({ error: { code: 503, message: "The service is unavailable.", status: "UNAVAILABLE" } }),
};
