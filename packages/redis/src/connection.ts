import type { Clock } from "@understudy/core";
import type { SendCommand } from "./clients.ts";
import { explained } from "./errors.ts";
import { SCRIPT } from "./script.ts";
import { ServerClock } from "./server-clock.ts";

/** What every reply says beside its own. */
export interface Reply {
  readonly status: string;
  /** When the data was made; empty while there is none. Another one means that it was lost. */
  readonly made: string;
  readonly version: number;
  readonly rest: readonly unknown[];
}

const MOST_PENDING = 32;
/** A command that the server begins later than this does nothing any more. */
const DEADLINE_MS = 1_000;

/** Commands to one key: none waits for anything, and one that comes too late at the server does nothing there. */
export class Connection {
  readonly #send: SendCommand;
  readonly #key: string;
  readonly #me: string;
  readonly #clock: Clock;
  readonly #time = new ServerClock();
  #pending = 0;
  isReachable = false;
  commands = 0;
  errors = 0;
  late = 0;

  constructor(setup: { readonly send: SendCommand; readonly key: string; readonly me: string; readonly clock: Clock }) {
    this.#send = setup.send;
    this.#key = setup.key;
    this.#me = setup.me;
    this.#clock = setup.clock;
  }

  /**
   * Runs one operation. One that was late is sent once more, by the server's time as it is now known. A lease is not asked
   * for again by one who has waited: its call has long gone on.
   */
  async run(operation: string, ...args: readonly string[]): Promise<Reply> {
    const askedAt = this.#clock.now();
    const reply = await this.#evaluate(operation, args);
    if (reply.status !== "late") return reply;
    this.late++;
    const hasWaited = this.#clock.now() - askedAt >= DEADLINE_MS;
    if (hasWaited && operation === "acquire") throw new Error("Redis answered too late: no lease was taken.");
    const again = await this.#evaluate(operation, args);
    if (again.status === "late") throw new Error("Redis answered too late: the command did nothing.");
    return again;
  }

  /** Whether anything has changed, at the least cost. */
  async peek(): Promise<Pick<Reply, "made" | "version">> {
    const reply = await this.#ask(["HMGET", this.#key, "i", "v"]);
    const [made, version] = Array.isArray(reply) ? reply : [];
    return { made: textOf(made), version: Number(version ?? 0) };
  }

  async #evaluate(operation: string, args: readonly string[]): Promise<Reply> {
    const sentAt = this.#clock.now();
    const deadline = this.#time.at(sentAt + DEADLINE_MS);
    const reply = await this.#ask(["EVAL", SCRIPT, "1", this.#key, operation, deadline, this.#me, ...args]);
    if (!Array.isArray(reply)) throw new Error("Redis answered something that is not the script's.");
    const [status, time, made, version, ...rest]: readonly unknown[] = reply;
    if (status === "late") this.#time.forget();
    this.#time.learn(sentAt, this.#clock.now(), Number(time));
    return { status: textOf(status), made: textOf(made), version: Number(version), rest };
  }

  async #ask(args: readonly string[]): Promise<unknown> {
    if (this.#pending >= MOST_PENDING) throw new Error("Redis has not answered the last 32 commands.");
    this.#pending++;
    this.commands++;
    try {
      const reply = await this.#send(this.#key, args);
      this.isReachable = true;
      return reply;
    } catch (error) {
      this.isReachable = false;
      this.errors++;
      throw explained(error);
    } finally {
      this.#pending--;
    }
  }
}

/** Clients may give texts as bytes. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return value === null || value === undefined ? "" : `${Number(value)}`;
}
