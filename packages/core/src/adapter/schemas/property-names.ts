import type { JsonObject, JsonValue } from "../../model/json.ts";
import type { ToolCallPart } from "../../model/parts.ts";
import type { StreamPart, TargetRequest, TargetTool } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { modernSchema } from "./modern-schema.ts";
import { NameMap } from "../requests/name-map.ts";
import { changeAnswers } from "../repairs/repairs.ts";
import { SchemaMemory } from "./schema-memory.ts";
import { isList, isSchema, mapSchemas, mapValues, namesIn, own } from "./schema-node.ts";
import { withNotes } from "./schema-notes.ts";
import { lookUp } from "./schema-references.ts";
import type { WireReader } from "../reading/wire-reader.ts";

/** Keywords that name properties beside `properties`. */
const LISTS = ["required", "propertyOrdering"];
const BY_NAME = ["dependentRequired", "dependentSchemas"];
/** Their schemas are about the very same value. */
const SAME_VALUE = ["anyOf", "oneOf", "allOf", "not", "if", "then", "else", "dependentSchemas"];

/**
 * The request with property names that its vendor takes, in the schemas of tools and in earlier calls of them. The very
 * same request where all of them are legal. `ownPropertyNames` is the way back.
 */
export function legalPropertyNames(request: TargetRequest, legal: RegExp, loss: (loss: Loss) => void): TargetRequest {
  const renamed = renamedTools(request.tools, legal);
  if (renamed.size === 0) return request;
  const reason = "names of properties that the vendor refuses are written differently";
  loss({ what: "tools", action: "translated", reason });
  const tools = request.tools.map((tool) => {
    const names = renamed.get(tool.name);
    return names === undefined ? tool : { ...tool, inputSchema: names.schema };
  });
  const changed = changeAnswers(request, (parts) => {
    if (!parts.some((part) => part.type === "tool-call" && renamed.has(part.toolName))) return parts;
    return parts.map((part) => (part.type === "tool-call" ? respelled(part, renamed, "toNative") : part));
  });
  return { ...changed, tools };
}

/** A reader of answers to what `legalPropertyNames` made: finished calls have the names that the caller knows. */
export function ownPropertyNames(reader: WireReader, { tools }: TargetRequest, legal: RegExp): WireReader {
  const renamed = renamedTools(tools, legal);
  return renamed.size === 0 ? reader : new RenamingReader(reader, renamed);
}

type RenamedTools = ReadonlyMap<string, PropertyNames>;

const memory = new SchemaMemory<RegExp, PropertyNames>();

function renamedTools(tools: readonly TargetTool[], legal: RegExp): RenamedTools {
  const all = tools.map(({ name, inputSchema }) => {
    return [name, memory.get(inputSchema, legal, () => new PropertyNames(inputSchema, legal))] as const;
  });
  return new Map(all.filter(([, names]) => names.isNeeded));
}

function respelled(part: ToolCallPart, renamed: RenamedTools, direction: "toNative" | "toOwn"): ToolCallPart {
  const names = renamed.get(part.toolName);
  if (names === undefined) return part;
  // Their text has the other names.
  const { arguments: _text, ...opaque } = part.opaque ?? {};
  const isOpaque = Object.keys(opaque).length > 0;
  return { ...part, input: names[direction](part.input), opaque: isOpaque ? opaque : undefined };
}

/** Adds nothing to what a delta costs where no call is finished. */
class RenamingReader implements WireReader {
  readonly evidence: WireReader["evidence"];
  readonly #reader: WireReader;
  readonly #renamed: RenamedTools;

  constructor(reader: WireReader, renamed: RenamedTools) {
    this.#reader = reader;
    this.#renamed = renamed;
    this.evidence = reader.evidence;
  }

  event(event: Parameters<WireReader["event"]>[0], out: StreamPart[]): void {
    const from = out.length;
    this.#reader.event(event, out);
    this.#rename(out, from);
  }

  whole(body: unknown, out: StreamPart[]): void {
    const from = out.length;
    this.#reader.whole(body, out);
    this.#rename(out, from);
  }

  finish(out: StreamPart[]): void {
    const from = out.length;
    this.#reader.finish(out);
    this.#rename(out, from);
  }

  #rename(out: StreamPart[], from: number): void {
    for (let index = from; index < out.length; index++) {
      const part = out[index];
      if (part?.type === "tool-call") out[index] = { ...part, part: respelled(part.part, this.#renamed, "toOwn") };
    }
  }
}

/** The properties of one tool's arguments, at every depth, by the names of the caller and by legal ones. */
class PropertyNames {
  /** As the caller names the properties. */
  readonly #root: JsonObject;
  readonly #names: NameMap;
  readonly isNeeded: boolean;

