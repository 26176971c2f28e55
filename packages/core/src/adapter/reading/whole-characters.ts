/**
 * Passes text on in whole characters. Vendors cut text between the two halves of a surrogate pair (an emoji), and a half
 * that is shown or encoded by itself is a broken character.
 */
export class WholeCharacters {
  #half = "";

  /** What may be shown once this text has come. */
  push(delta: string): string {
    if (delta === "") return "";
    const last = delta.charCodeAt(delta.length - 1);
    const endsInside = last >= 0xd800 && last <= 0xdbff;
    if (!endsInside && this.#half === "") return delta;
    const text = this.#half + delta;
    this.#half = endsInside ? text.slice(-1) : "";
    return endsInside ? text.slice(0, -1) : text;
  }

  /** The text is over: the half that was held is all there is. */
  flush(): string {
    const half = this.#half;
    this.#half = "";
    return half;
  }
}
