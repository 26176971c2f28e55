import { join } from "node:path";
import { filesInScope, ROOT } from "./scope.ts";

// What runs while a module is loaded must not seem to be reached by the test that happens to load it first.
// oxlint-disable-next-line no-await-in-loop -- in an order that is always the same
for (const file of filesInScope()) await import(/* @vite-ignore */ join(ROOT, file));
