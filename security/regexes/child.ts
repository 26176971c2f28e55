/** Tries the expressions from a number on. Names each before it begins, then says what its slowest input took. */
import { findExpressions } from "./find.ts";
import { inputsFor } from "./inputs.ts";
import { MOST_MS, sizeAt } from "./bounds.ts";

const [, , first = "0", asked] = process.argv;
const form = asked === "short" ? "short" : "whole";

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** As the sources use them: one that finds all is let find all. */
function use(expression: RegExp, input: string): () => void {
  return expression.global ? () => void input.replaceAll(expression, "") : () => void expression.test(input);
}

const all = await findExpressions();
for (const [index, { place, pattern, flags }] of all.entries()) {
  if (index < Number(first)) continue;
  process.stdout.write(`${JSON.stringify({ index, place, pattern, flags, count: all.length })}\n`);
  const expression = new RegExp(pattern, flags);
  const size = sizeAt(place, pattern, form);
  let tried = 0;
  let worst = { ms: 0, input: "" };
  for (const input of inputsFor(pattern, size, form === "short")) {
    let ms = cpuMs(use(expression, input));
    // The first time an expression is compiled, and a busy machine collects garbage now and then.
    for (let again = 0; again < 2 && ms > MOST_MS[form] / 2; again++) ms = Math.min(ms, cpuMs(use(expression, input)));
    // It is alive.
    if (++tried % 10 === 0) process.stdout.write("\n");
    if (ms > worst.ms) worst = { ms, input: `${input.slice(0, 20)}…${input.slice(-4)}` };
  }
  process.stdout.write(`${JSON.stringify({ index, ms: Math.round(worst.ms * 10) / 10, input: worst.input })}\n`);
}
