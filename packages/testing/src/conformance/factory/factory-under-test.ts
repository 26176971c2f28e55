import type { Target } from "@understudy/core";
import type { TargetOptions } from "@understudy/core/adapter";
import type { SimulatorOptions, Vendor } from "../../simulators/vendor.ts";

/** How a process of its own makes a target: what is loaded, and what happens without resources, shows nowhere else. */
export interface FactoryModule {
  /** URL of the module that exports the factory; other modules are found from there. */
  readonly url: string;
  /** The exported name. */
  readonly factory: string;
  /** The model to make a target of. */
  readonly model: string;
  /** Flags that Node needs to load the module. Default: none. */
  readonly flags?: readonly string[] | undefined;
  /** Packages beside `@understudy/core` that are loaded at import and when a target is made. Default: none. */
  readonly loads?: readonly string[] | undefined;
}

export interface FactoryUnderTest {
  /** Appears in the titles. */
  readonly name: string;
  /** Starts a server that speaks the adapter's wire. */
  readonly startVendor: (options?: SimulatorOptions) => Promise<Vendor>;
  /** The factory with these options, for any model that the server knows. */
  readonly make: (options?: TargetOptions) => Target;
  /** Environment variables that may hold the key, the one that problems name first. */
  readonly keyVariables: readonly string[];
  /** Base URLs of the vendor's own, to which the key from the environment may be sent. */
  readonly ownURLs: readonly [string, ...string[]];
  /** Variables that the vendor's SDK reads. None of them may change a request. Default: none. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Default: the tests that need a process of their own are left out. */
  readonly module?: FactoryModule | undefined;
}
