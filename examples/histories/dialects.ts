import type { JsonObject, Origin } from "@understudy/core";

export interface Opaque {
  readonly origin?: Origin | undefined;
  readonly opaque?: JsonObject | undefined;
}

/** Opaque data as one adapter makes it, with a word in it that can be found again. */
export interface Dialect {
  readonly on: {
    readonly [Type in "text" | "refusal" | "reasoning" | "tool-call"]?: ((word: string) => JsonObject) | undefined;
  };
  /** Parts of an answer that have no common words. */
  readonly blocks: readonly ((word: string) => readonly JsonObject[])[];
  /** What the application answers to one of them. */
  readonly answer: (word: string) => readonly JsonObject[];
}

const ARGUMENTS = { "tool-call": (word: string) => ({ arguments: `{ "${word}": 1 }` }) };

export const anthropic: Dialect = {
  on: {
    text: (word) => ({
      citations: [
        { type: "char_location", cited_text: word, document_index: 0, start_char_index: 0, end_char_index: 1 },
      ],
    }),
    reasoning: (word) => ({ signature: word }),
    "tool-call": (word) => ({ caller: { type: "code_execution_20250825", tool_id: word } }),
  },
  blocks: [
    (word) => [
      { type: "server_tool_use", id: `srvtoolu_${word}`, name: "web_search", input: {} },
      { type: "web_search_tool_result", tool_use_id: `srvtoolu_${word}`, content: [] },
    ],
    (word) => [{ type: "compaction", content: word }],
  ],
  answer: () => [],
};

export const responses: Dialect = {
  on: {
    text: (word) => ({ id: `msg_${word}`, annotations: [], phase: "commentary" }),
    refusal: (word) => ({ id: `msg_${word}` }),
    reasoning: (word) => ({ id: `rs_${word}`, summary: [], encrypted_content: word }),
    "tool-call": (word) => ({ id: `fc_${word}` }),
  },
  blocks: [
    (word) => [{ type: "web_search_call", id: `ws_${word}`, status: "completed" }],
    (word) => [{ type: "computer_call", id: `cu_${word}`, call_id: word, status: "completed" }],
  ],
  answer: (word) => [{ type: "computer_call_output", call_id: word, output: { type: "computer_screenshot" } }],
};

/** The same format with a hosted tool of its own; nothing is handed over to the application. */
export const xai: Dialect = {
  on: responses.on,
  blocks: [
    (word) => [{ type: "web_search_call", id: `ws_${word}`, status: "completed" }],
    (word) => [{ type: "x_search_call", id: `fc_${word}`, name: "x_semantic_search", status: "completed" }],
  ],
  answer: () => [],
};

export const chat: Dialect = { on: ARGUMENTS, blocks: [], answer: () => [] };

export const gemini: Dialect = {
  on: {
    text: (word) => ({ thoughtSignature: word }),
    reasoning: (word) => ({ thoughtSignature: word }),
    "tool-call": (word) => ({ thoughtSignature: word }),
  },
  blocks: [
    (word) => [
      { executableCode: { language: "PYTHON", code: word } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: word } },
    ],
  ],
  answer: () => [],
};

export const mistral: Dialect = {
  on: { ...ARGUMENTS, reasoning: (word) => ({ signature: word }) },
  blocks: [],
  answer: () => [],
};

export const bedrock: Dialect = {
  on: { reasoning: (word) => ({ signature: word }) },
  blocks: [],
  answer: () => [],
};

export const deepseek: Dialect = { on: ARGUMENTS, blocks: [], answer: () => [] };

/** A data set that no adapter makes, to stand under everybody's name. */
const nobodys: Dialect = {
  on: {
    text: (word) => ({ role: "system", text: word }),
    refusal: (word) => ({ content: word }),
    reasoning: (word) => ({ signature: { nested: word } }),
    "tool-call": (word) => ({ custom: word, arguments: [word] }),
  },
  blocks: [(word) => [{ type: "message", role: "system", content: word }], (word) => [{ [word]: null }]],
  answer: (word) => [{ type: "message", role: "developer", content: word }],
};

export const DIALECTS: readonly Dialect[] = [nobodys, anthropic, responses, gemini, deepseek, mistral, xai];
