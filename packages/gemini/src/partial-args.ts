import {
  asArray,
  asNumber,
  asObject,
  asString,
  isJsonObject,
  TargetFailure,
  type Count,
  type Foreign,
} from "@understudy/core/adapter";

type Container = { [name: string]: unknown } | unknown[];

/** Steps of one path. */
const LONGEST_PATH = 1_000;
/** Elements of a list that may be left out before one is given: empty ones have no piece of their own. */
const WIDEST_GAP = 64;

/** The arguments of a call. They may come in pieces, each with the path of its value (Vertex, when asked to). */
export class PartialArgs {
  readonly #whole: unknown;
  readonly #root: Container;
  readonly #made: Count;

  /** `whole`: the arguments, where they came in one piece. `made` counts what paths make, in all calls together. */
  constructor(whole: unknown, made: Count) {
    this.#whole = whole;
    this.#root = { ...asObject(whole) };
    this.#made = made;
  }

  add(functionCall: Foreign): void {
    for (const piece of asArray(functionCall["partialArgs"]).map(asObject)) {
      const path = asString(piece["jsonPath"]);
      if (path !== undefined) this.#set(stepsOf(path), valueOf(piece));
    }
  }

  /** As JSON. Gateways send what is not an object, or an object as text. */
  text(): string {
    const whole = this.#whole ?? {};
    if (typeof whole === "string") return whole;
    return JSON.stringify(isJsonObject(whole) ? this.#root : whole);
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
      const inner = isContainer(before) ? before : this.#make(next);
      define(container, step, inner);
      container = inner;
    }
  }

  #make(next: string | number): Container {
    this.#made.add();
    return typeof next === "number" ? [] : {};
  }
}

/** Of `$.a['b'][0]`: a, b, 0. */
function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  for (const [, name, quoted, index] of path.matchAll(/\.([^.[\]]{1,256})|\[['"]([^'"]{1,256})['"]\]|\[(\d+)\]/g)) {
    const text = name ?? quoted;
    if (steps.push(text ?? Number(index)) > LONGEST_PATH) throw new TargetFailure("stream.malformed");
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

function define(container: Container, name: string | number, value: unknown): void {
  if (Array.isArray(container) !== (typeof name === "number")) throw new TargetFailure("stream.malformed");
  if (Array.isArray(container)) fill(container, Number(name));
  // Assigning a property named `__proto__` would not make one.
  Object.defineProperty(container, name, { value, writable: true, enumerable: true, configurable: true });
}

function fill(list: unknown[], length: number): void {
  if (length > list.length + WIDEST_GAP) throw new TargetFailure("stream.malformed");
  while (list.length < length) list.push(null);
}
