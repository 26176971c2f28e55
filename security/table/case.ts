import type { FailureClass, Request, Target, TierLimits } from "@understudy/core";
import type { TargetOptions } from "@understudy/core/adapter";
import type { Wire } from "../../hostile/src/wires/wire.ts";
import type { Haul } from "./haul.ts";
import type { Exchange } from "./origin.ts";
import type { MakeOptions, Subject } from "./ways.ts";

/** What an attack has to come to at its target. */
export type Expected =
  | "answered"
  /** By `createChain` or by the call, before anything is sent. */
  | "refused"
  | readonly FailureClass[];

export interface Attack {
  readonly name: string;
  readonly expected: Expected;
  /** How the server answers. Default: it is never asked. */
  readonly answer?: (exchange: Exchange, wire: Wire) => unknown;
  /** Instead of a server: a target of somebody's own. */
  readonly target?: () => Target;
  readonly options?: (baseURL: string) => Partial<TargetOptions> & Partial<Pick<MakeOptions, "apiKey" | "baseURL">>;
  readonly request?: (request: Request, elsewhere: string) => Request;
  readonly limits?: TierLimits;
  readonly on?: (subject: Subject) => boolean;
  /** What else may be wrong, in sentences. */
  readonly look?: (haul: Haul) => readonly string[];
  /** It stands for all of its kind: one call shows what there is to see. */
  readonly isHeavy?: boolean;
}

/** A row of the table. */
export interface Row {
  readonly name: string;
  /** What is promised, in one sentence. */
  readonly promise: string;
  readonly attacks: readonly Attack[];
}
