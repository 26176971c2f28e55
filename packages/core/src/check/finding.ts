import type { ModelSize } from "../model/target.ts";
import type { Loss } from "../model/trace.ts";

/** What every finding has. */
export interface FindingBase {
  /** `error`: it fails, now or whenever it is asked. `warning`: an outage would show. `info`: good to know. */
  readonly level: "error" | "warning" | "info";
  /** Names of the tiers that it is about, in order; empty when it is about the request. */
  readonly tiers: readonly string[];
  /** What was found, and where. Without any content of a request, and without a credential. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly fix: string;
}

/** What `chain.check()` found: one thing each. */
export type Finding = FindingBase &
  (
    | {
        /** The vendor calls this model smaller than its own call the first tier's. */
        readonly type: "smaller-model";
        /** The class of the first tier's first target. */
        readonly from: ModelSize;
        /** The class of this tier's. */
        readonly to: ModelSize;
      }
    /** The first tier's model reasons, or can, and this one never does, or not as the request asks it, if at all. */
    | { readonly type: "no-reasoning" }
    /** The first tier's model never reasons, and this one always does: it answers later and spends output on it. */
    | { readonly type: "always-reasons" }
    | {
        /** It takes less than the first tier's model. */
        readonly type: "smaller-window";
        /** In tokens. */
        readonly from: number;
        /** In tokens. */
        readonly to: number;
      }
    | {
        /** The first tier's model takes what this one does not. */
        readonly type: "lost-abilities";
        /** By their names in `capabilities`. */
        readonly abilities: readonly string[];
      }
    | {
        /** What its adapter knows nothing of: nothing is claimed of it. */
        readonly type: "unknown-limits";
        /** By their names in `capabilities`. */
        readonly unknown: readonly string[];
      }
    | {
        /** One failure takes several tiers, or several siblings of a tier, at once. */
        readonly type: "shared-fate";
        /** What they share. */
        readonly shared: "vendor" | "endpoint" | "quota" | "key";
      }
    /** Two names for one target: the second is no help when the first fails. */
    | { readonly type: "same-target" }
    /** No key was found for it: it is never asked, and nothing is said of what it shares or takes. */
    | { readonly type: "no-key" }
    /** There is no other tier to take over. */
    | { readonly type: "single-tier" }
    | {
        /** Every tier is of this vendor. */
        readonly type: "one-vendor";
        /** Its name, such as `anthropic`. */
        readonly vendor: string;
      }
    | {
        /** The vendor stops serving the model soon, or has. */
        readonly type: "retiring";
        /** As in `capabilities.retiresOn`. */
        readonly retiresOn: string;
        /** Whole days until then; negative when it is over. */
        readonly inDays: number;
      }
    /** The chain has a `transport`, and this target makes its requests by another, or does not say by which. */
    | { readonly type: "own-transport" }
    /** A tier marked `degraded` is asked before one that is not. */
    | { readonly type: "degraded-first" }
    | {
        /** The limits of the tiers add up to more than a call may take by default. */
        readonly type: "beyond-deadline";
        /** Their sum in milliseconds. */
        readonly waitMs: number;
      }
    | {
        /** With a request: how long a caller may wait for the first output, if every tier before the last is silent. */
        readonly type: "longest-wait";
        /** In milliseconds; `Infinity` without a limit. */
        readonly waitMs: number;
      }
    | {
        /** With a request: what of it the tier does not take as asked. */
        readonly type: "losses";
        /** As an answer of this tier would report them. */
        readonly losses: readonly Loss[];
      }
    | {
        /** With a request: it may be longer than the window; media are not counted. */
        readonly type: "too-long";
        /** An estimate: a quarter of the bytes of all texts. */
        readonly tokens: number;
        /** What the model takes, in tokens. */
        readonly window: number;
      }
    | {
        /** With a request: the tier cannot take it, and is passed over or fails before anything is sent. */
        readonly type: "unable";
        /** What it lacks, by name; empty where the adapter does not say. */
        readonly missing: readonly string[];
      }
    /** The request, or what a function of the chain makes of it, is wrong: a call would be rejected with these words. */
    | { readonly type: "invalid-request" }
    /** A target cannot be looked at: a getter or function of its adapter threw. */
    | { readonly type: "unreadable" }
  );
