/**
 * Set to true in a fetch's `init`: the request must travel on a connection that has never been used. In the registry of
 * symbols, so that it reaches a fetch of the user's own making, whichever copy of this package that one knows.
 */
export const FRESH_CONNECTION: unique symbol = Symbol.for("understudy.fresh-connection");

/** What a fetch finds in its `init`. */
export interface FreshInit {
  /** Present only when a connection that has never been used is required. */
  readonly [FRESH_CONNECTION]?: true | undefined;
}

/** To spread into an `init`. */
export function freshInit(isAsked: boolean | undefined): FreshInit {
  return isAsked === true ? { [FRESH_CONNECTION]: true } : {};
}

export function isFreshAsked(init: object | undefined): boolean {
  return init !== undefined && Reflect.get(init, FRESH_CONNECTION) === true;
}
