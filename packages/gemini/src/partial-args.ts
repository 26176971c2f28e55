import { asArray, asNumber, asObject, asString, isJsonObject, type Foreign } from "@understudy/core/adapter";
import { JsonPieces, type Count } from "@understudy/core/toolkit";

/** The arguments of a call. They may come in pieces, each with the path of its value (Vertex, when asked to). */
export class PartialArgs {
  readonly #whole: unknown;
  readonly #pieces: JsonPieces;

  /** `whole`: the arguments, where they came in one piece. `made` counts what paths make, in all calls together. */
  constructor(whole: unknown, made: Count) {
    this.#whole = whole ?? {};
    this.#pieces = new JsonPieces(whole, made);
  }

  add(functionCall: Foreign): void {
    for (const piece of asArray(functionCall["partialArgs"]).map(asObject)) {
      const path = asString(piece["jsonPath"]);
      if (path !== undefined) this.#pieces.set(path, valueOf(piece));
    }
  }

  /** As JSON. Gateways send what is not an object, or an object as text. */
  text(): string {
    const whole = this.#whole;
    if (typeof whole === "string") return whole;
    return JSON.stringify(isJsonObject(whole) ? this.#pieces.whole : whole);
  }
}

function valueOf(piece: Foreign): unknown {
  const text = asString(piece["stringValue"]);
  if (text !== undefined) return text;
  const number = asNumber(piece["numberValue"]);
  if (number !== undefined) return number;
  return typeof piece["boolValue"] === "boolean" ? piece["boolValue"] : null;
}
