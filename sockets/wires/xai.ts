import { responses } from "./responses.ts";
import type { Reason, Wire } from "./wire.ts";

const WORDS: Readonly<Partial<Record<Reason, readonly [code: string, error: string]>>> = {
  model: ["Some requested entity was not found", "The model grok-4.6 does not exist or your team has no access to it."],
  context: [
    "Client specified an invalid argument",
    "This model's maximum prompt length is 500000 but the request contains 612000 tokens.",
  ],
  overloaded: ["The service is currently unavailable", "The model is at capacity and currently cannot serve it."],
  key: ["Unauthenticated", "Incorrect API key provided."],
};

/** Its errors have a form of their own; the rest is that of another vendor. */
export const xaiWire: Wire = {
  ...responses("xai", "grok-4.6"),
  refuse: (status, reason) => {
    const [code, error] = (reason === undefined ? undefined : WORDS[reason]) ?? [
      `status ${status}`,
      "It cannot be done.",
    ];
    if (reason !== undefined && WORDS[reason] === undefined) return undefined;
    return { body: JSON.stringify({ code, error }) };
  },
};
