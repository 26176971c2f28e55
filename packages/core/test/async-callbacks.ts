/** A program whose every callback is async and fails. It has to end well and print nothing but its result. */
import { finish } from "./harness.ts";
import { answer, begin, fail, scripted, stop, wait } from "./scripted-target.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { createChain } from "../src/index.ts";
import { shareHealth } from "../src/store/index.ts";

const rejecting = async (): Promise<never> => {
  throw new Error("asynchronous");
};
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what TypeScript would refuse, JavaScript does
const anything = (value: unknown): never => value as never;
const store = shareHealth(anything({ publish: rejecting, subscribe: rejecting, acquireProbe: rejecting }));

const clock = new VirtualClock();
const reported = new Set<string>();
const targets = [
  scripted(clock, [[fail("server.overloaded", { status: 529 })], begin(["One"], wait(100), stop)]),
  scripted(clock, [answer("Two")], { vendor: "beta" }),
];
const options = { clock, random: () => 0, policy: anything(rejecting), onEvent: rejecting };
const onInternalError = async (error: unknown): Promise<void> => {
  reported.add(String(error));
  throw error;
};
const chain = createChain(targets, { ...options, onInternalError, store });
const silent = createChain(targets, { ...options, store });
const odd = createChain(
  targets.map((target) => ({ target, timeoutMs: anything(rejecting), requestOverrides: anything(rejecting) })),
  { clock, onInternalError },
);

const texts = [];
for (let calls = 0; calls < 3; calls++) {
  for (const asked of [chain, silent]) {
    // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
    texts.push((await finish(clock, asked.generate("Hi"))).text);
  }
}
const refused = await finish(
  clock,
  odd.generate("Hi").catch((error: unknown) => String(error)),
);
// Unhandled rejections end the process in a turn of their own.
await new Promise((resolve) => setImmediate(resolve));
process.stdout.write(JSON.stringify({ texts, reported: [...reported].toSorted(), refused }));
