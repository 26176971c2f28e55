import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { finish, harness, rejection } from "../harness.ts";
import { answer, end, read, scripted, type Script } from "../scripted-target.ts";
import { sequence, wholeToolCall } from "../scripts.ts";
import { type Policy, type SchemaInput, type StandardSchema } from "../../src/index.ts";
import { formatTrace } from "../../src/trace/index.ts";

async function refuse(text: string, schema?: SchemaInput, more: readonly Script[] = []) {
  const { clock, chain, events } = harness();
  const targets = [answer(text), ...more].map((script, index) =>
    scripted(clock, [script], { vendor: ["alpha", "beta"][index] ?? "gamma" }),
  );
  const policy: Policy = () => (more.length > 0 ? "next" : "stop");
  const call = chain(targets, { policy }).generate({
    messages: [{ role: "user", content: "Hi" }],
    output: { type: "json", schema },
  });
  const error = await rejection(clock, call);
  const forms = [error.message, error.stack, inspect(error), JSON.stringify(error), JSON.stringify(events)];
  return { error, forms: [...forms, formatTrace(error.trace ?? never())].join("\n") };
}

const recipe = z.object({
  minutes: z.number(),
  items: z.array(z.object({ name: z.string(), unit: z.enum(["c", "f"]) })),
  notes: z.record(z.string(), z.number()),
});

describe("R8.9 JSON that is not as asked", () => {
  test("says that there is no JSON, and repeats none of the text", async () => {
    const { error, forms } = await refuse("Sorry, I cannot. CANARY", recipe);

    expect(error.message).toBe(
      "The call ended when attempt 1 at alpha/one failed with output.schema-invalid: the text is not JSON.",
    );
    expect(error.issues).toBeUndefined();
    expect(forms).not.toContain("CANARY");
  });

  test("says where it does not fit in words of the schema, with every other key as `*`", async () => {
    const text = JSON.stringify({
      minutes: "CANARY",
      items: [
        { name: "salt", unit: "c" },
        { name: 1, unit: "CANARY" },
      ],
      notes: { CANARY: "CANARY" },
    });

    const { error, forms } = await refuse(text, recipe);

    expect(error).toMatchObject({
      code: "invalid-output",
      message:
        "The call ended when attempt 1 at alpha/one failed with output.schema-invalid: " +
        "the JSON does not fit the schema at minutes; items[1].name; items[1].unit; notes.*.",
      issues: [
        "minutes: Invalid input: expected number, received string",
        "items[1].name: Invalid input: expected string, received number",
        'items[1].unit: Invalid option: expected one of "c"|"f"',
        "notes.CANARY: Invalid input: expected number, received string",
      ],
    });
    expect(Object.keys(error)).not.toContain("issues");
    expect(forms).toContain("notes.*");
    expect(forms).not.toContain("CANARY");
  });

  test("keeps messages that quote the answer out of everything that is printed", async () => {
    const quoting = own((value) => ({ issues: [{ message: `wrong: ${JSON.stringify(value)}`, path: ["a"] }] }));

    const { error, forms } = await refuse('{"a":"CANARY"}', quoting);

    expect(error.issues).toEqual(['a: wrong: {"a":"CANARY"}']);
    expect(error.message).toContain("does not fit the schema at a.");
    expect(forms).not.toContain("CANARY");
  });

  test.each([
    ["a number that is no index", { a: { 4711: 1 } }, ["a", 4711], "a.*"],
    ["a key that the schema has elsewhere", { a: { b: 1 } }, ["a", "b"], "a.b"],
    ["an index into an array", { a: [1, 2] }, ["a", 1], "a[1]"],
    ["a step as an object", { a: [1, 2] }, [{ key: "a" }, { key: 1 }], "a[1]"],
    ["a path that leads nowhere", { a: 1 }, ["a", "CANARY", 3], "a.*.*"],
    ["a symbol", { a: 1 }, ["a", Symbol("CANARY")], "a.*"],
  ])("shows of %s no more than the schema says", async (_name, value, path, expected) => {
    const { error, forms } = await refuse(
      JSON.stringify(value),
      own(() => ({ issues: [{ message: "wrong", path }] })),
    );

    expect(error.message).toContain(`does not fit the schema at ${expected}.`);
    expect(forms).not.toContain("CANARY");
  });

  test("stays short: the first places are enough", async () => {
    const issues = Array.from({ length: 1_000 }, (_, index) => ({ message: "wrong", path: ["a", index] }));

    const { error } = await refuse(
      JSON.stringify({ a: issues.map(() => 0) }),
      own(() => ({ issues })),
    );

    expect(error.message).toContain("at a[0]; a[1]; a[2]; a[3]; a[4]; and 995 more.");
    expect(error.issues).toHaveLength(1_000);
  });

  test("tells a check that throws from one that does not accept", async () => {
    const { error, forms } = await refuse(
      '{"a":1}',
      own(() => {
        throw new Error("CANARY");
      }),
    );

    expect(error.message).toContain("output.schema-invalid: the check of the JSON threw.");
    expect(forms).not.toContain("CANARY");
  });

  test("without a library's places says that it does not fit", async () => {
    const { error } = await refuse('{"a":1}', {
      schema: { type: "object" },
      validate: () => ({ ok: false, issues: ["a: CANARY"] }),
    });

    expect(error.message).toContain("output.schema-invalid: the JSON does not fit the schema.");
    expect(error.issues).toEqual(["a: CANARY"]);
  });

  test("is explained for every attempt when the policy moved on", async () => {
    const { error } = await refuse('{"minutes":1,"items":[],"notes":[]}', recipe, [answer("No.")]);

    expect(error.attempts.map(({ explanation }) => explanation)).toEqual([
      "the JSON does not fit the schema at notes",
      "the text is not JSON",
    ]);
  });
});

test("R8.9 an unusable tool call says what is wrong with which argument", async () => {
  const { clock, chain } = harness();
  const input = { city: 1, days: [{ unit: "k" }] };
  const target = scripted(clock, [sequence(wholeToolCall({ toolName: "weather", input }), read(end("tool-calls")))]);
  const inputSchema = z.object({ city: z.string(), days: z.array(z.object({ unit: z.enum(["c", "f"]) })) });

  const call = chain([target]).generate({
    messages: [{ role: "user", content: "Hi" }],
    tools: [{ name: "weather", inputSchema }],
  });
  const { invalidToolCalls } = await finish(clock, call);

  expect(invalidToolCalls.map(({ reason }) => reason)).toEqual([
    "the arguments do not fit the tool's schema: city: Invalid input: expected string, received number; " +
      'days[0].unit: Invalid option: expected one of "c"|"f"',
  ]);
});

/** A library's schema with two properties. */
function own(validate: StandardSchema["~standard"]["validate"]): StandardSchema {
  const schema = { type: "object", properties: { a: {}, c: { properties: { b: {} } } } };
  return { "~standard": { version: 1, vendor: "own", validate, jsonSchema: { input: () => schema } } };
}

function never(): never {
  throw new Error("The error has no trace.");
}
