import type { Connection } from "./connection.ts";
import { loadOnce } from "./load-once.ts";

/** A connection whose code is loaded when it is first needed, once for each target. */
export function lazyConnection(load: () => Promise<Connection>): Connection {
  let connection: Connection | undefined;
  const loaded = loadOnce(async () => (connection = await load()));
  return {
    send: async (request, context) => (await loaded()).send(request, context),
    prepare: async (clock) => (await loaded()).prepare?.(clock),
    get secrets() {
      return connection?.secrets ?? [];
    },
  };
}
