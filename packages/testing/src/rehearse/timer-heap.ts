/** A timer of a virtual clock. */
export interface VirtualTimer {
  /** When it is due, in milliseconds of its clock. */
  readonly at: number;
}

export interface HeapTimer extends VirtualTimer {
  /** Orders timers that are due together: the lower comes first. */
  readonly rank: number;
  readonly callback: () => void;
  isLive: boolean;
}

/** Timers in the order in which they are due. What is cancelled stays in it, and is never given out. */
export class TimerHeap {
  readonly #timers: HeapTimer[] = [];

  push(timer: HeapTimer): void {
    const timers = this.#timers;
    let index = timers.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = timers[parent];
      if (above === undefined || !isBefore(timer, above)) break;
      timers[index] = above;
      index = parent;
    }
    timers[index] = timer;
  }

  /** The one that is due next, which stays; undefined when none is left. */
  peek(): HeapTimer | undefined {
    for (;;) {
      const [first] = this.#timers;
      if (first === undefined || first.isLive) return first;
      this.#drop();
    }
  }

  #drop(): void {
    const last = this.#timers.pop();
    if (last !== undefined && this.#timers.length > 0) this.#sink(last);
  }

  #sink(timer: HeapTimer): void {
    const timers = this.#timers;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      let least = timers[child];
      const right = timers[child + 1];
      if (right !== undefined && least !== undefined && isBefore(right, least)) {
        least = right;
        child++;
      }
      if (least === undefined || !isBefore(least, timer)) break;
      timers[index] = least;
      index = child;
    }
    timers[index] = timer;
  }
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.at < b.at || (a.at === b.at && a.rank < b.rank);
}
