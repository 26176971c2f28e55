/** An application on a runtime of before 2024: run by a test that looks at what it prints. */
import { createChain, isUnderstudyError } from "../src/index.ts";
import { systemClock } from "../src/engine/system-clock.ts";
import { answer, scripted } from "./scripted-target.ts";

Reflect.deleteProperty(Promise, "withResolvers");
try {
  createChain([scripted(systemClock, [answer("Hello")])]);
} catch (error) {
  process.stdout.write(`${isUnderstudyError(error)} ${String(error)}\n`);
}
