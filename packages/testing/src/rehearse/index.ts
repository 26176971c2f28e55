export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
export type { VirtualTimer } from "./timer-heap.ts";
export { seededRandom } from "./seeded-random.ts";
export { rehearse, type RehearseOptions } from "./rehearse.ts";
export type { ChainDefinition } from "./definition.ts";
export { FAULT_NAMES, isFaultName, type FaultName } from "./faults.ts";
export type { Healthy } from "./play.ts";
export type * from "./drill-result.ts";
