import {
  asArray,
  asJsonObject,
  asNumber,
  asObject,
  asString,
  type Foreign,
  type JsonObject,
} from "@understudy/core/adapter";

type Container = { [name: string]: unknown } | unknown[];

/** The arguments of a call. They may come in pieces, each with the path of its value (Vertex, when asked to). */
export class PartialArgs {
  readonly #root: Container;

  /** `whole`: the arguments, where they came in one piece. */
  constructor(whole: unknown) {
    this.#root = { ...asObject(whole) };
  }

  add(functionCall: Foreign): void {
    for (const piece of asArray(functionCall["partialArgs"]).map(asObject)) {
      const path = asString(piece["jsonPath"]);
      if (path !== undefined) this.#set(stepsOf(path), valueOf(piece));
    }
  }

  whole(): JsonObject {
    return asJsonObject(this.#root);
  }

  #set(steps: readonly (string | number)[], value: unknown): void {
    let container = this.#root;
    for (const [index, step] of steps.entries()) {
      const next = steps[index + 1];
      const before = Object.hasOwn(container, step) ? Reflect.get(container, step) : undefined;
      if (next === undefined) {
        // Texts go on where they stopped.
        define(container, step, typeof before === "string" && typeof value === "string" ? before + value : value);
        return;
      }
      const inner = isContainer(before) ? before : typeof next === "number" ? [] : {};
      define(container, step, inner);
      container = inner;
    }
  }
}

/** Of `$.a['b'][0]`: a, b, 0. */
function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const [, name, quoted, index] of path.matchAll(/\.([^.[\]]{1,256})|\[['"]([^'"]{1,256})['"]\]|\[(\d{1,6})\]/g)) {
    const text = name ?? quoted;
    steps.push(text ?? Number(index));
  }
  return steps;
}

function valueOf(piece: Foreign): unknown {
  const text = asString(piece["stringValue"]);
  if (text !== undefined) return text;
  const number = asNumber(piece["numberValue"]);
  if (number !== undefined) return number;
  return typeof piece["boolValue"] === "boolean" ? piece["boolValue"] : null;
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}

/** Assigning a property named `__proto__` would not make one. */
function define(container: Container, name: string | number, value: unknown): void {
  Object.defineProperty(container, name, { value, writable: true, enumerable: true, configurable: true });
}
