import type { Capabilities, Request } from "@understudy/core";
import type { ScriptedAnswer } from "../../simulators/answer.ts";
import type { RequestCaseId } from "../cases/case-id.ts";
import type { Sought } from "./arrived.ts";

/** Something of a request that has to arrive, or to be reported. */
export interface Carried {
  /** Its name, in the words of a request. */
  readonly what: string;
  readonly sought: Sought;
  /** Another form that does as well. */
  readonly or?: Sought | undefined;
  /** A whole text that does as well: some wires call the format `png`, and have no media types. */
  readonly orWord?: string | undefined;
  /** The losses, by their `what`, that may stand for it. Default: none, it has to arrive. */
  readonly loss?: RegExp | undefined;
  /** What the target does itself may be reported as `translated`. Default: what is translated is sent. */
  readonly mayBeTranslated?: true | undefined;
}

/** What of a target stands in requests. */
export interface Addressee {
  readonly vendor: string;
  /** Its key in `vendorOptions`. */
  readonly optionsKey: string;
}

export interface RequestCase {
  /** What an exemption names. */
  readonly id: RequestCaseId;
  /** What arrives, as the title says it. */
  readonly name: string;
  readonly request: (addressee: Addressee) => Request;
  readonly carried: readonly Carried[];
  /** What may not arrive. */
  readonly hidden?: readonly Carried[] | undefined;
  /** What the server answers. Default: a text. */
  readonly answer?: ScriptedAnswer | undefined;
  /** The target may be passed over, as one that cannot take this. */
  readonly mayBeUnsupported?: true | undefined;
  /** The vendor may refuse it, always or where a capability is `unknown`: all that counts is what arrived first. */
  readonly mayBeRefused?: true | keyof Capabilities | undefined;
}

/** Requests that differ in one thing only: what arrives differs too, or one of two that are alike reports the loss. */
export interface DifferenceCase {
  readonly id: RequestCaseId;
  /** What makes the difference, as the title says it. */
  readonly name: string;
  readonly requests: () => Readonly<Record<string, Request>>;
  readonly loss: RegExp;
  readonly answer?: ScriptedAnswer | undefined;
  readonly mayBeUnsupported?: true | undefined;
}
