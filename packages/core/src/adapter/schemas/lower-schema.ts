import type { JsonObject, JsonValue } from "../../model/json.ts";
import type { Loss } from "../../model/trace.ts";
import { SchemaMerger } from "./merge-schemas.ts";
import { modernSchema } from "./modern-schema.ts";
import { splitTypes, splitValues, withType } from "./schema-alternatives.ts";
import { optionalCycles } from "./schema-cycles.ts";
import {
  distinct,
  isAssertion,
  isList,
  isSchema,
  mapSchemas,
  mapValues,
  namesIn,
  own,
  typesOf,
  without,
} from "./schema-node.ts";
import { withNotes } from "./schema-notes.ts";
import { Cycles, withoutUnused } from "./schema-references.ts";
import { SchemaMemory } from "./schema-memory.ts";
import { exceeds, type SchemaSize } from "./schema-size.ts";

/** What of JSON Schema a vendor takes. */
export interface SchemaRules {
  /** All keywords that it takes, in one line. Others are stated in the description. Left out: it takes any. */
  readonly keep?: string | undefined;
  /** Keywords that it refuses at the root, which is an object, in one line. Unions there are merged into that object. */
  readonly refusedAtRoot?: string | undefined;
  /** Every object gets `additionalProperties: false`. */
  readonly closeObjects?: boolean | undefined;
  /** Every schema says its type, and only one beside `null`, or is a union of such. */
  readonly typed?: boolean | undefined;
  /** Every object has `properties`, every array `items`. */
  readonly spelledOut?: boolean | undefined;
  /** A schema with `$ref` holds nothing else. */
  readonly bareReferences?: boolean | undefined;
  /** A definition refers to itself only inside properties that are not required. */
  readonly optionalCycles?: boolean | undefined;
  /** Patterns look neither ahead nor behind, and refer to no group. */
  readonly plainPatterns?: boolean | undefined;
  /** The formats that it takes, in one line. Left out: any. */
  readonly formats?: string | undefined;
  /** Of which types a value in `enum` may be, in one line. Left out: of any. */
  readonly enumTypes?: string | undefined;
  /** The largest `minItems` that it takes; a larger one is stated in the description. Left out: any. */
  readonly mostMinItems?: number | undefined;
  /** How large a schema may be; a larger one has the obstacle `its size`. Left out: any size. */
  readonly size?: SchemaSize | undefined;
}

/**
 * Why a vendor cannot enforce a schema as it is meant: it takes keys that are not named, may lack properties, has places
 * for any value, refers to itself, or is too large.
 */
export type SchemaObstacle = "free keys" | "optional properties" | "values of any type" | "recursion" | "its size";

/** A schema that a vendor takes. */
export interface LoweredSchema {
  /** What to send. */
  readonly schema: JsonObject;
  /** What the rules allow, but a vendor that enforces schemas may not. */
  readonly obstacles: ReadonlySet<SchemaObstacle>;
  /** To be reported where this schema is sent. */
  readonly loss?: Loss | undefined;
}

