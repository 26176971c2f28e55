export { redisStore, type RedisStore, type RedisStoreStats } from "./redis-store.ts";
export type { RedisStoreOptions } from "./options.ts";
export type { RedisClient, SendCommand } from "./clients.ts";
