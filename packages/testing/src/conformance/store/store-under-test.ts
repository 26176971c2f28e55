import type { HealthStore } from "@understudy/core/store";

/** A kind of health store, as the kit drives it. */
export interface StoreUnderTest {
  /** Appears in the titles. */
  readonly name: string;
  /** Whether it shares between the chains of one process only: then one chain that opened its breaker is believed. */
  readonly isOneProcess: boolean;
  /** Opens empty data. */
  readonly open: () => Promise<StoreWorld>;
}

/** One set of shared data. */
export interface StoreWorld {
  /** The store of one more process, or the one store where there is one process only. */
  readonly join: () => HealthStore | Promise<HealthStore>;
  /** Lets time pass for the data, in milliseconds, without waiting. */
  readonly advance: (milliseconds: number) => Promise<void>;
  /** Lets news travel. Called until what is expected has been heard, at most 500 times. */
  readonly settle: () => Promise<void>;
  /** Ends what was opened. */
  readonly close: () => Promise<void>;
}
