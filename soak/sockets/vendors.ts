import { wires } from "../../bench/wires/index.ts";
import type { Wire } from "../../bench/wires/wire.ts";

export interface SoakVendor {
  readonly name: "one" | "two" | "steady";
  readonly wire: Wire;
  /** Milliseconds of each period in which it is ill. */
  readonly illMs: number;
  readonly periodMs: number;
}

/** Two that flap, not in step, and one that is well but for single answers. */
export const VENDORS: readonly SoakVendor[] = [
  { name: "one", wire: wires.anthropic, illMs: 1_500, periodMs: 9_000 },
  { name: "two", wire: wires["openai-chat"], illMs: 1_500, periodMs: 7_000 },
  { name: "steady", wire: wires.anthropic, illMs: 0, periodMs: 1_000 },
];

/** How a prompt says how long its answer shall be. */
export const LENGTH: RegExp = /answer in (\d+) pieces/;
export const promptFor = (deltas: number): string => `Please answer in ${deltas} pieces.`;

/** What the server says of itself. */
export interface ServerReport {
  readonly sockets: number;
  /** Answers that are neither written nor given up. */
  readonly answers: number;
  readonly requests: number;
  /** Answers that the client did not wait for. */
  readonly left: number;
  readonly faults: Readonly<Record<string, number>>;
}
