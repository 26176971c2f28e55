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

/** The options of the target under test. All of them go to the factory: what is not passed on fails its cases. */
export interface SimulatorAccess {
  /** The simulator's URL, as an adapter takes it. */
  readonly baseURL: string;
  /** A key that is good or not, as the case wants it. */
  readonly apiKey: string;
  /** Headers that have to arrive. Absent in most cases. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The fetch that has to be used. Absent in most cases. */
  readonly fetch?: typeof globalThis.fetch;
  /** Answers are wanted in one piece. Absent where they are streamed. */
  readonly streaming?: "never";
}

/** An adapter, as the kit drives it. */
export interface AdapterUnderTest {
  /** Appears in the titles. */
  readonly name: string;
  /** Starts a server that speaks the adapter's wire. */
  readonly startVendor: (options?: SimulatorOptions) => Promise<Vendor>;
  /** The adapter's factory, for any model the server knows. Hands over all of the setup. */
  readonly makeTarget: (setup: SimulatorAccess) => Target;
  /** Its key in the `vendorOptions` of requests and tools. Default: the target's `vendor`. */
  readonly optionsKey?: string | undefined;
  /**
   * Cases that the adapter cannot pass. Their tests run all the same, and fail once the case passes: then the exemption has
   * to go. `testAdapter` throws when one names no case. Default: none.
   */
  readonly exemptions?: readonly Exemption[] | undefined;
}
