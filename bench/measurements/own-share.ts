import type { OwnTimes } from "../clients/fetch-marks.ts";
import type { Section } from "../report/section.ts";
import { rounded, spread } from "../report/statistics.ts";

/** What callers took themselves, before and behind what `fetch` did: medians of all their calls. */
export class OwnShare {
  readonly #before: number[] = [];
  readonly #behind: number[] = [];

  add({ beforeFetch, behindHeaders }: OwnTimes): void {
    if (beforeFetch === undefined || behindHeaders === undefined) return;
    this.#before.push(beforeFetch);
    this.#behind.push(behindHeaders);
  }

  /** Columns of a row; none where nothing was asked by `fetch`. */
  get columns(): Section["rows"][number] {
    if (this.#before.length === 0) return {};
    return {
      "ms before `fetch`": rounded(spread(this.#before).median),
      "ms behind its headers": rounded(spread(this.#behind).median),
    };
  }
}