/** Beside these a union may stand. */
const STRUCTURE = ["properties", "required", "additionalProperties", "items", "prefixItems", "patternProperties"];
const NO_PLAIN_PATTERN = /\(\?<?[=!]|\\[1-9]|\\k</;

/**
 * Fits a JSON Schema, of whatever draft, into what a vendor takes, schema by schema. What it cannot say is stated in the
 * descriptions. `where` names the schema in a loss, which goes to `report`, if that is given. The input is not touched.
 */
export function lowerSchema(
  schema: JsonObject,
  rules: SchemaRules,
  where: string,
  report?: (loss: Loss) => void,
): LoweredSchema {
  const { lost, ...lowered } = memory.get(schema, rules, () => lower(schema, rules));
  const reason = `not enforced by the vendor: ${lost.join(", ")}`;
  const loss: Loss | undefined = lost.length === 0 ? undefined : { what: where, action: "downgraded", reason };
  if (loss !== undefined) report?.(loss);
  return { ...lowered, loss };
}

interface Lowered extends Omit<LoweredSchema, "loss"> {
  readonly lost: readonly string[];
}

const memory = new SchemaMemory<SchemaRules, Lowered>();

function lower(schema: JsonObject, rules: SchemaRules): Lowered {
  const modern = modernSchema(schema);
  const lowering = new Lowering(modern.schema, rules);
  let lowered = lowering.root();
  const lost = new Set([...modern.lost, ...lowering.lost]);
  const { obstacles } = lowering;
  if (modern.hasReferences) {
    lowered = withoutUnused(lowered);
    const cycles = new Cycles(lowered);
    if (cycles.exist) obstacles.add("recursion");
    if (cycles.exist && rules.optionalCycles === true) lowered = optionalCycles(lowered, cycles, lost);
  }
  if (rules.size !== undefined && exceeds(lowered, rules.size)) obstacles.add("its size");
  return { schema: lowered, obstacles, lost: [...lost] };
}

class Lowering {
  readonly lost: Set<string>;
  readonly obstacles = new Set<SchemaObstacle>();
  readonly #root: JsonObject;
  readonly #rules: SchemaRules;
  readonly #keep: ReadonlySet<string> | undefined;
  readonly #formats: ReadonlySet<string> | undefined;
  readonly #merger: SchemaMerger;

  constructor(root: JsonObject, rules: SchemaRules) {
    this.#root = root;
    this.#rules = rules;
    this.#keep = rules.keep === undefined ? undefined : new Set(rules.keep.split(" "));
    this.#formats = rules.formats === undefined ? undefined : new Set(rules.formats.split(" "));
    this.#merger = new SchemaMerger(root);
    this.lost = this.#merger.lost;
  }

  root(): JsonObject {
    const { $defs, ...root } = this.#root;
    const refused = this.#rules.refusedAtRoot?.split(" ");
    const lowered = this.#lower(refused === undefined ? root : this.#asObject(root, refused));
    return isSchema($defs) ? { ...lowered, $defs: mapValues($defs, (one) => this.#child(one)) } : lowered;
  }

  #asObject(root: JsonObject, refused: readonly string[]): JsonObject {
    const flat = this.#merger.flatten(root, true);
    const told = Object.entries(flat).filter(([keyword]) => refused.includes(keyword));
    for (const [keyword] of told) this.lost.add(keyword);
    return withNotes({ ...without(flat, refused), type: "object" }, told);
  }

  #child(value: JsonValue): JsonValue {
    return isSchema(value) ? this.#lower(value) : value;
  }

  #lower(given: JsonObject): JsonObject {
    if (this.#keep === undefined)
      return this.#finish(this.#each(this.#rules.spelledOut === true ? withItems(given) : given));
    const node = this.#alternatives(this.#merger.fold(given));
    const { $ref, ...beside } = node;
    if ($ref !== undefined && this.#rules.bareReferences === true) return this.#reference($ref, beside);
    return this.#finish(this.#each(node));
  }

  /** Unions, lists of types and constants, as the vendor takes them. */
  #alternatives(given: JsonObject): JsonObject {
    let node = given;
    const { oneOf, ...others } = node;
    if (oneOf !== undefined && this.#keep?.has("oneOf") !== true) {
      if ("anyOf" in others) this.lost.add("oneOf");
      node = "anyOf" in others ? withNotes(others, [["oneOf", oneOf]]) : { ...others, anyOf: oneOf };
    }
    if (isList(node["anyOf"])) return this.#union(node, node["anyOf"]);
    const enumTypes = this.#rules.enumTypes?.split(" ");
    const isTyped = this.#rules.typed === true;
    const split = splitValues(node, { enumTypes, isTyped, keepsConst: this.#keep?.has("const") === true });
    for (const keyword of split.lost) this.lost.add(keyword);
    return isTyped ? splitTypes(withType(split.schema)) : split.schema;
  }

  /** Nothing stands beside a union but what describes it. */
  #union(node: JsonObject, anyOf: readonly JsonValue[]): JsonObject {
    const beside = Object.entries(node).filter(([keyword]) => isAssertion(keyword) && keyword !== "anyOf");
    if (beside.length === 0) return node;
    if (beside.some(([keyword]) => STRUCTURE.includes(keyword)))
      return this.#alternatives(this.#merger.flatten(node, false));
    const shared = Object.fromEntries(beside);
    const branches = anyOf.map((branch) =>
      isSchema(branch) && branch["$ref"] === undefined ? this.#merger.and(branch, shared) : branch,
    );
    return { ...without(node, Object.keys(shared)), anyOf: branches };
  }

  #reference($ref: JsonValue, beside: JsonObject): JsonObject {
    const { description } = withNotes(beside, this.#defaultOf(beside));
    return description === undefined ? { $ref } : { anyOf: [{ $ref }], description };
  }

  #defaultOf({ default: value }: JsonObject): readonly (readonly [string, JsonValue])[] {
    return value === undefined || this.#keep?.has("default") === true ? [] : [["default", value]];
  }

  #each(node: JsonObject): JsonObject {
    const entries: [string, JsonValue][] = [];
    const told: (readonly [string, JsonValue])[] = [];
    for (const [keyword, value] of Object.entries(this.#keep === undefined ? node : this.#structured(node, told))) {
      if (this.#keeps(keyword, value)) entries.push([keyword, mapSchemas(keyword, value, (one) => this.#child(one))]);
      else if (isAssertion(keyword)) {
        this.lost.add(keyword);
        told.push([keyword, value]);
      }
    }
    if (this.#keep !== undefined) told.push(...this.#defaultOf(node));
    return withNotes(Object.fromEntries(entries), told);
  }

  #keeps(keyword: string, value: JsonValue): boolean {
    if (this.#keep?.has(keyword) === false) return false;
    const { plainPatterns, mostMinItems = Infinity } = this.#rules;
    switch (keyword) {
      case "pattern":
        return plainPatterns !== true || typeof value !== "string" || !NO_PLAIN_PATTERN.test(value);
      case "format":
        return typeof value !== "string" || this.#formats?.has(value) !== false;
      case "minItems":
        return Number(value) <= mostMinItems;
      default:
        return true;
    }
  }

  /** Tuples and maps in keywords that every vendor of a subset takes. */
  #structured(given: JsonObject, told: (readonly [string, JsonValue])[]): JsonObject {
    const { prefixItems } = given;
    const node = isList(prefixItems) ? this.#tuple(given, prefixItems, told) : given;
    return withDeclared(this.#map(node));
  }

  #tuple(node: JsonObject, prefixItems: readonly JsonValue[], told: (readonly [string, JsonValue])[]): JsonObject {
    const { items } = node;
    const closed = withItems(node);
    if (this.#keep?.has("prefixItems") === true) return closed;
    this.lost.add("prefixItems");
    told.push(["prefixItems", prefixItems]);
    const members = distinct([...prefixItems, ...(isSchema(items) ? [items] : [])]);
    const [only = {}] = members;
    const isOpen = items === undefined || items === true;
    const one = isOpen ? {} : members.length === 1 ? only : { anyOf: members };
    return { ...without(closed, ["prefixItems"]), items: one };
  }

  #map(node: JsonObject): JsonObject {
    const { unevaluatedProperties, patternProperties, ...rest } = node;
    const { additionalProperties: open = unevaluatedProperties } = node;
    if (open === undefined && patternProperties === undefined) return node;
    const patterns = isSchema(patternProperties) ? Object.values(patternProperties) : [];
    if (patterns.length === 0 || this.#keep?.has("patternProperties") === true) {
      return open === undefined ? node : { ...without(node, ["unevaluatedProperties"]), additionalProperties: open };
    }
    // Keys that fit no pattern are free as well, unless it says otherwise.
    const values =
      open === undefined || open === true ? [] : distinct([...patterns, ...(isSchema(open) ? [open] : [])]);
    const [only = true] = values;
    return {
      ...rest,
      patternProperties: node["patternProperties"] ?? {},
      additionalProperties: values.length > 1 ? { anyOf: values } : only,
    };
  }

  #finish(schema: JsonObject): JsonObject {
    const { closeObjects, typed, spelledOut } = this.#rules;
    const types = typesOf(schema);
    let node = schema;
    if (typed === true && types.length === 0 && !("anyOf" in node || "$ref" in node)) {
      this.obstacles.add("values of any type");
    }
    if (types.includes("array") && spelledOut === true && node["items"] === undefined) {
      node = { ...node, items: {} };
      if (typed === true) this.obstacles.add("values of any type");
    }
    const { properties } = node;
    if (!types.includes("object") && !isSchema(properties)) return node;
    if (closeObjects === true) node = this.#closed(node);
    if (!isSchema(properties)) return spelledOut === true ? { ...node, properties: {} } : node;
    const required = new Set(namesIn(node["required"]));
    if (Object.keys(properties).some((name) => !required.has(name))) this.obstacles.add("optional properties");
    return node;
  }

  #closed(node: JsonObject): JsonObject {
    const { properties, additionalProperties: open } = node;
    const isMap = open === true || isSchema(open) || (properties === undefined && open !== false);
    if (isMap) {
      this.obstacles.add("free keys");
      this.lost.add("additionalProperties");
    }
    return { ...node, additionalProperties: false };
  }
}

