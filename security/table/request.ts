import type { Request } from "@understudy/core";
import { CANARIES } from "./canaries.ts";

/** A canary in everything that a request can hold. */
export const REQUEST: Request = {
  system: CANARIES.system,
  messages: [
    { role: "user", content: `Look up ${CANARIES.prompt}.` },
    {
      role: "assistant",
      content: [{ type: "tool-call", toolCallId: "call_1", toolName: "t", input: { word: CANARIES.argument } }],
    },
    { role: "tool", content: [{ type: "tool-result", toolCallId: "call_1", content: CANARIES.result }] },
    { role: "user", content: `And ${CANARIES.prompt} again?` },
  ],
  tools: [
    { name: "t", description: "A tool.", inputSchema: { type: "object", properties: { word: { type: "string" } } } },
  ],
  userId: CANARIES.user,
};

export const HEADERS: Readonly<Record<string, string>> = { "x-tenant": CANARIES.header };
