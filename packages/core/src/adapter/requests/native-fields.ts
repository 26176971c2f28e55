import { cleanId } from "../../model/clean-text.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import type { TargetRequest, TargetTool } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";

/** Fields of messages and tools that hold more of the same kind, and nothing of a caller's own. */
const NESTED: ReadonlySet<string> = new Set(["tool_calls", "function"]);

/** Types of tools that have a name: every other one is declared and chosen by its type. */
const NAMED: ReadonlySet<JsonValue> = new Set(["function", "custom"]);

export function isNamedTool(type: JsonValue): boolean {
  return NAMED.has(type);
}

/** Native fields by which a vendor does something on its side, whatever it calls them. */
const ACTS = /^tools$|search|mcp|container|conversation|background/i;

/** Whether a request lets its vendor act on its side: by a native field, or by a tool that is none of the caller's. */
export function actsAtVendor(native: object, tools: readonly TargetTool[], key: string): boolean {
  return (
    Object.entries(native).some(([name, value]) => ACTS.test(name) && isOn(value)) ||
    tools.some(({ vendorOptions }) => {
      const type = vendorOptions?.[key]?.["type"];
      return type !== undefined && !isNamedTool(type);
    })
  );
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** The fields that have a value. */
export function defined(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const kept: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept.push([name, value]);
  return Object.fromEntries(kept);
}

/** The same; undefined when none has. */
export function filled(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject | undefined {
  const kept = defined(fields);
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/**
 * Flat tools with the native fields that the caller gave for each. One of another type than `function` is not described
 * by a schema, nor has it a name where its type is one.
 */
export function layOverFlatTools(
  tools: readonly JsonObject[],
  { tools: given, without = [] }: Pick<TargetRequest, "tools" | "without">,
  vendor: string,
): readonly JsonObject[] {
  return tools.map((tool, index): JsonObject => {
    const own = Object.entries(given[index]?.vendorOptions?.[vendor] ?? {}).filter(([name]) => !without.includes(name));
    const native = Object.fromEntries(own);
    const { type = "function" } = native;
    if (type === "function") return { ...tool, ...native };
    const { name, description } = tool;
    return defined({ ...(isNamedTool(type) ? { name, description } : {}), ...native });
  });
}

/** How native fields and a body's own go together. */
export interface MergeRules {
  /** Objects that are merged, also inside of one another; any other field takes its namesake's place. */
  readonly objects: readonly string[];
  /** Lists that are put behind their namesake. */
  readonly lists: readonly string[];
  /** Fields that are taken out of both. */
  readonly without?: Iterable<string> | undefined;
  /** A native field that is taken out is reported too, also where the body has none of its own. Default false. */
  readonly reportsNative?: boolean | undefined;
  /** What of a request a field says, where a native one with another value means that this is lost: then it is reported. */
  readonly says?: Readonly<Record<string, string>> | undefined;
  /** Fields that stand or fall with a native one: with another value than the body's it takes them out. */
  readonly rivals?: Readonly<Record<string, string>> | undefined;
  /** Reports what of the request yields to a native field. */
  readonly loss: (loss: Loss) => void;
}

/** The native fields without those that cannot be followed, each reported. */
export function dropNative<Value>(
  native: Readonly<Record<string, Value>>,
  names: readonly string[],
  reason: string,
  loss: (loss: Loss) => void,
): Record<string, Value> {
  const isKept = ([name, value]: [string, Value]): boolean => {
    if (!names.includes(name) || value === undefined || value === null) return true;
    loss({ what: `vendorOptions ${name}`, action: "dropped", reason });
    return false;
  };
  return Object.fromEntries(Object.entries(native).filter(isKept));
}

/** A table in one line: `a b:c` says `a` of `a` and `c` of `b`. */
export function pairs(line: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    line.split(" ").map((pair) => {
      const [name = "", value = name] = pair.split(":");
      return [name, value];
    }),
  );
}

/**
 * Merges the caller's native fields into the body. Fields listed in `without`, and native fields that are present but
 * undefined, are removed from the body and reported as dropped; repairs use this after a refusal. A name with a dot is
 * that of a field inside an object.
 */
export function mergeNative(
  body: JsonObject,
  native: Readonly<Record<string, JsonValue | undefined>>,
  rules: MergeRules,
): JsonObject {
  const { objects, lists, without = [], reportsNative = false, says = {}, rivals = {}, loss } = rules;
  const removed = Object.fromEntries(Array.from(without, (name) => [name, undefined]));
  const taken = new Set<string>();
  const told = new Set<string>();
  const merged = Object.entries({ ...native, ...removed }).map(([name, given]): [string, JsonValue | undefined] => {
    const own = Object.hasOwn(body, name) ? body[name] : undefined;
    if (given === undefined && (own !== undefined || (reportsNative && native[name] !== undefined))) {
      loss({ what: cleanId(name) ?? "a native field", action: "dropped", reason: "the endpoint refuses it" });
    }
    if (objects.includes(name) && isJsonObject(own) && isJsonObject(given)) {
      return [name, mergeNative(own, given, { ...rules, without: [] })];
    }
    if (lists.includes(name) && Array.isArray(own) && Array.isArray(given)) return [name, [...own, ...given]];
    if (given === undefined || !(Object.hasOwn(says, name) || Object.hasOwn(rivals, name))) return [name, given];
    if (JSON.stringify(own) === JSON.stringify(given)) return [name, given];
    const rival = Object.hasOwn(rivals, name) ? rivals[name] : undefined;
    if (rival !== undefined && !Object.hasOwn(native, rival)) taken.add(rival);
    for (const lost of [name, rival]) {
      const what = lost === undefined || !Object.hasOwn(body, lost) ? undefined : says[lost];
      if (what !== undefined) told.add(what);
    }
    return [name, given];
  });
  for (const what of told) loss({ what, action: "dropped", reason: "a native field says something else" });
  const kept = Object.entries(body).filter(([name]) => !taken.has(name));
  let laid = defined({ ...Object.fromEntries(kept), ...Object.fromEntries(merged) });
  for (const [name, value] of merged) if (value === undefined) laid = withoutInner(laid, name, loss);
  return laid;
}

/** Of `text.verbosity`, the field inside: what stands beside it stays. */
function withoutInner(body: JsonObject, name: string, loss: (loss: Loss) => void): JsonObject {
  const [outer = "", inner = ""] = name.split(".");
  const holder = Object.hasOwn(body, outer) ? body[outer] : undefined;
  if (!isJsonObject(holder) || !Object.hasOwn(holder, inner)) return body;
  loss({ what: cleanId(name) ?? "a native field", action: "dropped", reason: "the endpoint refuses it" });
  const { [inner]: _, ...kept } = holder;
  return { ...body, [outer]: kept };
}

/** Names of the tools in a caller's native list of them, in any of the vendors' forms: their calls are valid. */
export function toolNames(tools: unknown): readonly string[] {
  if (Array.isArray(tools)) return tools.flatMap(toolNames);
  if (!isJsonObject(tools)) return [];
  const { name } = tools;
  const inner = [tools["function"], tools["custom"], tools["functionDeclarations"], tools["tools"]].flatMap(toolNames);
  return typeof name === "string" ? [name, ...inner] : inner;
}

/** The tools with the native fields that the caller gave for each. A field inside `function` goes into it. */
export function layOverTools(tools: JsonValue, given: readonly TargetTool[], vendor: string): JsonValue {
  if (!Array.isArray(tools)) return tools;
  return tools.map((tool: JsonValue, index): JsonValue => {
    const native = given[index]?.vendorOptions?.[vendor];
    if (native === undefined || !isJsonObject(tool)) return tool;
    const { function: own, ...rest } = tool;
    const { function: more, ...fields } = native;
    // A tool of another type is described by its own fields.
    if (fields["type"] !== undefined && fields["type"] !== tool["type"]) return native;
    return {
      ...rest,
      function: isJsonObject(own) && isJsonObject(more) ? { ...own, ...more } : (own ?? {}),
      ...fields,
    };
  });
}

/** Messages or tools without the refused fields, in them and in the objects that they are made of. */
export function withoutInside(list: JsonValue, names: readonly string[] = []): JsonValue {
  if (names.length === 0 || !Array.isArray(list)) return list;
  const strip = (value: JsonValue, depth: number): JsonValue => {
    if (Array.isArray(value)) return value.map((one: JsonValue) => strip(one, depth));
    if (!isJsonObject(value) || depth === 0) return value;
    const kept = Object.entries(value).filter(([name]) => !names.includes(name));
    return Object.fromEntries(kept.map(([name, inner]) => [name, NESTED.has(name) ? strip(inner, depth - 1) : inner]));
  };
  return strip(list, 3);
}
