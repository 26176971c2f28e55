type Path = readonly (string | number)[];

export type JsonCopy =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Where half of a surrogate pair was replaced: no vendor takes it. */
      readonly mended: readonly string[];
    }
  /** Says where, and what is wrong there; never with a value. */
  | { readonly ok: false; readonly problem: string };

/** What can be nested in a request, and how much of it there may be; the messages below say the same. */
const MOST_LEVELS = 1_000;
const MOST_ITEMS = 100_000;
const MOST_VALUES = 1_000_000;
const MOST_CHARS = 256 * 1024 * 1024;
/** The levels around the data of a part: of a value that a model made, all levels come back. */
const SHELL_LEVELS = 8;

/** What a path shows of its beginning; and the last step, when there are more. */
const STEPS_SHOWN = 10;
const NAME_SHOWN = /^[A-Za-z_$][\w$-]{0,39}$/;

/**
 * Copies plain JSON, frozen, and says what is not: what JSON would drop, change or choke on. Reads every property once;
 * strings are shared. Nothing is thrown, whatever getters and proxies do. `root` names the whole; what `isKept` says
 * yes to is taken as it is.
 */
export function copyJson(value: unknown, root: string, isKept: (path: Path) => boolean = () => false): JsonCopy {
  const copier = new Copier(isKept);
  try {
    const copy = copier.copy(value);
    return { ok: true, value: copy, mended: [...copier.mended].map((path) => root + path) };
  } catch (error) {
    const what = error instanceof NotJson ? error.message : "cannot be read: a getter or proxy threw";
    return { ok: false, problem: `${placeOf(root, copier.path)} ${what}` };
  }
}

class NotJson extends Error {}

class Copier {
  /** Where the copying is; where it was, when it threw. */
  readonly path: (string | number)[] = [];
  /** Without what is further down than two steps. */
  readonly mended = new Set<string>();
  readonly #isKept: (path: Path) => boolean;
  #values = 0;
  #chars = 0;

  constructor(isKept: (path: Path) => boolean) {
    this.#isKept = isKept;
  }

  copy(value: unknown): unknown {
    if (++this.#values > MOST_VALUES) throw new NotJson("is too much: 1,000,000 values at most");
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        if (!Number.isFinite(value)) throw new NotJson("must be a finite number");
        return value;
      case "object":
        return value === null ? null : this.#deeper(value);
      case "boolean":
      case "undefined":
        return value;
      default:
        throw new NotJson(`is a ${typeof value}, which JSON cannot hold`);
    }
  }

  #text(text: string): string {
    this.#chars += text.length;
    if (this.#chars > MOST_CHARS) throw new NotJson("is too much: 256 Mi characters at most");
    if (text.isWellFormed()) return text;
    this.mended.add(placeOf("", this.path.slice(0, 2)));
    return text.toWellFormed();
  }

  #deeper(value: object): unknown {
    if (this.path.length >= MOST_LEVELS + SHELL_LEVELS) {
      throw new NotJson("is nested more than 1,000 levels deep, or holds itself");
    }
    return Object.freeze(Array.isArray(value) ? this.#list(value) : this.#record(value));
  }

  #list(list: readonly unknown[]): unknown[] {
    const { length } = list;
    if (length > MOST_ITEMS) throw new NotJson("holds more than 100,000 items");
    const copy: unknown[] = [];
    for (let index = 0; index < length; index++) {
      this.path.push(index);
      const item = list[index];
      if (item === undefined) throw new NotJson("is undefined, which a JSON array cannot hold");
      copy.push(this.copy(item));
      this.path.pop();
    }
    return copy;
  }

  #record(record: object): object {
    const prototype: unknown = Object.getPrototypeOf(record);
    // The second half also knows the objects of another realm.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new NotJson("is not a plain object: give what JSON.parse would");
    }
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(record)) {
      this.path.push(name);
      const value: unknown = Reflect.get(record, name);
      const own = this.#isKept(this.path) ? value : this.copy(value);
      // Assigned, this one would become the prototype.
      if (name === "__proto__") Object.defineProperty(copy, name, { value: own, enumerable: true });
      else copy[this.#text(name)] = own;
      this.path.pop();
    }
    return copy;
  }
}

/** `messages[3].content[0].input.a`, short however deep it is. */
function placeOf(root: string, path: Path): string {
  const steps = path.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return NAME_SHOWN.test(step) ? `.${step}` : "[…]";
  });
  if (steps.length > STEPS_SHOWN + 1) steps.splice(STEPS_SHOWN, steps.length - STEPS_SHOWN - 1, "…");
  return (root + steps.join("")).replace(/^\./, "") || "the request";
}
