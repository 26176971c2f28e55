/** What happens in a week, written by hand. Times are milliseconds since Monday, 00:00. */
export type VendorName = "primary" | "equivalent" | "budget";

/** What a vendor does while it is in trouble. */
export type TroubleKind =
  /** Answers 503. */
  | "down"
  /** Says nothing; one request in ten is answered after 12 s. */
  | "hanging"
  /** Resets in mid-answer; one request in ten is answered. */
  | "cutting"
  /** Answers 429, `insufficient_quota`. */
  | "out-of-quota"
  /** Answers 529. */
  | "overloaded";

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Trouble extends Span {
  readonly name: string;
  readonly vendor: VendorName;
  readonly kind: TroubleKind;
}

/** The store falls silent, then refuses, and comes back without what it knew. */
export interface StoreFailure extends Span {
  readonly refusesFrom: number;
}

/** When calls come, and what happens meanwhile. */
export interface WeekPlan extends Span {
  readonly seed: number;
  /** Of a working day. */
  readonly callsPerDay: number;
  readonly troubles: readonly Trouble[];
  readonly storeFailures: readonly StoreFailure[];
  /** When each rolling deploy begins. */
  readonly deploys: readonly number[];
}

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;
/** The fleet. */
export const PROCESSES = 6;
/** A deploy replaces one process after the other. */
export const DEPLOY_STEP_MS = 60_000;
/** How long a request may take to its first words, with the chain and without. */
export const LIMIT_MS = 15_000;

export function moment(day: number, hour: number, minute = 0): number {
  return day * DAY + hour * HOUR + minute * MINUTE;
}

const TROUBLES: readonly Trouble[] = [
  { name: "primary down", vendor: "primary", kind: "down", from: moment(1, 10), to: moment(1, 10, 40) },
  { name: "primary hangs", vendor: "primary", kind: "hanging", from: moment(2, 14), to: moment(2, 14, 25) },
  { name: "primary cuts answers", vendor: "primary", kind: "cutting", from: moment(3, 15), to: moment(3, 16) },
  {
    name: "quota of the primary spent",
    vendor: "primary",
    kind: "out-of-quota",
    from: moment(4, 13),
    to: moment(4, 18),
  },
  {
    name: "… and the equivalent overloaded",
    vendor: "equivalent",
    kind: "overloaded",
    from: moment(4, 15),
    to: moment(4, 15, 20),
  },
];

/** The week, or its first days. */
export function weekOf(seed: number, days: number, callsPerDay: number): WeekPlan {
  const isPlayed = ({ from }: Span): boolean => from < days * DAY;
  return {
    seed,
    from: 0,
    to: days * DAY,
    callsPerDay,
    troubles: TROUBLES.filter(isPlayed),
    // In the middle of the outage: it is then that the store is needed.
    storeFailures: [{ from: moment(1, 10, 15), refusesFrom: moment(1, 10, 16), to: moment(1, 10, 20) }].filter(
      isPlayed,
    ),
    deploys: Array.from({ length: days }, (_, day) => [moment(day, 10, 30), moment(day, 15, 30)]).flat(),
  };
}

export function isIn({ from, to }: Span, at: number): boolean {
  return at >= from && at < to;
}
