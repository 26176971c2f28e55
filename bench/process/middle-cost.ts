import { spread } from "../report/statistics.ts";

export function cpuMicroseconds(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

/** CPU microseconds of the middle one of equal pieces of work: a burst of noise, shorter than a round, meets few of them. */
export async function middleCost(pieces: number, work: () => Promise<void>): Promise<number> {
  const costs: number[] = [];
  while (costs.length < pieces) {
    const before = process.cpuUsage();
    await work();
    costs.push(cpuMicroseconds(before));
  }
  return spread(costs).median;
}
