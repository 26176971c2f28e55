import type { JsonObject, JsonValue } from "../../model/json.ts";
import { isSchema, mapSchemas, mapValues, namesIn } from "./schema-node.ts";
import { withNotes } from "./schema-notes.ts";
import { ROOT, type Cycles } from "./schema-references.ts";

/**
 * A schema in which what leads back to itself is inside a property that may be absent. Where no property is on the way,
 * the reference is left out.
 */
export function optionalCycles(root: JsonObject, cycles: Cycles, lost: Set<string>): JsonObject {
  const { $defs, ...rest } = root;
  const relaxed = relax(rest, ROOT, cycles, lost);
  if (!isSchema($defs)) return relaxed;
  const definitions = mapValues($defs, (body, name) =>
    isSchema(body) ? relax(body, `#/$defs/${name}`, cycles, lost) : body,
  );
  return { ...relaxed, $defs: definitions };
}

function relax(body: JsonObject, from: string, cycles: Cycles, lost: Set<string>): JsonObject {
  const leadsBack = ({ $ref }: JsonObject): boolean => typeof $ref === "string" && cycles.leadBack(from, $ref);
  let isOpen = false;

  function walk(value: JsonValue): JsonValue {
    if (!isSchema(value)) return value;
    isOpen ||= leadsBack(value);
    const entries = Object.entries(value).map(([keyword, inside]): [string, JsonValue] => {
      return [keyword, keyword === "properties" ? inside : mapSchemas(keyword, inside, walk)];
    });
    return withOptionals(Object.fromEntries(entries));
  }

  function withOptionals(node: JsonObject): JsonObject {
    if (!isSchema(node["properties"])) return node;
    const wasOpen = isOpen;
    const recursive = new Set<string>();
    const properties = mapValues(node["properties"], (child, name) => {
      isOpen = false;
      const walked = walk(child);
      if (isOpen) recursive.add(name);
      return walked;
    });
    isOpen = wasOpen;
    const required = namesIn(node["required"]);
    const freed = required.filter((name) => recursive.has(name));
    if (freed.length === 0) return { ...node, properties };
    lost.add("required");
    const kept = required.filter((name) => !recursive.has(name));
    return withNotes({ ...node, properties, required: kept }, [["required", freed.join(", ")]]);
  }

  function cut(value: JsonValue): JsonValue {
    if (!isSchema(value)) return value;
    if (leadsBack(value)) return {};
    return Object.fromEntries(
      Object.entries(value).map(([keyword, inside]) => [
        keyword,
        keyword === "properties" ? inside : mapSchemas(keyword, inside, cut),
      ]),
    );
  }

  const walked = walk(body);
  if (!isOpen) return isSchema(walked) ? walked : body;
  lost.add("$ref");
  const kept = cut(walked);
  return isSchema(kept) ? kept : body;
}
