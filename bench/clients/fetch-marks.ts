/** When this process last called `fetch`, and when the headers came: what is before and behind that is the caller's own. */
export interface FetchMarks {
  calledAt: number;
  headersAt: number;
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
