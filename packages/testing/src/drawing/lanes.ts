/** What happens from one moment to another. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Placed<Item> {
  readonly item: Item;
  /** From 0. */
  readonly row: number;
}

/** Puts what happens at the same time into different rows, into the first that is free. */
export function inRows<Item extends Span>(
  items: readonly Item[],
  gapMs: number,
): {
  readonly placed: readonly Placed<Item>[];
  readonly rows: number;
} {
  const ends: number[] = [];
  const placed = items.map((item) => {
    const free = ends.findIndex((end) => end <= item.fromMs);
    const row = free === -1 ? ends.length : free;
    ends[row] = Math.max(item.toMs, item.fromMs + gapMs);
    return { item, row };
  });
  return { placed, rows: Math.max(1, ends.length) };
}

/** Neighbours that are alike, together. */
export function runsOf<Item>(items: readonly Item[], kindOf: (item: Item) => string): readonly (readonly Item[])[] {
  const runs: Item[][] = [];
  let kind: string | undefined;
  for (const item of items) {
    const own = kindOf(item);
    if (own === kind) runs.at(-1)?.push(item);
    else runs.push([item]);
    kind = own;
  }
  return runs;
}
