export { memoryStore } from "../engine/health/memory-store.ts";
export type { HealthNews, HealthStore } from "../engine/health/health-store.ts";
