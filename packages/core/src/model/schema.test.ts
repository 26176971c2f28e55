import { describe, expect, test } from "vitest";
import { z } from "zod";
import { resolveSchema, type StandardSchema } from "./schema.ts";

describe("resolveSchema", () => {
  test("TR-10 asks a Standard Schema for the form that is put in, before its transforms", () => {
    const resolution = resolveSchema(z.object({ n: z.string().transform(Number), d: z.number().default(1) }), "it");

    expect(resolution).toMatchObject({
      ok: true,
      schema: { jsonSchema: { properties: { n: { type: "string" }, d: { type: "number" } }, required: ["n"] } },
    });
  });

  test("its own check decides, with the places and messages of its issues", async () => {
    const resolution = resolveSchema(z.object({ n: z.string("a string, please") }), "it");
    const validate = resolution.ok ? resolution.schema.validate : undefined;

    expect(await validate?.({ n: "1" })).toEqual({ ok: true, value: { n: "1" } });
    expect(await validate?.({ n: 1 })).toEqual({ ok: false, issues: ["n: a string, please"], paths: [["n"]] });
  });

  test("an issue begins with its place, whichever way the library writes it", async () => {
    const paths = [undefined, [], ["a", 0, "b c"], [{ key: "items" }, { key: 2 }], [Symbol("s")]];
    const schema: StandardSchema = {
      "~standard": {
        version: 1,
        vendor: "own",
        validate: () => ({ issues: paths.map((path) => ({ message: "wrong", path })) }),
        jsonSchema: { input: () => ({}) },
      },
    };
    const resolution = resolveSchema(schema, "it");
    const checked = await (resolution.ok ? resolution.schema.validate?.(1) : undefined);

    expect(checked).toMatchObject({
      issues: ["wrong", "wrong", "a[0].b c: wrong", "items[2]: wrong", "Symbol(s): wrong"],
    });
  });

  test("plain JSON Schema has no check", () => {
    const schema = { type: "object", properties: { schema: { type: "string" } } } as const;

    expect(resolveSchema(schema, "it")).toEqual({ ok: true, schema: { jsonSchema: schema } });
  });

  test.each([undefined, null, 5, "object", [], () => undefined])("%s is no schema, and nothing is thrown", (input) => {
    expect(resolveSchema(input, "it")).toMatchObject({ ok: false });
  });
});
