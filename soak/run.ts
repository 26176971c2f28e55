/**
 * `pnpm soak [in-process|sockets|redis|stopped ...]`: a great many calls, and what they leave behind. Without a name all four
 * parts. Prints the figures of each part beside their limits, and fails when one is broken.
 */
import { parseArgs } from "node:util";
import type { Figures } from "./figures.ts";

const USAGE = `pnpm soak [in-process] [sockets] [redis] [stopped]

--calls N         calls in process (1,000,000)
--socket-calls N  calls over sockets (100,000), --at-once N of them (200)
--redis-seconds N calls while a Redis server dies (60)
--stopped-ms N    how long a process stands still (60,000)
--seed S          of what happens by chance (1)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: "string", default: "1000000" },
    "socket-calls": { type: "string", default: "100000" },
    "at-once": { type: "string", default: "200" },
    "redis-seconds": { type: "string", default: "60" },
    "stopped-ms": { type: "string", default: "60000" },
    seed: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});

function count(name: Exclude<keyof typeof values, "help">): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`--${name} must be a whole number above 0.\n\n${USAGE}`);
  return process.exit(2);
}

/** Each is loaded only where it is run: what one leaves in memory is none of the next one's. */
const PARTS: Readonly<Record<string, () => Promise<Figures | undefined>>> = {
  "in-process": async () => (await import("./in-process/part.ts")).soakInProcess(count("calls"), count("seed")),
  sockets: async () =>
    (await import("./sockets/part.ts")).soakSockets(count("socket-calls"), count("at-once"), count("seed")),
  redis: async () => (await import("./redis/part.ts")).soakRedis(count("redis-seconds")),
  stopped: async () => (await import("./stopped/part.ts")).soakStopped(count("stopped-ms")),
};

const names = positionals.length === 0 ? Object.keys(PARTS) : positionals;
if (values.help || names.some((name) => PARTS[name] === undefined)) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
for (const name of names) {
  // oxlint-disable-next-line no-await-in-loop -- one part after the other
  const figures = await PARTS[name]?.();
  if (figures === undefined) {
    console.log(`${name}\n  SKIPPED: neither redis-server nor valkey-server is here.`);
    continue;
  }
  console.log(`${name}\n${String(figures)}`);
  for (const broken of figures.broken) console.log(`  NOT AS EXPECTED: ${broken}`);
  if (figures.broken.length > 0) process.exitCode = 1;
}
