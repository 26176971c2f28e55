import type { Target, Transport } from "../../model/target.ts";
import { oneOf, type Rule } from "../../model/rules.ts";
import type { Fetch } from "./capped-fetch.ts";
import type { Connection } from "./connection.ts";
import { loadNodeFetch, nodeFetch, nodeFetchProblem } from "./node-fetch.ts";

/** What a connection is to be made over. */
export interface Over {
  /** The target's option, or the chain's where the target has none; undefined where neither has. */
  readonly transport: string | undefined;
  /** What makes the requests. Undefined: the global `fetch`. */
  readonly fetch: Fetch | undefined;
}

/** Of a target's options. */
export type TransportOptions = { readonly [Name in keyof Over]?: Over[Name] };

/** The rule of the option, of adapters that have no others. */
export const TRANSPORT: Rule = oneOf("fetch", "node" satisfies Transport);

/** What a target's options mean for its connection, and what is wrong with them. */
export function overOf({ transport, fetch }: TransportOptions): Over & { readonly problem?: string | undefined } {
  if (transport !== "node") return { transport, fetch };
  const rival = "`fetch` and `transport: 'node'` exclude each other: both make the requests; leave one of them out";
  const problem = fetch === undefined ? nodeFetchProblem() : rival;
  if (problem === undefined) loadNodeFetch();
  return { transport, fetch: nodeFetch, problem };
}

/** Makes the connection of a target over what was chosen for it. */
export type Connect = (over: Over) => Connection;

/** A target that a chain may have over another transport: the same copy each time, which can be had over others too. */
export function movable(target: Target, over: (transport: Transport) => Target): Target {
  const copies = new Map<Transport, Target>();
  const withCopies = (one: Target): Target => {
    const own: Target = {
      ...one,
      withTransport(this: Target, transport) {
        // A wrapper that has taken this over, with the rest of the target: what it does must not be lost.
        if (this !== own) return this;
        const copy = copies.get(transport) ?? withCopies(over(transport));
        copies.set(transport, copy);
        return copy;
      },
    };
    return own;
  };
  return withCopies(target);
}
