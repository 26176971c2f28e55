import type { JsonObject, JsonValue } from "../../model/json.ts";
import { isList, isSchema, own } from "./schema-node.ts";

export interface SchemaTarget {
  readonly name: string;
  readonly target: JsonObject;
}

/** Against which relative ids are resolved where a document has none. */
const NOWHERE = "https://schema.invalid/";
const SIMPLE_NAME = /^[\w.-]{1,64}$/;
/** Their values are data, in which nothing is a schema. */
const DATA = new Set(["enum", "const", "default", "examples", "example"]);

/** Finds what the references of a document lead to: by pointer, by anchor, by id, in the spelling of any draft. */
export class SchemaTargets {
  /** Grows as references are found. */
  readonly wanted: SchemaTarget[] = [];
  readonly #root: JsonObject;
  readonly #bases = new Map<JsonObject, string>();
  readonly #byId = new Map<string, JsonObject>();
  readonly #names = new Map<JsonObject, string>();
  readonly #taken = new Set<string>();
  readonly #isWanted = new Set<JsonObject>();
  readonly #endless = new Map<JsonObject, boolean>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** Most schemas have no reference, and need nothing of this. */
  #prepare(): void {
    if (this.#byId.size > 0) return;
    const root = this.#root;
    this.#index(root, NOWHERE);
    this.#byId.set(NOWHERE, root);
    for (const keyword of ["$defs", "definitions"]) {
      const definitions = own(root, keyword);
      if (!isSchema(definitions)) continue;
      for (const [name, target] of Object.entries(definitions)) if (isSchema(target)) this.#name(target, name);
    }
  }

  /** The reference as `#` or `#/$defs/…`; undefined where it leads to no schema of this document. */
  find(from: JsonObject, reference: string): string | undefined {
    this.#prepare();
    const target = this.#resolve(from, reference);
    if (target === undefined || this.#isEndless(target)) return undefined;
    if (target === this.#root) return "#";
    const name = this.#names.get(target) ?? this.#name(target, reference.split(/[#/]/).at(-1) ?? "");
    if (!this.#isWanted.has(target)) this.wanted.push({ name, target });
    this.#isWanted.add(target);
    return `#/$defs/${name}`;
  }

  #resolve(from: JsonObject, reference: string): JsonObject | undefined {
    const url = URL.parse(reference, this.#bases.get(from) ?? NOWHERE);
    if (url === null) return undefined;
    const fragment = decoded(url.hash.slice(1));
    url.hash = "";
    const document = this.#byId.get(url.href);
    const isPointer = fragment === "" || fragment.startsWith("/");
    const target = isPointer ? follow(document, fragment) : this.#byId.get(`${url.href}#${fragment}`);
    return isSchema(target) ? target : undefined;
  }

  /** Does it only refer to what refers back to it? No value could ever be held against that. */
  #isEndless(start: JsonObject): boolean {
    const path = new Set<JsonObject>();
    let known = this.#endless.get(start);
    for (let at: JsonObject | undefined = start; at !== undefined && known === undefined;) {
      if (path.has(at)) known = true;
      path.add(at);
      const $ref: JsonValue | undefined = at["$ref"];
      at = typeof $ref === "string" ? this.#resolve(at, $ref) : undefined;
      if (at !== undefined) known ??= this.#endless.get(at);
    }
    for (const one of path) this.#endless.set(one, known ?? false);
    return known ?? false;
  }

  #name(target: JsonObject, wish: string): string {
    const base = SIMPLE_NAME.test(wish) ? wish : wish.replaceAll(/[^\w.-]/g, "_").slice(0, 56) || "schema";
    let name = base;
    for (let count = 2; this.#taken.has(name); count++) name = `${base}_${count}`;
    this.#taken.add(name);
    this.#names.set(target, name);
    return name;
  }

  #index(value: JsonValue, base: string): void {
    if (isList(value)) for (const child of value) this.#index(child, base);
    if (!isSchema(value)) return;
    const id = own(value, "$id") ?? own(value, "id");
    const url = typeof id === "string" ? URL.parse(id, base) : null;
    const anchors = [own(value, "$anchor"), own(value, "$dynamicAnchor"), url?.hash.slice(1)];
    if (url !== null) url.hash = "";
    const inside = url?.href ?? base;
    this.#bases.set(value, inside);
    if (url !== null && !this.#byId.has(inside)) this.#byId.set(inside, value);
    for (const anchor of anchors) {
      if (typeof anchor === "string" && anchor !== "") this.#byId.set(`${inside}#${anchor}`, value);
    }
    for (const [keyword, child] of Object.entries(value)) if (!DATA.has(keyword)) this.#index(child, inside);
  }
}

function follow(document: JsonObject | undefined, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    value = isList(value) ? value[Number(name)] : own(value, name);
  }
  return value;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
