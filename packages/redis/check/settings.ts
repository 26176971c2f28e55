import { parseArgs } from "node:util";

/** Numbers and words of the command line, with what counts where one is left out. */
export function readSettings<Defaults extends Readonly<Record<string, string>>>(defaults: Defaults): Defaults {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, { type: "string" as const, default: value }]),
  );
  const { values } = parseArgs({ options });
  return { ...defaults, ...values };
}

/** Milliseconds on the machine's own monotonic clock: the same in all processes. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
