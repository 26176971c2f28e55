import type { SchemaRules } from "@understudy/core/toolkit";

/** https://ai.google.dev/gemini-api/docs/structured-output */
export const RULES: SchemaRules = {
  keep:
    "$defs $ref type format title description enum items prefixItems minItems maxItems minimum maximum anyOf properties " +
    "additionalProperties required propertyOrdering",
  enumTypes: "string number",
  bareReferences: true,
  optionalCycles: true,
};
