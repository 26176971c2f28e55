import { inspect } from "node:util";

const METHODS = ["debug", "dir", "error", "info", "log", "table", "trace", "warn"] as const;
/** Some runners report from the same process, while a test waits. */
const RUNNER = /[/\\]node_modules[/\\](?:@?jest|@?vitest|mocha|ava|tape?|uvu)\b/;

/** What was printed while it watched. */
export interface PrintWatch extends Disposable {
  readonly prints: readonly string[];
}

const watches = new Set<string[]>();
let restore: (() => void) | undefined;

/** Notes what anybody prints, by the console or straight to stdout and stderr, until it is disposed. */
export function watchPrints(): PrintWatch {
  const prints: string[] = [];
  watches.add(prints);
  restore ??= tapAll();
  return {
    prints,
    [Symbol.dispose]: () => {
      watches.delete(prints);
      if (watches.size > 0) return;
      restore?.();
      restore = undefined;
    },
  };
}

function note(values: readonly unknown[]): void {
  const text = values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ");
  for (const prints of watches) prints.push(text);
}

function tapAll(): () => void {
  const restores = [
    ...METHODS.map((name) => tap(console, name, note)),
    ...[process.stdout, process.stderr].map((stream) =>
      tap(stream, "write", ([chunk]) => {
        if (isOthers(new Error("Who writes?").stack ?? "")) return;
        note([chunk instanceof Uint8Array ? Buffer.from(chunk).toString("utf8") : chunk]);
      }),
    ),
  ];
  return () => restores.forEach((one) => one());
}

/** Node's own runner writes without a frame of anybody's files; what a runner in a package writes, it calls itself. */
function isOthers(stack: string): boolean {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line) && !line.includes("node:"));
  const caller = frames.find((frame) => !frame.includes(import.meta.filename));
  return caller === undefined || RUNNER.test(caller);
}

/** The console's methods end in the streams: what one call prints is noted once. */
let isInside = false;

function tap<Name extends string>(
  owner: Readonly<Record<Name, (...values: never[]) => unknown>>,
  name: Name,
  seen: (values: readonly unknown[]) => void,
): () => void {
  const original = owner[name];
  const tapped = (...values: unknown[]): unknown => {
    if (isInside) return Reflect.apply(original, owner, values);
    isInside = true;
    try {
      seen(values);
      return Reflect.apply(original, owner, values);
    } finally {
      isInside = false;
    }
  };
  Reflect.set(owner, name, tapped);
  return () => void Reflect.set(owner, name, original);
}
