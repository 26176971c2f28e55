/**
 * Names as one vendor takes them, and back. A legal name stays as it is. Another one is made legal, in a way that depends
 * on nothing but the names before it, and differs from all of them.
 */
export class NameMap {
  readonly #legal: RegExp;
  readonly #native = new Map<string, string>();
  readonly #own = new Map<string, string>();

  /** `names` are those to find the way back to: legal ones keep theirs, whatever is made of the others. */
  constructor(legal: RegExp, names: readonly string[]) {
    this.#legal = legal;
    for (const name of names) if (legal.test(name)) this.#add(name, name);
    for (const name of names) this.toNative(name);
  }

  /** The name as the vendor takes it: the same one for the same name every time. */
  toNative(name: string): string {
    const known = this.#native.get(name);
    if (known !== undefined) return known;
    const base = this.#legal.test(name) ? name : `_${name.replaceAll(/\W/g, "_")}`.slice(0, 60);
    let native = base;
    for (let count = 2; this.#own.has(native); count++) native = `${base}_${count}`;
    this.#add(name, native);
    return native;
  }

  /** A name that nothing was made of is its own. */
  toOwn(native: string): string {
    return this.#own.get(native) ?? native;
  }

  #add(name: string, native: string): void {
    this.#native.set(name, native);
    this.#own.set(native, name);
  }
}
