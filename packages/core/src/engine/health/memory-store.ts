import type { Clock } from "../../model/clock.ts";
import { systemClock } from "../system-clock.ts";
import type { HealthNews, HealthStore } from "./health-store.ts";

/** Shares health between the chains of one process that are given the same store. */
export function memoryStore(clock: Clock = systemClock): HealthStore {
  const listeners = new Set<(news: HealthNews) => void>();
  const leases = new Map<string, number>();
  return {
    publish: (news) => {
      for (const listener of listeners) listener(news);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    acquireProbe: (key, leaseMs) => {
      const now = clock.now();
      if ((leases.get(key) ?? -Infinity) > now) return false;
      leases.set(key, now + leaseMs);
      return true;
    },
    releaseProbe: (key) => {
      leases.delete(key);
    },
  };
}
