/**
 * What the conventions say of messages on spans, as JSON schemas. Written from the field tables of the GenAI conventions
 * (open-telemetry/semantic-conventions-genai, Apache-2.0: `gen-ai-input-messages.json`, `gen-ai-output-messages.json`,
 * `gen-ai-system-instructions.json`, `gen-ai-tool-definitions.json`). Stricter than theirs in one point: there any object with
 * a `type` is a part, here a part of a known type has to have that type's fields.
 */
const TEXT = { type: "string" };
const NULLABLE_TEXT = { type: ["string", "null"] };

function part(name: string, required: readonly string[], properties: Readonly<Record<string, object>>): object {
  return {
    if: { properties: { type: { const: name } } },
    // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
    then: { required: ["type", ...required], properties },
  };
}

const PART = {
  type: "object",
  required: ["type"],
  properties: { type: TEXT },
  allOf: [
    part("text", ["content"], { content: TEXT }),
    part("reasoning", ["content"], { content: TEXT }),
    part("tool_call", ["name"], { id: NULLABLE_TEXT, name: TEXT }),
    part("tool_call_response", ["response"], { id: NULLABLE_TEXT }),
    part("blob", ["modality", "content"], { modality: TEXT, mime_type: NULLABLE_TEXT, content: TEXT }),
    part("uri", ["modality", "uri"], { modality: TEXT, mime_type: NULLABLE_TEXT, uri: TEXT }),
    part("file", ["modality", "file_id"], { modality: TEXT, mime_type: NULLABLE_TEXT, file_id: TEXT }),
  ],
};

const MESSAGE = {
  type: "object",
  required: ["role", "parts"],
  properties: {
    role: { enum: ["system", "user", "assistant", "tool"] },
    parts: { type: "array", items: PART },
  },
};

export const SCHEMAS: Readonly<Record<string, object>> = {
  "gen_ai.system_instructions": { type: "array", items: PART },
  "gen_ai.input.messages": { type: "array", items: MESSAGE },
  "gen_ai.output.messages": {
    type: "array",
    items: {
      ...MESSAGE,
      required: ["role", "parts", "finish_reason"],
      properties: { ...MESSAGE.properties, finish_reason: TEXT },
    },
  },
  "gen_ai.tool.definitions": {
    type: "array",
    items: {
      type: "object",
      required: ["type", "name", "description"],
      properties: { type: TEXT, name: TEXT, description: TEXT },
    },
  },
};
