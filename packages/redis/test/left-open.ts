/** Makes a store, hears from it and says something, and never closes it. */
import { redisStore } from "../src/index.ts";

const store = redisStore({ url: process.argv[2] ?? "" });
store.subscribe(() => undefined);
await store.ready(500);
Promise.resolve(store.publish({ type: "bad", key: "a", weight: 1, isOpen: false, openMs: 1 })).catch(() => undefined);
