import type { JsonObject } from "../../model/json.ts";
import { isSchema, own, schemasIn, without } from "./schema-node.ts";

/** How a modern schema refers to its root. */
export const ROOT = "#";

/** What a reference of a modern schema leads to. */
export function lookUp(root: JsonObject, reference: string): JsonObject | undefined {
  if (reference === ROOT) return without(root, ["$defs"]);
  const target = own(root["$defs"], reference.slice("#/$defs/".length));
  return isSchema(target) ? target : undefined;
}

/** The references right inside a schema, at every depth, without following them. */
function referencesIn(schema: JsonObject): readonly string[] {
  const found = new Set<string>();
  const look = (node: JsonObject): void => {
    const { $ref } = node;
    if (typeof $ref === "string") found.add($ref);
    for (const child of schemasIn(node)) look(child);
  };
  look(without(schema, ["$defs"]));
  return [...found];
}

/** What each part of a modern schema refers to, by the reference to the part. */
type Graph = ReadonlyMap<string, readonly string[]>;

function graphOf(root: JsonObject): Graph {
  const definitions = isSchema(root["$defs"]) ? Object.entries(root["$defs"]) : [];
  return new Map([
    [ROOT, referencesIn(root)] as const,
    ...definitions.map(([name, body]) => [`#/$defs/${name}`, isSchema(body) ? referencesIn(body) : []] as const),
  ]);
}

/** Which references lead back to where they stand: those between parts of one cycle. */
export class Cycles {
  readonly #cycles = new Map<string, number>();

  constructor(root: JsonObject) {
    const graph = graphOf(root);
    for (const [number, members] of components(graph).entries()) {
      const [only = ""] = members;
      const isCycle = members.length > 1 || graph.get(only)?.includes(only) === true;
      if (isCycle) for (const member of members) this.#cycles.set(member, number);
    }
  }

  /** Whether any part refers to itself. */
  get exist(): boolean {
    return this.#cycles.size > 0;
  }

  /** Can the part be reached from itself? */
  includes(reference: string): boolean {
    return this.#cycles.has(reference);
  }

  /** Whether this reference, standing in the part `from`, closes a cycle. */
  leadBack(from: string, to: string): boolean {
    return this.#cycles.has(from) && this.#cycles.get(from) === this.#cycles.get(to);
  }
}

/** Sets of parts that can all be reached from each other. By its own stack: chains may be longer than the engine's. */
function components(graph: Graph): readonly (readonly string[])[] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const pending: string[] = [];
  const isPending = new Set<string>();
  for (const start of graph.keys()) {
    if (order.has(start)) continue;
    const path = [{ part: start, next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { part } = top;
      if (top.next === 0) {
        order.set(part, order.size);
        lowest.set(part, order.get(part) ?? 0);
        pending.push(part);
        isPending.add(part);
      }
      const to = graph.get(part)?.[top.next++];
      if (to !== undefined) {
        if (!order.has(to)) path.push({ part: to, next: 0 });
        else if (isPending.has(to)) lower(lowest, part, order.get(to));
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) lower(lowest, above.part, lowest.get(part));
      if (lowest.get(part) !== order.get(part)) continue;
      const members = pending.splice(pending.lastIndexOf(part));
      for (const member of members) isPending.delete(member);
      found.push(members);
    }
  }
  return found;
}

function lower(lowest: Map<string, number>, part: string, to: number | undefined): void {
  lowest.set(part, Math.min(lowest.get(part) ?? 0, to ?? 0));
}

/** A modern schema without the definitions that nothing leads to any more. */
export function withoutUnused(root: JsonObject): JsonObject {
  const graph = graphOf(root);
  const used = new Set<string>([ROOT]);
  // Grows while it is walked through.
  for (const part of used) for (const to of graph.get(part) ?? []) used.add(to);
  const { $defs, ...rest } = root;
  if (!isSchema($defs)) return root;
  const kept = Object.entries($defs).filter(([name]) => used.has(`#/$defs/${name}`));
  return kept.length === 0 ? rest : { ...rest, $defs: Object.fromEntries(kept) };
}
