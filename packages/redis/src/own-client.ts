import type { Clock } from "@understudy/core";
import { NotConnected, sendThrough, type SendCommand } from "./clients.ts";

/** What of node-redis is used beside commands. */
interface OwnedClient {
  readonly isOpen: boolean;
  on(event: "error", listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  unref(): void;
  destroy(): void;
}

export interface OwnClientSetup {
  readonly url: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** How often a good connection is looked at. */
const LOOK_MS = 500;

/**
 * A connection that the store owns, made with `redis`, an optional peer that is loaded only here. It connects again by
 * itself: the client's own way keeps a process alive for as long as the server is away.
 */
export class OwnClient {
  readonly #setup: OwnClientSetup;
  #client: OwnedClient | undefined;
  #send: SendCommand | undefined;
  #timer: unknown;
  #tries = 0;
  #isClosed = false;

  constructor(setup: OwnClientSetup) {
    this.#setup = setup;
    void this.#connect();
  }

  async send(key: string, args: readonly string[]): Promise<unknown> {
    if (this.#send === undefined) throw new NotConnected();
    return this.#send(key, args);
  }

  close(): void {
    this.#isClosed = true;
    this.#setup.clock.clearTimeout(this.#timer);
    this.#leave();
  }

  async #connect(): Promise<void> {
    const { url, onError } = this.#setup;
    this.#leave();
    try {
      const client = await make(url);
      if (this.#isClosed) return;
      this.#client = client;
      this.#send = sendThrough(client);
      client.on("error", onError);
      client.unref();
      await client.connect();
      this.#tries = 0;
    } catch (error) {
      this.#tries++;
      onError(error);
    }
    this.#watch();
  }

  /** Looks now and then whether the connection is still there, in the background. */
  #watch(): void {
    if (this.#isClosed) return;
    const { clock, random } = this.#setup;
    const pauseMs = this.#tries === 0 ? LOOK_MS : Math.min(FIRST_PAUSE_MS * 2 ** this.#tries, LONGEST_PAUSE_MS);
    const look = (): void => (this.#client?.isOpen === true ? this.#watch() : void this.#connect());
    this.#timer = clock.setTimeout(look, pauseMs * (0.5 + random() / 2), true);
  }

  #leave(): void {
    try {
      this.#client?.destroy();
    } catch {
      // It was closed already.
    }
    this.#client = undefined;
  }
}

async function make(url: string): Promise<OwnedClient> {
  let redis: typeof import("redis");
  try {
    redis = await import("redis");
  } catch (cause) {
    throw new Error("`url` needs the package redis: install it, or give a `client` of your own.", { cause });
  }
  return redis.createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 1_000, socketTimeout: 5_000, reconnectStrategy: false },
  });
}
