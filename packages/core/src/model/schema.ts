import { isJsonObject, type JsonObject } from "./json.ts";
import { isThenable, watch } from "./promises.ts";

export type Validation<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly issues: readonly string[] };

/** The part of the Standard Schema interface that is used here. Zod 4, ArkType and others implement it. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly jsonSchema?:
      | {
          readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
        }
      | undefined;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** JSON Schema together with the check that decides whether a value fits it. */
export interface CheckedSchema<Output = unknown> {
  readonly schema: JsonObject;
  readonly validate: (value: unknown) => Validation<Output> | Promise<Validation<Output>>;
}

/** A Standard Schema that can give JSON Schema, plain JSON Schema (sent, not checked), or JSON Schema with a check. */
export type SchemaInput<Output = unknown> = StandardSchema<Output> | CheckedSchema<Output> | JsonObject;

export interface ResolvedSchema {
  readonly jsonSchema: JsonObject;
  /** Absent for plain JSON Schema: then values are parsed but not validated. */
  readonly validate?: ((value: unknown) => Promise<Validation<unknown>>) | undefined;
}

export type SchemaResolution =
  | { readonly ok: true; readonly schema: ResolvedSchema }
  | { readonly ok: false; readonly problem: string };

/** Reads any accepted schema form. The problem names the fix; nothing is thrown. */
export function resolveSchema(input: SchemaInput): SchemaResolution {
  if (isStandardSchema(input)) return resolveStandardSchema(input);
  if (isCheckedSchema(input)) {
    const { schema, validate } = input;
    return { ok: true, schema: { jsonSchema: schema, validate: async (value) => validate(value) } };
  }
  if (isJsonObject(input)) return { ok: true, schema: { jsonSchema: input } };
  return {
    ok: false,
    problem: "is no schema: give a Standard Schema (such as Zod 4), a JSON Schema object, or { schema, validate }",
  };
}

function resolveStandardSchema(schema: StandardSchema): SchemaResolution {
  const standard = schema["~standard"];
  if (standard.jsonSchema === undefined) {
    return {
      ok: false,
      problem: `is a ${standard.vendor} schema that cannot give JSON Schema: use a version or converter with "~standard".jsonSchema, or give { schema, validate }`,
    };
  }
  try {
    const converted = standard.jsonSchema.input({ target: "draft-2020-12" });
    if (isThenable(converted)) {
      watch(converted, () => {
        // Refused whatever comes of it.
      });
      return { ok: false, problem: `is a ${standard.vendor} schema that gives its JSON Schema as a promise` };
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON Schema is JSON by its definition
    const jsonSchema = converted as JsonObject;
    return { ok: true, schema: { jsonSchema, validate: (value) => validateStandard(schema, value) } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `is a ${standard.vendor} schema that has no JSON Schema form: ${reason}` };
  }
}

async function validateStandard(schema: StandardSchema, value: unknown): Promise<Validation<unknown>> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, issues: result.issues.map((issue) => issue.message) };
}

function isStandardSchema(input: unknown): input is StandardSchema {
  // Some libraries (ArkType) make schemas that are functions.
  if ((typeof input !== "object" && typeof input !== "function") || input === null) return false;
  return "~standard" in input;
}

function isCheckedSchema(input: unknown): input is CheckedSchema {
  return isJsonObject(input) && isJsonObject(input["schema"]) && typeof input["validate"] === "function";
}
