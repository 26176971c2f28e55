import type { FailureClass } from "@understudy/core";
import type { Form, Wire } from "./wires/wire.ts";

/** What has to come of a hostile answer: what it says, or its class, and then what the next tier says. */
export type Outcome = { readonly text: string; readonly invalidToolCalls?: number } | { readonly class: FailureClass };

export interface HostileCase {
  readonly name: string;
  readonly wire: Wire;
  readonly form: Form;
  readonly expected: Outcome;
  /** Default 200. */
  readonly status?: number;
  /** JSON is asked for. */
  readonly wantsJson?: boolean;
  /** Made when it is asked for: some are large. */
  readonly body: () => string;
}

export const fine: Outcome = { text: "fine" };
export const malformed: Outcome = { class: "stream.malformed" };
export const truncated: Outcome = { class: "stream.truncated" };
export const oversized: Outcome = { class: "stream.oversized" };

/** Calls that are as they should be, or are not. */
export const calls: Outcome = { text: "", invalidToolCalls: 0 };
export const invalidCall: Outcome = { text: "", invalidToolCalls: 1 };
