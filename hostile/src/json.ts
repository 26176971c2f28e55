/** JSON that no program would write, as text: most of it is too much for `JSON.stringify`. */

/** An array inside an array, and so on. */
export function arrays(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

export function objects(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}

/** A list of one element over and over, of about so many characters. */
export function listOf(element: string, characters: number): string {
  return `[${`${element},`.repeat(Math.floor(characters / (element.length + 1)))}${element}]`;
}

export function list(count: number, element: (index: number) => string): string {
  return `[${Array.from({ length: count }, (_, index) => element(index)).join(",")}]`;
}

/** An object of so many names. */
export function names(count: number, value: (index: number) => string = String): string {
  return `{${Array.from({ length: count }, (_, index) => `"n${index}":${value(index)}`).join(",")}}`;
}

/** Fields that would change every object there is, were they assigned to one. */
export const POLLUTION: string = `"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}`;

export const KI: number = 1024;
export const MI: number = 1024 * KI;
