import type { Capabilities, Support } from "../../model/target.ts";
import { asText } from "../foreign.ts";

/** What the first row that matches an id says; undefined when none does. */
export function rowOf<Value>(
  rows: readonly (readonly [pattern: RegExp, value: Value])[],
  id: string,
): Value | undefined {
  const name = asText(id);
  return rows.find(([pattern]) => pattern.test(name))?.[1];
}

/** How a vendor's names of models say how large they are. The smaller class counts where two match. */
export function sizeOf(id: string, small: RegExp, balanced: RegExp, flagship: RegExp): Capabilities["size"] {
  if (small.test(id)) return "small";
  if (balanced.test(id)) return "balanced";
  return flagship.test(id) ? "flagship" : "unknown";
}

type Ability = "tools" | "images" | "urls" | "files" | "audio" | "jsonOutput";

/** The same for everything that a model may be able to take. */
export function abilities(support: Support): Pick<Capabilities, Ability> {
  return { tools: support, images: support, urls: support, files: support, audio: support, jsonOutput: support };
}

/** Tool-call ids of letters, digits, `_` and `-`, which most wires take. */
export function plainCallIds(maxLength: number): Capabilities["toolCallId"] {
  return { pattern: /^[a-zA-Z0-9_-]+$/, maxLength };
}

/** A model that an adapter knows by its id. */
export interface KnownModel {
  /** As the vendor spells it. */
  readonly id: string;
  /** What the adapter's table says of it, at the vendor's own endpoint. */
  readonly capabilities: Capabilities;
}

/** What an adapter says of all of these ids, which stand in one line. */
export function knownModels(ids: string, capabilitiesOf: (id: string) => Capabilities): readonly KnownModel[] {
  return Object.freeze(ids.split(" ").map((id) => Object.freeze({ id, capabilities: capabilitiesOf(id) })));
}
