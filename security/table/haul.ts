import { inspect } from "node:util";
import { formsOf } from "./canaries.ts";

/** Where something of a call can be seen by somebody else than its caller and its vendor. */
export const SURFACES = [
  "errors",
  "events",
  "response",
  "ai-sdk",
  "telemetry",
  "live",
  "reports",
  "redis",
  "kept",
] as const;

export type Surface = (typeof SURFACES)[number];

/** All that became visible of the calls of one case, as text, by surface. */
export class Haul {
  readonly #texts = new Map<Surface, string[]>();

  add(surface: Surface, text: string): void {
    const texts = this.#texts.get(surface) ?? [];
    texts.push(text);
    this.#texts.set(surface, texts);
  }

  /** What a logger would print of a value. */
  addForms(surface: Surface, value: unknown): void {
    this.add(surface, formsOf(value));
  }

  addDeep(surface: Surface, value: unknown): void {
    this.add(
      surface,
      inspect(value, { depth: 20, showHidden: true, maxStringLength: Infinity, maxArrayLength: 5_000 }),
    );
  }

  of(surface: Surface): string {
    return this.#texts.get(surface)?.join("\n") ?? "";
  }

  has(surface: Surface): boolean {
    return this.#texts.has(surface);
  }
}
