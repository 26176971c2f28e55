import { NotConnected, sendThrough, type SendCommand } from "./clients.ts";

/** What of node-redis is used beside commands. */
interface OwnedClient {
  on(event: "error", listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  unref(): void;
  destroy(): void;
}

/** A connection that the store owns. */
export interface OwnClient {
  readonly send: SendCommand;
  readonly close: () => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** Connects with `redis`, an optional peer that is loaded only here. Nothing of it keeps the process alive. */
export function ownClient(url: string, random: () => number, onError: (error: unknown) => void): OwnClient {
  let isClosed = false;
  let client: OwnedClient | undefined;
  let send: SendCommand | undefined;
  const open = async (): Promise<void> => {
    const made = await load(url, random);
    if (isClosed) return;
    client = made;
    send = sendThrough(made);
    made.on("error", onError);
    made.unref();
    await made.connect();
  };
  open().catch(onError);
  return {
    send: async (key, args) => {
      if (send === undefined) throw new NotConnected();
      return send(key, args);
    },
    close: () => {
      isClosed = true;
      try {
        client?.destroy();
      } catch {
        // It was closed already.
      }
    },
  };
}

async function load(url: string, random: () => number): Promise<OwnedClient> {
  let redis: typeof import("redis");
  try {
    redis = await import("redis");
  } catch (cause) {
    throw new Error("`url` needs the package redis: install it, or give a `client` of your own.", { cause });
  }
  return redis.createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 1_000,
      socketTimeout: 5_000,
      // The client's own strategy gives up for good after one silent second.
      reconnectStrategy: (tries) => Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS) * (0.5 + random() / 2),
    },
  });
}
