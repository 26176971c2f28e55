import type { SchemaRules } from "./lower-schema.ts";

/** What an API that enforces schemas by a grammar takes at least: closed objects, and no bounds of numbers or texts. */
export const NARROW_SCHEMA: SchemaRules = {
  keep: "$defs $ref type title description default enum const anyOf properties required additionalProperties items minItems format pattern",
  closeObjects: true,
  plainPatterns: true,
  enumTypes: "string number boolean null",
  mostMinItems: 1,
};
