/** A program that tells whether it reached the server of the given URL. */
import { redisStore } from "../src/index.ts";

const store = redisStore({ url: process.argv[2] ?? "" });
process.send?.(await store.ready(10_000));
store.close();
