/** When this process last called `fetch`, and when the headers came: all before and behind that is the caller's own time. */
export interface FetchMarks {
  calledAt: number;
  headersAt: number;
}

/** Milliseconds; absent where nothing was asked by `fetch`. */
export interface OwnTimes {
  readonly beforeFetch?: number | undefined;
  readonly behindHeaders?: number | undefined;
}

export function watchFetch(): FetchMarks {
  const marks: FetchMarks = { calledAt: Number.NaN, headersAt: Number.NaN };
  const own = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    marks.calledAt = performance.now();
    const response = await own(input, init);
    marks.headersAt = performance.now();
    return response;
  };
  return marks;
}

export function ownTimes({ calledAt, headersAt }: FetchMarks, startedAt: number, endedAt: number): OwnTimes {
  return calledAt >= startedAt ? { beforeFetch: calledAt - startedAt, behindHeaders: endedAt - headersAt } : {};
}
