/** With `redis` as the store makes it, and with a client of the application's; the server's address is the second argument. */
import { redisStore } from "@understudy/redis";
import { createClient } from "redis";
import { sharesHealth } from "./shared-health.ts";

const url = String(process.argv[3]);
await sharesHealth(() => redisStore({ url, namespace: "own" }));
const client = createClient({ url });
await client.connect();
await sharesHealth(() => redisStore({ client, namespace: "given" }));
client.destroy();
