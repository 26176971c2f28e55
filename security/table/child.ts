/** Plays the table in a process of its own, whose output is nobody's but the library's. Tells its cells by IPC. */
import { startOrigin } from "./origin.ts";
import { playTable } from "./play.ts";
import { startRedis } from "./redis.ts";

const unhandled: string[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(String(reason)));

const [origin, redis] = await Promise.all([startOrigin(), startRedis()]);
const cells = await playTable({ origin, redis, isShort: process.argv[2] === "short" });
origin.close();
await redis?.close();
process.send?.({ cells, unhandled, hasRedis: redis !== undefined }, () => process.exit());
