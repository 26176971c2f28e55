import type { OpaquePart } from "../../model/parts.ts";
import { Count } from "../../model/count.ts";
import { asJsonObject, asObject, asString, type Foreign } from "../foreign.ts";

/** The field of a message that holds reasoning with its signatures, in an answer and on its way back. */
export const REASONING_DETAILS = "reasoning_details";

/** Reasoning as routers pass it on: blocks with signatures or encrypted data, in pieces that share a number. */
export class ReasoningDetails {
  readonly #count = new Count();
  readonly #pieces: Foreign[] = [];

  take(details: readonly unknown[]): void {
    for (const detail of details) {
      this.#count.add();
      this.#pieces.push(asObject(detail));
    }
  }

  /** Undefined where none came. */
  part(): OpaquePart | undefined {
    if (this.#pieces.length === 0) return undefined;
    const whole: Record<string, unknown>[] = [];
    for (const piece of this.#pieces) {
      const last = whole.at(-1);
      if (last !== undefined && isSame(last, piece)) extend(last, piece);
      else whole.push({ ...piece });
    }
    return { type: "opaque", kind: REASONING_DETAILS, data: whole.map(asJsonObject) };
  }
}

/** Encrypted blocks come whole. */
function isSame(last: Foreign, piece: Foreign): boolean {
  return last["type"] === piece["type"] && last["index"] === piece["index"] && piece["data"] === undefined;
}

function extend(last: Record<string, unknown>, piece: Foreign): void {
  for (const [name, value] of Object.entries(piece)) {
    if (value === null || value === undefined || name === "__proto__") continue;
    const earlier = asString(last[name]);
    const isText = (name === "text" || name === "summary") && typeof value === "string";
    last[name] = isText && earlier !== undefined ? earlier + value : value;
  }
}
