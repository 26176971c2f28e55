import { misuse } from "../model/error.ts";
import { having } from "../model/rules.ts";
import { Fleet } from "../engine/health/fleet.ts";
import type { FleetLink, FleetMember } from "../engine/health/fleet-link.ts";
import type { HealthStore, SharedStore } from "../engine/health/health-store.ts";

const STORE = having("an object with publish, subscribe and acquireProbe", "publish", "subscribe", "acquireProbe");

/**
 * Makes a store of your own one that `createChain` takes. Each chain then reports by the fleet's rules, waits for the
 * store only at a due probe and at most `limitMs`, and leaves a store alone that fails three times in a row. Throws
 * `config` when the store lacks a method.
 */
export function shareHealth(store: HealthStore): SharedStore {
  if (!STORE.test(store)) throw misuse("config", `Health cannot be shared: the store must ${STORE.must}.`);
  return { join: (member: FleetMember): FleetLink => new Fleet(store, member) };
}
