import type { JsonObject, JsonValue } from "../../model/json.ts";
import { alternativesOf, withNotes } from "./schema-notes.ts";
import { Cycles, lookUp } from "./schema-references.ts";
import { distinct, isAssertion, isList, isSchema, mapValues, namesIn, own, typesOf, without } from "./schema-node.ts";

/** Where both say something, the narrower one counts. */
const NARROWER: ReadonlyMap<string, (one: number, other: number) => number> = new Map([
  ..."minimum exclusiveMinimum minLength minItems minProperties minContains"
    .split(" ")
    .map((keyword) => [keyword, Math.max] as const),
  ..."maximum exclusiveMaximum maxLength maxItems maxProperties maxContains"
    .split(" ")
    .map((keyword) => [keyword, Math.min] as const),
]);
const ANNOTATIONS = ["title", "description", "default", "examples"];
/** How much may be copied in the place of references: definitions that copy each other double with each one. */
const MOST_COPIES = 1_000;
const LONGEST_CHAIN = 100;

/** Makes one schema of several, for vendors that know no `allOf`, or no union in some place. */
export class SchemaMerger {
  /** What the merged schemas no longer say. */
  readonly lost: Set<string> = new Set();
  readonly #root: JsonObject;
  #cycles: Cycles | undefined;
  #copies = 0;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** The schema without `allOf`, and without `$ref` where other constraints stand beside it. */
  fold(schema: JsonObject): JsonObject {
    if (!("$ref" in schema || "allOf" in schema)) return schema;
    const { $ref, allOf, ...rest } = schema;
    const members = schemasOf(allOf);
    const described = members.filter(isAnnotation).reduce((all, member) => this.and(all, member), rest);
    const parts = [...(typeof $ref === "string" ? [{ $ref }] : []), ...members.filter((one) => !isAnnotation(one))];
    const [first] = parts;
    // What only describes the one thing referred to does not have to be copied.
    if (first !== undefined && parts.length === 1 && isReference(first) && isAnnotation(described)) {
      return { ...described, ...first };
    }
    const cyclic = parts.find(({ $ref: to }) => typeof to === "string" && this.#leadsBack(to));
    if (cyclic !== undefined) {
      this.lost.add("allOf");
      return {
        ...Object.fromEntries(Object.entries(described).filter(([name]) => isNote(name))),
        $ref: cyclic["$ref"] ?? "",
      };
    }
    return parts.reduce((all, part) => this.and(all, this.#inlined(part, [])), described);
  }

  /**
   * One object without any union, that takes whatever one of the alternatives takes. `mayEnter`: a cycle is copied once, as
   * is right at the root alone. Further inside, the copy would hold what it is a copy for.
   */
  flatten(schema: JsonObject, mayEnter: boolean, chain: readonly string[] = []): JsonObject {
    const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
    let flat: JsonObject = rest;
    if (typeof $ref === "string") {
      const copied =
        mayEnter || !this.#leadsBack($ref)
          ? this.#copied($ref, chain, (body, path) => this.flatten(body, mayEnter, path))
          : this.#left();
      flat = this.and(flat, copied);
    }
    for (const member of schemasOf(allOf)) flat = this.and(flat, this.flatten(member, mayEnter, chain));
    for (const [keyword, union] of Object.entries({ anyOf, oneOf })) {
      if (union === undefined) continue;
      this.lost.add(keyword);
      const branches = schemasOf(union).map((branch) => this.flatten(branch, mayEnter, chain));
      const objects = branches.filter(takesObjects);
      if (objects.length === 0) continue;
      flat = this.and(flat, either(objects));
      const summary = alternativesOf(objects);
      if (summary !== undefined) flat = withNotes(flat, [["one of", summary]]);
    }
    return flat;
  }

  #leadsBack(reference: string): boolean {
    this.#cycles ??= new Cycles(this.#root);
    return this.#cycles.includes(reference);
  }

  #inlined({ $ref, allOf, ...rest }: JsonObject, chain: readonly string[]): JsonObject {
    let whole: JsonObject = rest;
    if (typeof $ref === "string") {
      whole = this.and(
        whole,
        this.#copied($ref, chain, (body, path) => this.#inlined(body, path)),
      );
    }
    return schemasOf(allOf).reduce<JsonObject>((all, member) => this.and(all, this.#inlined(member, chain)), whole);
  }

  #copied(
    reference: string,
    chain: readonly string[],
    merge: (body: JsonObject, chain: readonly string[]) => JsonObject,
  ): JsonObject {
    const isTooMuch = chain.includes(reference) || chain.length > LONGEST_CHAIN || ++this.#copies > MOST_COPIES;
    const target = isTooMuch ? undefined : lookUp(this.#root, reference);
    if (target !== undefined) return merge(target, [...chain, reference]);
    return this.#left();
  }

  #left(): JsonObject {
    this.lost.add("$ref");
    return {};
  }

  /** What fits both. Of two patterns, formats and the like the first stays. */
  and(one: JsonObject, other: JsonObject): JsonObject {
    if (Object.keys(one).length === 0) return other;
    const merged = new Map<string, JsonValue>(Object.entries(one));
    for (const [keyword, second] of Object.entries(other)) {
      const first = merged.get(keyword);
      if (first === undefined) merged.set(keyword, second);
      else if (!ANNOTATIONS.includes(keyword)) merged.set(keyword, this.#both(keyword, first, second));
    }
    return Object.fromEntries(merged);
  }

  #both(keyword: string, first: JsonValue, second: JsonValue): JsonValue {
    const narrower = NARROWER.get(keyword);
    if (narrower !== undefined && typeof first === "number" && typeof second === "number") {
      return narrower(first, second);
    }
    switch (keyword) {
      case "required":
        return [...new Set([...namesIn(first), ...namesIn(second)])];
      case "properties":
      case "patternProperties":
      case "$defs":
        return this.#named(first, second);
      case "items":
      case "additionalProperties":
      case "unevaluatedProperties":
        if (first === false || second === false) return false;
        if (first === true) return second;
        return isSchema(first) && isSchema(second) ? this.and(first, second) : first;
      case "type":
        return this.#types(first, second);
      case "enum":
        return isList(first) && isList(second) ? common(first, second) : first;
      default:
        if (distinct([first, second]).length > 1) this.lost.add(keyword);
        return first;
    }
  }

  #named(first: JsonValue, second: JsonValue): JsonValue {
    if (!isSchema(first) || !isSchema(second)) return first;
    const merged = new Map<string, JsonValue>(Object.entries(first));
    for (const [name, schema] of Object.entries(second)) {
      const before = own(first, name);
      merged.set(name, isSchema(before) && isSchema(schema) ? this.and(before, schema) : schema);
    }
    return Object.fromEntries(merged);
  }

  #types(first: JsonValue, second: JsonValue): JsonValue {
    const [one, other] = [typesOf({ type: first }), typesOf({ type: second })];
    const both = [
      ...one.filter((type) => other.includes(type) || (type === "integer" && other.includes("number"))),
      ...other.filter((type) => type === "integer" && one.includes("number") && !one.includes("integer")),
    ];
    const [only] = both;
    if (only === undefined) {
      this.lost.add("type");
      return first;
    }
    return both.length === 1 ? only : both;
  }
}

function schemasOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isList(value) ? value.filter(isSchema) : [];
}

function isNote(keyword: string): boolean {
  return ANNOTATIONS.includes(keyword) || keyword === "$defs";
}

function isAnnotation(schema: JsonObject): boolean {
  return Object.keys(schema).every((keyword) => isNote(keyword) || !isAssertion(keyword));
}

function isReference(schema: JsonObject): boolean {
  return Object.keys(schema).every((keyword) => keyword === "$ref");
}

function common(first: readonly JsonValue[], second: readonly JsonValue[]): JsonValue {
  const known = new Set(second.map((value) => JSON.stringify(value)));
  return distinct(first).filter((value) => known.has(JSON.stringify(value)));
}

function takesObjects(schema: JsonObject): boolean {
  const types = typesOf(schema);
  const values = schema["enum"] ?? (schema["const"] === undefined ? undefined : [schema["const"]]);
  return types.length === 0 ? !isList(values) || values.some(isSchema) : types.includes("object");
}

/** What fits at least one: all properties, of which are required those that all of them require. */
function either(branches: readonly JsonObject[]): JsonObject {
  const schemas = new Map<string, JsonValue[]>();
  for (const { properties } of branches) {
    if (!isSchema(properties)) continue;
    for (const [name, schema] of Object.entries(properties)) {
      const known = schemas.get(name);
      if (known === undefined) schemas.set(name, [schema]);
      else known.push(schema);
    }
  }
  const [first = {}, ...others] = branches;
  const needed = others.map((branch) => new Set(namesIn(branch["required"])));
  const required = namesIn(first["required"]).filter((name) => needed.every((names) => names.has(name)));
  const isClosed = branches.every(
    ({ additionalProperties, unevaluatedProperties }) =>
      additionalProperties === false || unevaluatedProperties === false,
  );
  const rest = distinct(branches.map((branch) => without(branch, ["properties", "required", ...ANNOTATIONS])));
  const [shared = {}] = rest;
  return {
    ...(rest.length === 1 && shared),
    ...(schemas.size > 0 && { properties: mapValues(Object.fromEntries(schemas), (list) => eitherValue(list)) }),
    ...(required.length > 0 && { required }),
    ...(isClosed && { additionalProperties: false }),
  };
}

/** Constants become one list; anything else a union. */
function eitherValue(given: JsonValue): JsonValue {
  const schemas = isList(given) ? distinct(given.filter(isSchema)) : [];
  const [first = {}] = schemas;
  if (schemas.length < 2) return first;
  const values = schemas.flatMap(valuesOf);
  if (schemas.every((schema) => valuesOf(schema).length > 0)) {
    const types = [...new Set(schemas.flatMap(typesOf))];
    const [type] = types;
    const isTyped = schemas.every((schema) => typesOf(schema).length > 0);
    const { const: _const, enum: _enum, type: _type, ...rest } = first;
    return {
      ...(isTyped && type !== undefined && { type: types.length === 1 ? type : types }),
      enum: distinct(values),
      ...rest,
    };
  }
  const alternatives = schemas.flatMap((schema): readonly JsonValue[] => {
    const { anyOf } = schema;
    return isList(anyOf) && Object.keys(schema).length === 1 ? anyOf : [schema];
  });
  return { anyOf: distinct(alternatives) };
}

/** Nothing but constants; else empty. */
function valuesOf(schema: JsonObject): readonly JsonValue[] {
  const isPlain = Object.keys(schema).every((keyword) => ["type", "const", "enum", ...ANNOTATIONS].includes(keyword));
  if (!isPlain) return [];
  const { const: only, enum: list } = schema;
  return only !== undefined ? [only] : isList(list) ? list : [];
}
