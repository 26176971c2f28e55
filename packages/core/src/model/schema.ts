import { copyJson } from "./copy-json.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import { isThenable, watch } from "./promises.ts";

/** What checking a value against a schema gives. */
export type Validation<Output> =
  /** The value fits. */
  | {
      readonly ok: true;
      /** What the application gets as the value. */
      readonly value: Output;
    }
  /** The value does not fit. */
  | {
      readonly ok: false;
      /** What is wrong, one sentence each, beginning with the place: `items[0].name: expected a string`. */
      readonly issues: readonly string[];
    };

/** The part of the Standard Schema interface that is used here. Zod 4.2, ArkType and others implement it. */
export interface StandardSchema<Output = unknown> {
  /** What the schema's library offers to others. */
  readonly "~standard": {
    /** The version of the interface. */
    readonly version: 1;
    /** The library's name, for messages. */
    readonly vendor: string;
    /** Checks a value; returns it, possibly changed, or what is wrong with it. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Gives the schema as JSON Schema; without it the schema cannot be sent. */
    readonly jsonSchema?:
      | {
          /** Of what the schema takes, before it changes anything. May throw when there is no such form. */
          readonly input: (options: {
            /** The draft that is asked for. */
            readonly target: "draft-2020-12";
          }) => Record<string, unknown>;
        }
      | undefined;
    /** For the compiler alone; absent at run time. */
    readonly types?:
      | {
          /** What the schema takes. */
          readonly input: unknown;
          /** What `validate` returns. */
          readonly output: Output;
        }
      | undefined;
  };
}

type StandardResult<Output> =
  | {
      /** The checked value. */
      readonly value: Output;
      /** Present only when the value does not fit. */
      readonly issues?: undefined;
    }
  | {
      readonly issues: readonly {
        /** What is wrong, in the library's words. */
        readonly message: string;
        /** Where it is wrong. */
        readonly path?: readonly unknown[] | undefined;
      }[];
    };

/** JSON Schema together with the check that decides whether a value fits it. */
export interface CheckedSchema<Output = unknown> {
  /** JSON Schema of any draft: what is sent to the vendor. */
  readonly schema: JsonObject | JsonSchemaObject;
  /** Decides whether a parsed value fits, and gives the value to use. May be async. */
  readonly validate: (value: unknown) => Validation<Output> | Promise<Validation<Output>>;
}

/**
 * JSON Schema in the types of other libraries, such as `JSONSchema7`: interfaces, which have no index signature. It needs one
 * of these keywords at least and may have any other.
 */
export interface JsonSchemaObject {
  /** The type, or several. */
  readonly type?: string | readonly string[] | undefined;
  /** The properties of an object. */
  readonly properties?: object | undefined;
  /** The properties that must be there. */
  readonly required?: readonly string[] | boolean | undefined;
  /** Whether an object may have others, or what these have to be. */
  readonly additionalProperties?: object | boolean | undefined;
  /** What the items of an array have to be. */
  readonly items?: object | boolean | undefined;
  /** The values that are allowed. */
  readonly enum?: readonly unknown[] | undefined;
  /** Schemas of which at least one fits. */
  readonly anyOf?: readonly unknown[] | undefined;
  /** Schemas of which exactly one fits. */
  readonly oneOf?: readonly unknown[] | undefined;
  /** Schemas that all fit. */
  readonly allOf?: readonly unknown[] | undefined;
  /** Where the schema itself is. */
  readonly $ref?: string | undefined;
}

/** A Standard Schema that can give JSON Schema, plain JSON Schema (sent, not checked), or JSON Schema with a check. */
export type SchemaInput<Output = unknown> =
  | StandardSchema<Output>
  | CheckedSchema<Output>
  | JsonObject
  | JsonSchemaObject;

/** What a check found, with the places that the library names: keys and indices from the outside in. */
export type Checked = Validation<unknown> & { readonly paths?: readonly (readonly unknown[])[] | undefined };

export interface ResolvedSchema {
  readonly jsonSchema: JsonObject;
  /** Absent for plain JSON Schema: then values are parsed but not validated. */
  readonly validate?: ((value: unknown) => Promise<Checked>) | undefined;
}

export type SchemaResolution =
  | { readonly ok: true; readonly schema: ResolvedSchema }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads any accepted schema form, once: what is done to it later changes nothing. The problem begins with `where` and
 * names the fix; nothing is thrown.
 */
export function resolveSchema(input: unknown, where: string): SchemaResolution {
  try {
    if (isStandardSchema(input)) return resolveStandardSchema(input["~standard"], where);
    if (isCheckedSchema(input)) {
      const { schema, validate } = input;
      return plain(schema, where, async (value) => validate(value));
    }
    if (isJsonObject(input)) return plain(input, where);
  } catch {
    // What a getter of the caller's throws may hold anything.
    return { ok: false, problem: `${where} cannot be read: it threw` };
  }
  return {
    ok: false,
    problem: `${where} is not a schema: give a Standard Schema, a JSON Schema object or { schema, validate }`,
  };
}

function plain(schema: unknown, where: string, validate?: ResolvedSchema["validate"]): SchemaResolution {
  const copy = copyJson(schema, where);
  if (!copy.ok) return copy;
  if (!isJsonObject(copy.value)) return { ok: false, problem: `${where} gives no JSON Schema object` };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a copy is plain JSON
  return { ok: true, schema: { jsonSchema: copy.value as JsonObject, validate } };
}

function resolveStandardSchema(standard: StandardSchema["~standard"], where: string): SchemaResolution {
  const { vendor, jsonSchema, validate } = standard;
  if (jsonSchema === undefined) {
    return {
      ok: false,
      problem: `${where} is a ${vendor} schema that cannot give JSON Schema: it needs "~standard".jsonSchema, or give { schema, validate }`,
    };
  }
  let given: unknown;
  try {
    given = jsonSchema.input({ target: "draft-2020-12" });
    if (isThenable(given)) {
      watch(given, () => {
        // Refused whatever comes of it.
      });
      return { ok: false, problem: `${where} gives its JSON Schema as a promise` };
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      problem: `${where} is a ${vendor} schema that has no JSON Schema form: ${reason.slice(0, 200)}`,
    };
  }
  return plain(given, where, async (value) => {
    const result = await validate.call(standard, value);
    if (result.issues === undefined) return { ok: true, value: result.value };
    const found = result.issues.map(({ message, path = [] }) => ({ message, path: path.map((step) => keyOf(step)) }));
    return {
      ok: false,
      issues: found.map(({ message, path }) => (path.length === 0 ? message : `${shownPath(path)}: ${message}`)),
      paths: found.map(({ path }) => path),
    };
  });
}

/** A step of a path is a key, or an object that has one. */
function keyOf(step: unknown): unknown {
  return isJsonObject(step) ? step["key"] : step;
}

/** `items[0].name`. */
export function shownPath(path: readonly unknown[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function isStandardSchema(input: unknown): input is StandardSchema {
  // Some libraries (ArkType) make schemas that are functions.
  if ((typeof input !== "object" && typeof input !== "function") || input === null) return false;
  return "~standard" in input;
}

function isCheckedSchema(input: unknown): input is CheckedSchema {
  return isJsonObject(input) && isJsonObject(input["schema"]) && typeof input["validate"] === "function";
}
