const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /^NOPERM|ACL failure|can't run this command/,
    "its user lacks a right: the README of @understudy/redis lists the few that are needed",
  ],
  [/^(NOAUTH|WRONGPASS)/, "it does not accept the user or password"],
  [/^WRONGTYPE/, "the key of this namespace holds something of another application: choose another `namespace`"],
  [/^READONLY/, "it is a replica, which cannot be written: connect to the primary"],
  [/^(OOM|MISCONF)/, "it takes no writes: its memory is full, or it cannot save"],
  [
    /^(ERR unknown command|ERR Error (compiling|running) script|ERR user_script|ERR wrong number)/,
    "it cannot run the store's script: Redis 7.0 or Valkey 7.2 is needed",
  ],
  [/^(MOVED|CROSSSLOT)/, "it is a cluster: give a client that is made for one"],
  [/^(LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|BUSY)/, "it is not ready yet"],
];

/** The same error in words that say what to do, where there are any. What the server said is its cause. */
export function explained(error: unknown): unknown {
  const said = error instanceof Error ? error.message : String(error);
  const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1];
  return hint === undefined ? error : new Error(`Redis refused a command: ${hint}.`, { cause: error });
}
