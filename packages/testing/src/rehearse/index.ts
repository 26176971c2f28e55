export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
export type { VirtualTimer } from "./timer-heap.ts";
