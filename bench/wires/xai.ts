import { openaiResponsesWire } from "./openai-responses.ts";
import type { Wire } from "./wire.ts";

const place = { item_id: "msg_0b824fe9-3250-2588-0bbf-bench", output_index: 0, content_index: 0 };

/** The same format, without padding, and with errors of its own. */
export const xaiWire: Wire = {
  ...openaiResponsesWire,
  model: "grok-4.6",
  delta: (index, text) => {
    const type = "response.output_text.delta";
    const event = { sequence_number: 4 + index, type, ...place, delta: text };
    return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
  },
  failure: () => `data: ${JSON.stringify(UNAVAILABLE)}\n\n`,
  unavailable: () => UNAVAILABLE,
};

const UNAVAILABLE = { code: "The service is currently unavailable", error: "The model is temporarily unavailable." };
