export { redisAnswers, type RedisAnswers, type RedisAnswersOptions } from "./redis-answers.ts";
export { redisStore, type RedisStore, type RedisStoreStats } from "./redis-store.ts";
export type { RedisConnectionOptions } from "./connection-options.ts";
export type { RedisStoreOptions } from "./options.ts";
export type { RedisClient, SendCommand } from "./clients.ts";