/** What is true or false of items beyond a tuple, in other words. */
function withItems(node: JsonObject): JsonObject {
  const { items, prefixItems, maxItems, ...rest } = node;
  if (typeof items !== "boolean") return node;
  const most = isList(prefixItems) ? prefixItems.length : 0;
  return {
    ...rest,
    ...(prefixItems !== undefined && { prefixItems }),
    ...(!items ? { maxItems: Math.min(most, Number(maxItems ?? most)) } : maxItems !== undefined && { maxItems }),
  };
}

/** Every required property is declared. With that an enumeration of names says all that there are. */
function withDeclared(node: JsonObject): JsonObject {
  const { properties, propertyNames, additionalProperties: open } = node;
  const undeclared = namesIn(node["required"]).filter((name) => own(properties, name) === undefined);
  if (undeclared.length === 0) return node;
  const added = undeclared.map((name) => [name, isSchema(open) ? open : {}] as const);
  const declared = Object.fromEntries([...(isSchema(properties) ? Object.entries(properties) : []), ...added]);
  const names = namesIn(own(propertyNames, "enum"));
  const isComplete = names.length > 0 && names.every((name) => Object.hasOwn(declared, name));
  return isComplete
    ? { ...without(node, ["propertyNames"]), properties: declared, additionalProperties: false }
    : { ...node, properties: declared };
}
