import type { AnyProfile } from "../batch.ts";

/** A deliberate bug: a search-and-replace patch that applies exactly once to a file below packages/core/src. */
export interface Mutant {
  readonly name: string;
  /** What goes wrong for a user. */
  readonly breaks: string;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
  /** The profile that shows it. Default `mixed`. */
  readonly profile?: AnyProfile | undefined;
}
