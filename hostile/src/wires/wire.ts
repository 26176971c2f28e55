import type { Target, TargetOptions } from "@understudy/core/adapter";

export type Form = "streamed" | "whole";

/** How one wire says things, as JSON text into which anything can be put. The answers say "fine". */
export interface Wire {
  readonly name: string;
  /** Its streams are bytes: a character of `streamed` and its like is one. */
  readonly isBinary?: true;
  target(baseURL: string, form: Form, limits?: TargetOptions["limits"]): Target;
  /** Events, each a JSON text, in front of the text. */
  streamed(events: readonly string[], extraOfEnd?: string): string;
  /** Fields for the body: `,"x":1`. */
  whole(fields: string): string;
  /** An event of no meaning with such fields. */
  noise(fields: string): string;
  /** One call of the tool `t`, and so many. The arguments are a JSON text. */
  calls(form: Form, args: string, count?: number): string;
  /** So many parts of two kinds by turns. */
  parts(form: Form, count: number): string;
  /** A text with so many citations. */
  cited(form: Form, count: number): string;
  /** A text with the counts of tokens as a JSON text. */
  counted(form: Form, usage: string): string;
  /** A text. */
  says(form: Form, text: string): string;
}

const LETTERS = 4_000;

export function options(baseURL: string, form: Form, limits: TargetOptions["limits"]): TargetOptions {
  return { apiKey: "hostile-key", baseURL, streaming: form === "whole" ? "never" : "auto", limits };
}

/** Server-sent events, with the names that some wires want beside the type in the data. */
export function frame(events: readonly string[], isNamed = false): string {
  return events.map((data) => `${isNamed ? `event: ${typeOf(data)}\n` : ""}data: ${data}\n\n`).join("");
}

function typeOf(data: string): string {
  return /"type":"([^"]+)"/.exec(data.slice(0, 100))?.[1] ?? "message";
}

/** A long text in pieces. */
export function pieces(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / LETTERS) }, (_, index) =>
    JSON.stringify(text.slice(index * LETTERS, (index + 1) * LETTERS)),
  );
}

export function times(count: number, make: (index: number) => readonly string[]): readonly string[] {
  return Array.from({ length: count }, (_, index) => make(index)).flat();
}

export const FINE = '"fine"';

/** How the text of a body becomes bytes. */
export function encodingOf({ isBinary }: Wire, form: Form): "latin1" | "utf8" {
  return isBinary === true && form === "streamed" ? "latin1" : "utf8";
}
