export { systemClock } from "../engine/system-clock.ts";
export { memoryStore, type MemoryStore } from "./memory-store.ts";
export { shareHealth } from "./share-health.ts";
export type {
  CooldownReport,
  HealthNews,
  HealthReport,
  HealthStore,
  IsolationReport,
  ProbeAnswer,
  ProbeLease,
  ResetReport,
  SharedStore,
} from "../engine/health/health-store.ts";
