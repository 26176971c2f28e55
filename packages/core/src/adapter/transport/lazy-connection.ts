import type { Connection } from "./connection.ts";
import { loadOnce } from "./load-once.ts";

/** A connection whose code is loaded when it is first needed, once for each target. */
export function lazyConnection(load: () => Promise<Connection>): Connection {
  const loaded = loadOnce(load);
  return {
    send: async (request, context) => (await loaded()).send(request, context),
    prepare: async () => void (await loaded()),
  };
}
