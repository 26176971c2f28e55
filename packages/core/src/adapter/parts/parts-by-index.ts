/** Parts that are open side by side, by the vendor's number for them. Nearly every delta continues the last one. */
export class PartsByIndex<Part> extends Map<number, Part> {
  #lastIndex = -1;
  #last: Part | undefined;

  /** The open part of this number; undefined when there is none. */
  override get(index: number): Part | undefined {
    if (index !== this.#lastIndex) this.#keep(index, super.get(index));
    return this.#last;
  }

  /** Opens a part under this number, in place of an earlier one. */
  override set(index: number, part: Part): this {
    this.#keep(index, part);
    return super.set(index, part);
  }

  /** Closes the part of this number; returns whether there was one. */
  override delete(index: number): boolean {
    this.#keep(index, undefined);
    return super.delete(index);
  }

  #keep(index: number, part: Part | undefined): void {
    this.#lastIndex = index;
    this.#last = part;
  }
}