  constructor(schema: JsonObject, legal: RegExp) {
    const all = new Set<string>();
    collect(schema, all);
    this.isNeeded = [...all].some((name) => !legal.test(name));
    // Most schemas need no more than that.
    this.#root = this.isNeeded ? modernSchema(schema).schema : {};
    this.#names = new NameMap(legal, this.isNeeded ? [...all] : []);
  }

  /** With legal names. */
  get schema(): JsonObject {
    return this.#rename(this.#root);
  }

  /** A value that fits the caller's schema. */
  toNative(value: JsonValue): JsonValue {
    return this.#value(
      value,
      [this.#root],
      (name) => this.#names.toNative(name),
      (name) => name,
    );
  }

  /** What a model wrote by the legal names. */
  toOwn(value: JsonValue): JsonValue {
    const toOwn = (name: string): string => this.#names.toOwn(name);
    return this.#value(value, [this.#root], toOwn, toOwn);
  }

  #rename(schema: JsonObject): JsonObject {
    const entries = Object.entries(schema).map(([keyword, value]): [string, JsonValue] => {
      if (LISTS.includes(keyword)) return [keyword, namesIn(value).map((name) => this.#names.toNative(name))];
      if (keyword === "dependentRequired" && isSchema(value)) {
        const lists = mapValues(value, (list) => namesIn(list).map((name) => this.#names.toNative(name)));
        return [keyword, this.#byName(lists)];
      }
      if (["const", "default"].includes(keyword)) return [keyword, this.#example(value, schema)];
      if (["enum", "examples"].includes(keyword) && isList(value)) {
        return [keyword, value.map((one) => this.#example(one, schema))];
      }
      const inside = mapSchemas(keyword, value, (child) => (isSchema(child) ? this.#rename(child) : child));
      return [keyword, this.#named(keyword, inside)];
    });
    return Object.fromEntries(entries);
  }

  #named(keyword: string, value: JsonValue): JsonValue {
    if (!isSchema(value)) return value;
    if (BY_NAME.includes(keyword)) return this.#byName(value);
    if (keyword !== "properties") return value;
    const entries = Object.entries(value).map(([name, property]): [string, JsonValue] => {
      const native = this.#names.toNative(name);
      return [native, native !== name && isSchema(property) ? withNotes(property, [["name", name]]) : property];
    });
    return Object.fromEntries(entries);
  }

  #byName(value: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [this.#names.toNative(name), one]));
  }

  #example(value: JsonValue, schema: JsonObject): JsonValue {
    return this.#value(
      value,
      [schema],
      (name) => this.#names.toNative(name),
      (name) => name,
    );
  }

  /** `known`: the name by which the schemas know a key. */
  #value(
    value: JsonValue,
    schemas: readonly JsonObject[],
    rename: (name: string) => string,
    known: (name: string) => string,
  ): JsonValue {
    const all = this.#about(schemas);
    if (isList(value)) {
      return value.map((item, index) => {
        const about = all.flatMap(({ items, prefixItems }) => [
          isList(prefixItems) ? prefixItems[index] : undefined,
          items,
        ]);
        return this.#value(item, about.filter(isSchema), rename, known);
      });
    }
    if (!isSchema(value)) return value;
    const entries = Object.entries(value).map(([key, inside]): [string, JsonValue] => {
      const name = known(key);
      const declared = all.map(({ properties }) => own(properties, name)).filter(isSchema);
      if (declared.length > 0) return [rename(key), this.#value(inside, declared, rename, known)];
      // A key of a map is data.
      const free = all.flatMap(({ additionalProperties, patternProperties }) => [
        additionalProperties,
        ...(isSchema(patternProperties) ? Object.values(patternProperties) : []),
      ]);
      return [key, this.#value(inside, free.filter(isSchema), rename, known)];
    });
    return Object.fromEntries(entries);
  }

  /** The schemas and all that are said of the same value inside them. */
  #about(schemas: readonly JsonObject[]): readonly JsonObject[] {
    const all = new Set(schemas);
    // Grows while it is walked through.
    for (const schema of all) {
      const { $ref } = schema;
      const target = typeof $ref === "string" ? this.#target($ref) : undefined;
      if (target !== undefined) all.add(target);
      for (const keyword of SAME_VALUE) {
        mapSchemas(keyword, schema[keyword] ?? null, (child) => {
          if (isSchema(child)) all.add(child);
          return child;
        });
      }
    }
    return [...all];
  }

  #target(reference: string): JsonObject | undefined {
    return reference === "#" ? this.#root : lookUp(this.#root, reference);
  }
}

/** Whatever is declared anywhere, in whatever draft. */
function collect(value: JsonValue, names: Set<string>): void {
  if (isList(value)) for (const one of value) collect(one, names);
  if (!isSchema(value)) return;
  for (const [keyword, inside] of Object.entries(value)) {
    if (keyword === "properties" && isSchema(inside)) for (const name of Object.keys(inside)) names.add(name);
    collect(inside, names);
  }
}
