import { inspect } from "node:util";

/** One word for each thing that is secret or private. No two are alike, and none occurs anywhere else. */
export const CANARIES = {
  key: "canarykey7f3ac1e9",
  header: "canaryheader2b84d0",
  prompt: "canaryprompt91e6fa",
  system: "canarysystem5cd377",
  argument: "canaryargument0a49b",
  result: "canaryresult6e15c2",
  user: "canaryuser83bb04",
  completion: "canarycompletionf21d",
  thought: "canarythought4d70e",
  answered: "canaryanswered9ae35",
} as const;

export type Canary = keyof typeof CANARIES;

/** What the caller asked for: it is in what the caller gets, and nowhere else. */
export const ANSWER: readonly Canary[] = ["completion", "thought", "answered"];

const SIGNS: readonly (readonly [Canary, readonly string[]])[] = Object.entries(CANARIES).map(([name, word]) => [
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names of the table
  name as Canary,
  [word, word.toUpperCase(), Buffer.from(word).toString("hex"), ...base64Of(word)],
]);

/** The part of its base64 that is the same wherever the word begins. */
function base64Of(word: string): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.from("x".repeat(shift) + word).toString("base64");
    return text.slice(shift === 0 ? 0 : 4, Math.floor((shift + word.length) / 3) * 4);
  });
}

/** The canaries that a text holds, as they are or in a common encoding. */
export function canariesIn(text: string): readonly Canary[] {
  return SIGNS.filter(([, signs]) => signs.some((sign) => text.includes(sign))).map(([name]) => name);
}

/** Everything that a logger, a tracker or a console would make of a value. */
export function formsOf(value: unknown): string {
  const forms = [inspect(value, { depth: 10, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity })];
  forms.push(
    attempt(() => String(value)),
    attempt(() => JSON.stringify(value)),
  );
  for (let error: unknown = value, depth = 0; error instanceof Error && depth < 10; error = error.cause, depth++) {
    forms.push(
      error.message,
      String(error.stack),
      error.toString(),
      attempt(() => JSON.stringify(error)),
    );
  }
  return forms.join("\n");
}

function attempt(make: () => string): string {
  try {
    return make();
  } catch (error) {
    return inspect(error, { depth: 10 });
  }
}
