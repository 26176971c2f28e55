import { makeSharedPlan } from "./plan.ts";
import { playShared } from "./play.ts";
import { findSharedViolations } from "./oracle.ts";
const plan = makeSharedPlan(Number(process.argv[2]));
console.log(plan);
const facts = await playShared(plan);
console.log(
  facts.asks
    .filter((a) => a.found !== "answered" || (a.at > plan.mendedAt && a.at < plan.mendedAt + 300_000))
    .slice(0, 60)
    .map((a) => `${a.at.toFixed(0)} ${a.by} ${a.found}`)
    .join("\n"),
);
console.log(findSharedViolations(facts));
