import type { SchemaObstacle, SchemaRules } from "@understudy/core/toolkit";

/** What is refused in any schema of a tool, enforced or not. */
export const LOOSE: SchemaRules = {
  refusedAtRoot: "anyOf oneOf allOf enum not",
  spelledOut: true,
  plainPatterns: true,
};
/** https://developers.openai.com/api/docs/guides/structured-outputs */
export const ENFORCED: SchemaRules = {
  ...LOOSE,
  keep:
    "$defs $ref type title description enum const anyOf properties required additionalProperties items minItems maxItems " +
    "pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf",
  formats: "date-time time date duration email hostname ipv4 ipv6 uuid",
  enumTypes: "string number boolean null",
  closeObjects: true,
  typed: true,
  bareReferences: true,
  size: {
    properties: 5_000,
    levels: 10,
    values: 1_000,
    characters: 120_000,
    longEnum: { values: 250, characters: 15_000 },
  },
};

/** Schemas may be recursive. */
export function isObstacle(obstacle: SchemaObstacle): boolean {
  return obstacle !== "recursion";
}
