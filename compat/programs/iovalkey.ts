import { once } from "node:events";
import { redisStore } from "@understudy/redis";
import { Redis } from "iovalkey";
import { sharesHealth } from "./shared-health.ts";

const client = new Redis(String(process.argv[3]));
await once(client, "ready");
await sharesHealth(() => redisStore({ client }));
client.disconnect();
