/** What is drawn of a table: a bar for each row, in groups of one wire. */
export interface Picture {
  /** What the bars are, with their unit. */
  readonly of: string;
  readonly column: string;
  /** The columns that tell the rows of a wire from each other. */
  readonly labels: readonly string[];
  /** Logarithmic bars begin at `from`: what is below the limit has to be shorter than the limit's. */
  readonly scale: "linear" | { readonly from: number };
}

const OVER_BARE: Picture = {
  of: "CPU per text delta, multiples of the bare limit",
  column: "× bare",
  labels: ["driver"],
  scale: { from: 0.5 },
};

/** By the names of sections. */
export const pictures: Readonly<Record<string, Picture>> = {
  "stream-full": OVER_BARE,
  "stream-per-read": { ...OVER_BARE, scale: "linear" },
  generate: { of: "CPU per call, µs", column: "µs CPU per call", labels: ["form", "driver"], scale: "linear" },
  requests: { of: "CPU per call, µs", column: "µs per call", labels: ["of", "count"], scale: { from: 5 } },
  "hand-off": {
    of: "CPU per call by messages, another vendor's over its own",
    column: "× its own",
    labels: ["messages", "from"],
    scale: "linear",
  },
  failover: { of: "ms in the client", column: "ms in the client", labels: ["failure", "driver"], scale: "linear" },
  "first-call": { of: "ms", column: "ms", labels: ["what", "driver"], scale: "linear" },
  "open-streams": { of: "kB of each", column: "kB per stream", labels: ["driver"], scale: "linear" },
  "many-streams": {
    of: "event loop delay, p99 ms",
    column: "event loop delay, p99 ms",
    labels: ["driver"],
    scale: "linear",
  },
  packages: { of: "µs per call", column: "µs per call", labels: ["with"], scale: { from: 1 } },
};
