import * as fc from "fast-check";

/** In every value that could be told by an error: none may. */
export const CANARY = "sk-canary";

function boom(): never {
  throw new Error(CANARY);
}

function throwing(): unknown {
  return new Proxy({}, { get: boom, ownKeys: boom, has: boom, getPrototypeOf: boom });
}

/** Whatever is done with it throws. */
function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value["self"] = [value];
  return value;
}

function nested(levels: number): unknown {
  let value: unknown = CANARY;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
}

class Session {
  readonly secret = CANARY;
}

/** Makes a value when a case needs it: the tool that chooses must not touch it. */
export type Make = () => unknown;

const odd: fc.Arbitrary<Make> = fc.constantFrom<Make>(
  throwing,
  cyclic,
  () => nested(900),
  () => nested(1_200),
  () => nested(6_000),
  () => 1n,
  () => Symbol(CANARY),
  () => () => CANARY,
  () => Number.NaN,
  () => -0,
  () => Infinity,
  () => undefined,
  () => null,
  () => "",
  () => "x\r\n\u0000\ud83d",
  () => new Date(0),
  () => new Map([["x", CANARY]]),
  () => new Headers({ a: "b" }),
  () => new URL("https://x.test/a?b#c"),
  () => new Uint8Array(4),
  () => new Session(),
  () => Promise.resolve(CANARY),
  () => new AbortController(),
  () => Array(150_000),
  () => Object.freeze({ type: Object.freeze(["text"]) }),
  revoked,
  () => 2 ** 53,
  () => "\ud800",
  () => Object.defineProperty({}, "type", { enumerable: true, get: () => throwing() }),
  () => JSON.parse(`{"__proto__":{"polluted":true},"constructor":{"prototype":{}},"toJSON":1}`),
);

/** What goes wrong most, in this order: each argument of everything is given these before anything is left to chance. */
export const USUAL: readonly Make[] = [
  () => null,
  throwing,
  revoked,
  () => undefined,
  () => 7,
  cyclic,
  () => "x\r\n\u0000\ud83d",
  () => [],
  () => Object.freeze({}),
  () => Number.NaN,
  () => Symbol(CANARY),
];

export const made =
  (value: unknown): Make =>
  () =>
    value;

export const wild: fc.Arbitrary<Make> = fc.oneof(
  { weight: 2, arbitrary: odd },
  {
    weight: 1,
    arbitrary: fc
      .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, maxDepth: 3 })
      .map(made),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }).map(made) },
);

/** What somebody may write into a test. */
export const plain: fc.Arbitrary<Make> = fc.jsonValue({ maxDepth: 5 }).map(made);

/** What JSON can hold. */
export const json: fc.Arbitrary<Make> = fc.oneof(
  plain,
  fc.constantFrom<Make>(
    () =>
      JSON.parse(
        `{"__proto__":{"polluted":true},"constructor":{"prototype":{}},"toJSON":1,"error":{"details":[null]}}`,
      ),
    () => JSON.parse("[".repeat(5_000) + "]".repeat(5_000)),
    () => ({ error: { message: {}, code: [], details: { length: 1e9 } } }),
    () => 2 ** 53,
    () => "\ud800\u0000\r\n",
  ),
);

/** One step from what is right: a field of it, however deep, is another value, has another name, or is gone. */
export function bent(right: unknown, values: fc.Arbitrary<Make> = wild): fc.Arbitrary<Make> {
  return fc
    .record({ steps: fc.array(fc.nat(), { maxLength: 7 }), value: values, how: fc.constantFrom("set", "add", "take") })
    .map(
      ({ steps, value, how }) =>
        () =>
          bend(right, steps, value(), how),
    );
}

function bend(right: unknown, [step, ...rest]: readonly number[], value: unknown, how: string): unknown {
  if (step === undefined || typeof right !== "object" || right === null) return value;
  const names = Object.keys(right);
  const name = names[step % names.length];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types are set aside on purpose
  const copy = (Array.isArray(right) ? [...right] : { ...right }) as Record<string, unknown>;
  if (name === undefined || (how === "add" && rest.length === 0)) copy["extra"] = value;
  else if (how === "take" && rest.length === 0) delete copy[name];
  else copy[name] = bend(Reflect.get(right, name), rest, value, how);
  return copy;
}
