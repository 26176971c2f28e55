import type { Target } from "@understudy/core";
import type { Exemption } from "./exemptions.ts";
import type { Vendor, SimulatorOptions } from "../simulators/vendor.ts";

/** What of a test runner the kit uses. Vitest, Jest and node:test all have it. */
export interface TestRunner {
  /** Groups tests under a name. */
  readonly describe: (name: string, define: () => void) => unknown;
  /** Defines one test, which fails when its promise rejects. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
}

/** Where the target under test asks, and with which key. */
export interface SimulatorAccess {
  /** The simulator's URL, as an adapter takes it. */
  readonly baseURL: string;
  /** A key that is good or not, as the case wants it. */
  readonly apiKey: string;
}

/** An adapter, as the kit drives it. */
export interface AdapterUnderTest {
  /** Appears in the titles. */
  readonly name: string;
  /** Starts a server that speaks the adapter's wire. */
  readonly startVendor: (options?: SimulatorOptions) => Promise<Vendor>;
  /** The adapter's factory, for any model the server knows. */
  readonly makeTarget: (setup: SimulatorAccess) => Target;
  /**
   * Cases that the adapter cannot pass. Their tests run all the same, and fail once the case passes: then the exemption has
   * to go. `testAdapter` throws when one names no case. Default: none.
   */
  readonly exemptions?: readonly Exemption[] | undefined;
}
