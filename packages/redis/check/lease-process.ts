/** One process of the lease checker: takes leases at random, holds some too long, and writes down when it had them. */
import { createClient } from "redis";
import { sendThrough } from "../src/clients.ts";
import { redisStore } from "../src/index.ts";
import { SCRIPT } from "../src/script.ts";
import { BUGS } from "../test/bugs.ts";
import { monotonicMs, pause } from "./settings.ts";

const [port = "", bug = ""] = process.argv.slice(2);
const LEASE_MS = 300;
const ROUTES = ["a", "b", "c"];

const client = createClient({
  url: `redis://127.0.0.1:${port}`,
  disableOfflineQueue: true,
  socket: { connectTimeout: 500, socketTimeout: 1_500, reconnectStrategy: 50 },
});
client.on("error", () => undefined);
client.connect().catch(() => undefined);
const send = sendThrough(client);
if (send === undefined) throw new Error("It is a client.");
const planted = BUGS[bug];
const script = planted === undefined ? SCRIPT : SCRIPT.replace(planted.search, planted.replace);
const store = redisStore({
  command: (key, args) =>
    send(
      key,
      args.map((arg) => (arg === SCRIPT ? script : arg)),
    ),
});
store.subscribe(() => undefined);

let leases = 0;
const write = (entry: object): void => void process.stdout.write(`${JSON.stringify(entry)}\n`);
const chance = (share: number): boolean => Math.random() < share;

async function step(): Promise<void> {
  const key = ROUTES[Math.floor(Math.random() * ROUTES.length)] ?? "a";
  if (chance(0.2)) await store.publish({ type: "bad", key, weight: 1, isOpen: false, openMs: 10 });
  if (chance(0.05)) await store.publish({ type: "ok", key });
  const sent = monotonicMs();
  const answer = await store.acquireProbe(key, LEASE_MS);
  const got = monotonicMs();
  if (!answer.granted) return;
  const { lease } = answer;
  if (lease === undefined) {
    await store.publish({ type: "bad", key, weight: 5, isOpen: false, openMs: 1 });
    return;
  }
  const id = `${process.pid}-${++leases}`;
  write({ type: "grant", id, key, sent, got, until: sent + LEASE_MS });
  await pause(chance(0.15) ? LEASE_MS + 200 * Math.random() : 120 * Math.random());
  write({ type: "end", id, at: monotonicMs() });
  if (chance(0.6)) await lease.report(chance(0.1), 20 * Math.random());
  else if (chance(0.8)) await lease.release();
}

await store.ready(5_000);
write({ type: "up" });

// What is not released and what fails is a case of its own.
for (;;) {
  await step().catch(() => undefined);
  await pause(15 * Math.random());
}
