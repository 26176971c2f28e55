import { isJsonObject } from "./json.ts";
import { meant, unknownNames } from "./unknown-names.ts";

/** What a value has to be, in words that follow "must", and whether it is. */
export interface Rule {
  /** Follows "must" in a message: `be a string`. */
  readonly must: string;
  /** Whether a value that is not undefined fits. */
  readonly test: (value: unknown) => boolean;
  /** Default false: it may be left out. */
  readonly isRequired?: true | undefined;
  /** All values that fit, where they are texts: a message then names the nearest. */
  readonly known?: readonly string[] | undefined;
  /** Rules for the fields of the value, if it is an object, or of each object in it, if it is an array. */
  readonly fields?: Shape | undefined;
}

/** The rules for the fields of an object, by their names. */
export type Shape = {
  /** The rule for the field of this name. */
  readonly [name: string]: Rule;
};

/** Rules for every field of a type, and for no other. */
export type ShapeOf<Fields> = { readonly [Name in keyof Required<Fields>]: Rule };

const MOST_LISTED = 20;

/** Any value. */
export const ANYTHING: Rule = { must: "be given", test: () => true };
/** A string. */
export const TEXT: Rule = { must: "be a string", test: isText };
/** A string that is not empty. */
export const FULL_TEXT: Rule = {
  must: "be a string that is not empty",
  test: (value) => isText(value) && value !== "",
};
/** True or false. */
export const FLAG: Rule = { must: "be true or false", test: (value) => typeof value === "boolean" };
/** A number that is neither NaN nor infinite. */
export const NUMBER: Rule = { must: "be a finite number", test: (value) => Number.isFinite(value) };
/** A price or cost. */
export const AMOUNT: Rule = {
  must: "be a number of at least 0",
  test: (value) => Number.isFinite(value) && Number(value) >= 0,
};
/** A function. */
export const FUNCTION: Rule = { must: "be a function", test: isFunction };
/** An object, no array. */
export const OBJECT: Rule = { must: "be an object", test: isJsonObject };
/** An array. */
export const LIST: Rule = { must: "be an array", test: (value) => Array.isArray(value) };

/** The same rule for a field that has to be there. */
export function required(rule: Rule): Rule {
  return { ...rule, isRequired: true };
}

/** One of these values, and no other. */
export function oneOf(...values: readonly unknown[]): Rule {
  return {
    must: `be ${values.map((value) => `'${String(value)}'`).join(" or ")}`,
    test: (value) => values.includes(value),
    known: values.map(String),
  };
}

/** A whole number of at least this. */
export function whole(least: number): Rule {
  return {
    must: `be a whole number of at least ${least}`,
    test: (value) => Number.isInteger(value) && Number(value) >= least,
  };
}

/** A number of milliseconds of at least this; may be infinite. */
export function duration(least: number): Rule {
  return {
    must: `be a number of milliseconds, at least ${least}`,
    test: (value) => typeof value === "number" && value >= least,
  };
}

/** An object with these methods, whatever it is an instance of. One that throws when it is looked at has none. */
export function having(what: string, ...methods: readonly string[]): Rule {
  return {
    must: `be ${what}`,
    test: (value) => {
      try {
        return isJsonObject(value) && methods.every((name) => isFunction(value[name]));
      } catch {
        return false;
      }
    },
  };
}

/** The options of a function, read once, and everything that is wrong with them. */
export function readOptions<Options extends object>(
  given: Options,
  shape: Shape,
): { readonly options: Options; readonly problems: readonly string[] } {
  try {
    const options = { ...given };
    const isGiven = isJsonObject(given);
    return {
      options,
      problems: isGiven ? checkShape(options, shape, "", "unknown option") : ["its options must be an object"],
    };
  } catch {
    return { options: given, problems: ["its options cannot be read: a getter or proxy threw"] };
  }
}

/** Everything that is wrong with the fields of an object. `prefix` stands before their names, `what` before unknown ones. */
export function checkShape(given: object, shape: Shape, prefix: string, what: string): string[] {
  const problems = unknownNames(given, Object.keys(shape), what);
  for (const [name, rule] of Object.entries(shape)) {
    const value: unknown = Reflect.get(given, name);
    const place = prefix + name;
    if (isWrong(value, rule)) problems.push(breach(place, rule, value));
    else if (rule.fields !== undefined) {
      for (const [index, one] of objectsIn(value).entries()) {
        if (problems.length > MOST_LISTED) return problems;
        const where = one === value ? place : `${place}[${index}]`;
        if (isJsonObject(one)) {
          problems.push(...checkShape(one, rule.fields, `${where}.`, `${where} has an unknown field`));
        } else problems.push(`${where} must be an object`);
      }
    }
  }
  return problems;
}

function isWrong(value: unknown, rule: Rule): boolean {
  return value === undefined ? rule.isRequired === true : !rule.test(value);
}

function objectsIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : isJsonObject(value) ? [value] : [];
}

/** What is wrong with a value that is not as its rule says. */
export function breach(name: string, { must, known = [] }: Rule, value: unknown): string {
  return `${name} must ${must}${meant(value, known)}`;
}

/** For a message: the first problems, as the whole list could be as long as what is wrong. */
export function listed(problems: readonly string[], most: number = MOST_LISTED): string {
  const more = problems.length > most ? `; and ${problems.length - most} more` : "";
  return problems.slice(0, most).join("; ") + more;
}

/** Whether it is a string. */
export function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
