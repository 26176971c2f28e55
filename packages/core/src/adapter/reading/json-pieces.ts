import { isJsonObject } from "../../model/json.ts";
import type { Count } from "../../model/count.ts";
import { TargetFailure } from "../../model/target-failure.ts";

type Container = { [name: string]: unknown } | unknown[];
type Step = string | number;

/** Steps of one path. */
const LONGEST_PATH = 1_000;
/** Elements of a list that may be left out before one is given: empty ones do not have their own piece. */
const WIDEST_GAP = 64;

/**
 * Puts an object together whose values come one by one, each with its path (`$.a['b'][0]`). Texts at one path continue
 * each other. Throws `stream.malformed` for paths that no real value has.
 */
export class JsonPieces {
  readonly #root: { [name: string]: unknown };
  readonly #made: Count;

  /** `start`: what is there already. `made` counts what paths make. */
  constructor(start: unknown, made: Count) {
    this.#root = isJsonObject(start) ? { ...start } : {};
    this.#made = made;
  }

  /** The object as far as it has come. */
  get whole(): Readonly<Record<string, unknown>> {
    return this.#root;
  }

  /** Puts a value at a path, creating what leads to it; a text is appended to the text already there. */
  set(path: string, value: unknown): void {
    let container: Container = this.#root;
    const steps = stepsOf(path);
    for (const [index, step] of steps.entries()) {
      const next = steps[index + 1];
      const before: unknown = Object.hasOwn(container, step) ? Reflect.get(container, step) : undefined;
      if (next === undefined) {
        define(container, step, typeof before === "string" && typeof value === "string" ? before + value : value);
        return;
      }
      const inner: Container = isContainer(before) ? before : this.#make(next);
      define(container, step, inner);
      container = inner;
    }
  }

  #make(next: Step): Container {
    this.#made.add();
    return typeof next === "number" ? [] : {};
  }
}

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  for (const [, name, quoted, index] of path.matchAll(/\.([^.[\]]{1,256})|\[['"]([^'"]{1,256})['"]\]|\[(\d+)\]/g)) {
    if (steps.push(name ?? quoted ?? Number(index)) > LONGEST_PATH) throw new TargetFailure("stream.malformed");
  }
  return steps;
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
