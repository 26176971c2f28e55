import type { Target } from "@understudy/core";
import type { Vendor, SimulatorOptions } from "../simulators/vendor.ts";

/** What of a test runner the kit uses. Vitest, Jest and node:test all have it. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly test: (name: string, run: () => Promise<void>) => unknown;
}

export interface SimulatorAccess {
  readonly baseURL: string;
  readonly apiKey: string;
}

export interface AdapterUnderTest {
  /** Appears in the titles. */
  readonly name: string;
  /** Starts a server that speaks the adapter's wire. */
  readonly startVendor: (options?: SimulatorOptions) => Promise<Vendor>;
  /** The adapter's factory, for any model the server knows. */
  readonly makeTarget: (setup: SimulatorAccess) => Target;
  /** Faults the adapter cannot stand, by the name of the case, each with its reason. Their tests say so and pass. */
  readonly exemptions?: Readonly<Record<string, string>> | undefined;
}
