/** A process with open streams is stopped for longer than all of its limits, and goes on. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { TargetHealth } from "@understudy/core";
import { listed } from "../counts.ts";
import { Figures } from "../figures.ts";
import { startVendor } from "./vendor.ts";
import { LIMIT_MS, READABLE, SITUATIONS, type ProcessReport } from "./words.ts";

/** Two wires, by two transports each. */
const WAYS = 4;
/** After the last request, for what comes at once. Shorter than the limits. */
const BEFORE_MS = 200;
const WALL_JUMP_DAYS = -1;

export async function soakStopped(stoppedMs: number): Promise<Figures> {
  const figures = new Figures();
  const still = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  const vendor = await startVendor({ still: still.promise, goesOn: goesOn.promise });
  const child = fork(new URL("process.ts", import.meta.url), [vendor.url], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  await once(child, "message");
  while (vendor.arrived() < SITUATIONS.length * WAYS && child.exitCode === null) await sleep(5);
  await sleep(BEFORE_MS);
  const reported = once(child, "message");
  child.kill("SIGSTOP");
  await sleep(stoppedMs / 2);
  child.send(WALL_JUMP_DAYS);
  still.resolve();
  await sleep(stoppedMs / 2);
  child.kill("SIGCONT");
  goesOn.resolve();
  const [message] = await Promise.race([reported, ended.then(() => [undefined])]);
  await ended;
  await vendor.close();
  const report: ProcessReport | undefined = message;

  const streams = report?.streams ?? [];
  const readable = streams.filter(({ situation }) => READABLE.includes(situation));
  figures.atLeast("stopped for, ms", stoppedMs, LIMIT_MS + 1);
  figures.state("its limits, ms", LIMIT_MS);
  figures.exactly("streams", streams.length, SITUATIONS.length * WAYS);
  figures.exactly("that ended whole", streams.filter(({ isWhole }) => isWhole).length, streams.length);
  figures.state("with an answer there to be read", readable.length);
  const unfair = readable.flatMap(({ situation, way, failures: all }) =>
    all.map((one) => `${situation}, ${way}: ${one}`),
  );
  figures.exactly("attempts of these that failed", listed(unfair), "none");
  figures.state("attempts of the others that failed", streams.flatMap(({ failures }) => failures).length);
  figures.exactly("targets that were judged", listed(judged(report?.health ?? [])), "none");
  figures.exactly("changes of breakers", report?.breakerEvents ?? Number.NaN, 0);
  figures.exactly("timers", report?.timers ?? Number.NaN, 0);
  figures.exactly("complaints of the runtime", report?.complaints ?? "the process died", "none");
  return figures;
}

function judged(health: readonly TargetHealth[]): readonly string[] {
  return health
    .filter(({ breaker, counts, blockedForMs }) => breaker !== "closed" || counts.bad + counts.slow + blockedForMs > 0)
    .map(
      ({ vendor, tier, breaker, counts }) => `${vendor}, ${tier}: ${breaker}, ${counts.bad} bad, ${counts.slow} slow`,
    );
}
