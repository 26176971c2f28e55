import { makeSharedPlan } from "./plan.ts";
import { playShared } from "./play.ts";
import { findSharedViolations } from "./oracle.ts";
let twice = 0,
  bad = 0,
  asks = 0;
const t0 = performance.now();
const n = Number(process.argv[2] ?? 20),
  from = Number(process.argv[3] ?? 1);
for (let seed = from; seed < from + n; seed++) {
  const facts = await playShared(makeSharedPlan(seed));
  const found = findSharedViolations(facts);
  twice += found.twice;
  asks += facts.asks.length;
  if (found.violations.length > 0) {
    bad++;
    console.log(
      seed,
      found.violations.slice(0, 3).map((v) => v.text),
    );
  }
}
console.log({ n, bad, twice, asks, ms: performance.now() - t0 });
