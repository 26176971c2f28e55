import type { Clock } from "@understudy/core";
import type { ProbeLease } from "@understudy/core/store";
import type { Reply } from "./connection.ts";

/** Longer leases are renewed, so that a process that died blocks nobody for longer. */
export const LONGEST_LEASE_MS = 15_000;
const RENEW_MS = 5_000;

export interface LeaseSetup {
  readonly key: string;
  readonly token: string;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly run: (operation: string, ...args: readonly string[]) => Promise<Reply>;
  readonly onError: (error: unknown) => void;
}

/** One lease, held by its token. Whatever comes after it was lost changes nothing at the server. */
export class Lease implements ProbeLease {
  readonly #setup: LeaseSetup;
  readonly #endsAt: number;
  #timer: unknown;
  #isOver = false;

  constructor(setup: LeaseSetup) {
    this.#setup = setup;
    this.#endsAt = setup.clock.now() + setup.leaseMs;
    this.#renewLater();
  }

  async report(isWell: boolean, openMs: number): Promise<void> {
    this.#end();
    const { run, key, token } = this.#setup;
    await run("probed", key, token, isWell ? "1" : "0", String(Math.round(openMs)));
  }

  async release(): Promise<void> {
    this.#end();
    const { run, key, token } = this.#setup;
    await run("release", key, token);
  }

  /** Renews no more. */
  #end(): void {
    this.#isOver = true;
    this.#setup.clock.clearTimeout(this.#timer);
  }

  #renewLater(): void {
    const { clock, onError } = this.#setup;
    if (this.#isOver || this.#endsAt - clock.now() <= LONGEST_LEASE_MS) return;
    this.#timer = clock.setTimeout(() => void this.#renew().catch(onError), RENEW_MS, true);
  }

  async #renew(): Promise<void> {
    const { run, key, token, clock } = this.#setup;
    const leftMs = Math.min(this.#endsAt - clock.now(), LONGEST_LEASE_MS);
    this.#renewLater();
    await run("renew", key, token, String(Math.round(leftMs)));
  }
}
