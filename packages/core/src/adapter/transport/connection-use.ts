import { asNumber, asObject } from "../foreign.ts";

const MAX_DEPTH = 8;

/**
 * Whether the connection of a failed request had carried one before, as far as the error shows: `nodeTransport` puts
 * `reusedSocket` on its errors, undici the socket's counters on some of its own. Counts only before any byte of the
 * response: on a new connection nothing has been read then.
 */
export function connectionUse(error: unknown): "new" | "reused" | undefined {
  let link = error;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const { reusedSocket, socket, cause } = asObject(link);
    if (typeof reusedSocket === "boolean") return reusedSocket ? "reused" : "new";
    const bytesRead = asNumber(asObject(socket)["bytesRead"]);
    if (bytesRead !== undefined) return bytesRead > 0 ? "reused" : "new";
    link = cause;
  }
  return undefined;
}
