/** Sends one command; `key` is its only key, for routing. */
export type SendCommand = (key: string, args: readonly string[]) => Promise<unknown>;

/** Clients that are taken as they are, told apart by their methods. Any client of the same shape does. */
export type RedisClient =
  /** node-redis: `createClient`. */
  | {
      /** Sends a command and its arguments. */
      sendCommand(args: readonly string[]): Promise<unknown>;
    }
  /** node-redis: `createCluster`. */
  | {
      /** Sends a command to the node of its key. */
      sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[]): Promise<unknown>;
      /** Tells it from other clients; not called. */
      getSlotRandomNode(slot: number): unknown;
    }
  /** node-redis: `createSentinel`. */
  | {
      /** Sends a command to the primary. */
      sendCommand(isReadonly: boolean | undefined, args: string[]): Promise<unknown>;
      /** Tells it from other clients; not called. */
      getSentinelNode(): unknown;
    }
  /** ioredis and iovalkey: `Redis` and `Cluster`. */
  | {
      /** Sends a command by its name. */
      call(command: string, ...args: string[]): Promise<unknown>;
    };

/** How to send through a client; undefined for what is none. */
export function sendThrough(client: object): SendCommand | undefined {
  const send = sender(client);
  // What waits for a connection would be sent later than anybody still wants it.
  return send && (async (key, args) => (isReady(client) ? send(key, args) : Promise.reject(new NotConnected())));
}

export class NotConnected extends Error {
  constructor() {
    super("The Redis client is not connected.");
    this.name = "NotConnected";
  }
}

function sender(client: object): SendCommand | undefined {
  // ioredis has a `sendCommand` too, for commands of its own making: `call` decides first.
  const call = method(client, "call");
  if (call !== undefined) return async (_key, args) => call(...args);
  const send = method(client, "sendCommand");
  if (send === undefined) return undefined;
  if (method(client, "getSlotRandomNode") !== undefined) return async (key, args) => send(key, false, [...args]);
  if (method(client, "getSentinelNode") !== undefined) return async (_key, args) => send(false, [...args]);
  return async (_key, args) => send([...args]);
}

function isReady(client: object): boolean {
  const isReadyNow: unknown = Reflect.get(client, "isReady");
  const status: unknown = Reflect.get(client, "status");
  return isReadyNow !== false && (status === undefined || status === "ready");
}

function method(client: object, name: string): ((...args: unknown[]) => unknown) | undefined {
  const found: unknown = Reflect.get(client, name);
  return typeof found === "function" ? (...args) => Reflect.apply(found, client, args) : undefined;
}
