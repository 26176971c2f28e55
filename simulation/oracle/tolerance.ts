/**
 * What two readings of a clock may differ by and still mean the same moment. The engine reads the time a little before
 * or after the upstream side writes it down, each reading is later than the one before, and timers fire late.
 */

/** What the engine began to count may have begun this much earlier, or later, than it is known to have. */
export const EARLY_MS = 3;

/** A whole millisecond of rounding, a timer up to 3 ms late, up to two poll turns before a decision, and readings. */
export const LATE_MS = 16;

/** How long after its time a limit of the engine may fire when the process stood still for `sleptMs` before. */
export const graceFor = (sleptMs: number): number => (sleptMs > 0 ? sleptMs + LATE_MS : 0);
