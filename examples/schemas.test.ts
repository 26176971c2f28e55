import { isDeepStrictEqual } from "node:util";
import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, describe, expect, test } from "vitest";
import type { JsonObject } from "@understudy/core";
import { CASES, type SchemaCase } from "./schemas/cases.ts";
import { claudeOutput, claudeTool, geminiSchema, openAILoose, openAIStrict, type Judge } from "./schemas/judges.ts";
import { send, WIRES, type Sent, type Use } from "./schemas/wires.ts";

const OPENAI = (sent: Sent): Judge => (sent.isStrict ? openAIStrict : openAILoose);
const JUDGES: Readonly<Record<string, Readonly<Record<Use, (sent: Sent) => Judge>>>> = {
  openai: { tool: OPENAI, output: OPENAI },
  "openai.chat": { tool: OPENAI, output: OPENAI },
  anthropic: { tool: () => claudeTool, output: () => claudeOutput },
  gemini: { tool: () => geminiSchema, output: () => geminiSchema },
};

const OPTIONS = { strict: false, validateFormats: false, logger: false } as const;
const CHECKERS = { old: new Ajv(OPTIONS), today: new Ajv2020(OPTIONS) };

function checker(schema: JsonObject): ValidateFunction {
  const isOld = JSON.stringify(schema).includes("draft-07");
  return (isOld ? CHECKERS.old : CHECKERS.today).compile(schema);
}

const counts = { whole: 0, lowered: 0, words: 0 };

/** The table: every schema at every vendor, as the arguments of a tool and as the form of an answer. */
describe.each(Object.keys(WIRES))("at %s", (name) => {
  const wire = WIRES[name];
  test.each(Object.entries(CASES).flatMap(([title, one]) => uses(one).map((use) => [title, use, one] as const)))(
    "%s is sent as a legal %s, and what fits it still fits",
    async (_, use, one) => {
      if (wire === undefined) throw new Error(name);

      const sent = await send(wire, use, one.schema);

      const { losses } = sent.answer;
      const own = losses.filter(({ what }) => what === "tools" || what.startsWith("output"));
      counts[sent.schema === undefined && use === "output" ? "words" : own.length > 0 ? "lowered" : "whole"]++;
      if (sent.schema === undefined) {
        const words = JSON.stringify(JSON.stringify(one.schema)).slice(1, -1);
        if (use === "tool") expect(takesNothing(one.schema)).toBe(true);
        else expect(JSON.stringify(sent.body).includes(words)).toBe(true);
        if (use === "output") expect(own).toHaveLength(1);
        return;
      }
      const judge = JUDGES[name]?.[use](sent);
      expect(judge?.(sent.schema)).toBeUndefined();
      if (judge === undefined) expect(isDeepStrictEqual(sent.schema, { type: "object", ...one.schema })).toBe(true);
      else checkValues(one, sent.schema, name === "anthropic" && use === "tool", own.length === 0);
    },
  );
});

function uses({ only }: SchemaCase): readonly Use[] {
  return only === undefined ? ["tool", "output"] : [only];
}

/** Nothing that fits is refused by what was sent; where nothing was reported, what does not fit still does not. */
function checkValues(one: SchemaCase, sent: JsonObject, isRenamed: boolean, isWhole: boolean): void {
  const fits = isRenamed ? (one.renamed ?? one.fits) : one.fits;
  if (fits.length === 0) return;
  const takes = checker(sent);
  expect(fits.filter((value) => !takes(value))).toHaveLength(0);
  if (isWhole) expect((one.wrong ?? []).filter((value) => takes(value))).toHaveLength(0);
}

function takesNothing(schema: JsonObject): boolean {
  return Object.keys((schema["properties"] ?? {}) as object).length === 0;
}

test("the cases say of themselves what fits them", () => {
  for (const [title, { schema, fits, wrong = [], isOld }] of Object.entries(CASES)) {
    if (isOld === true) continue;
    const takes = checker(schema);
    expect([title, fits.filter((value) => !takes(value)), wrong.filter((value) => takes(value))]).toEqual([
      title,
      [],
      [],
    ]);
  }
});

afterAll(() => {
  const { whole, lowered, words } = counts;
  const size = Object.keys(CASES).length;
  // oxlint-disable-next-line no-console -- the one line that the check shows of it
  console.info(
    `schemas: ${size} × ${Object.keys(WIRES).length} × 2: ${whole} whole, ${lowered} lowered, ${words} in words`,
  );
});
