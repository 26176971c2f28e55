/**
 * `pnpm seams`: how often a second model's answer is joined to what was shown of a first one, over answers that are cut in many
 * places and gone on with in many manners. `--cuts N` for each text, default 24. Fails when a claimed seam lost or doubled a
 * character.
 */
// oxlint-disable no-console -- it prints what it finds
import { accidentsIn, outcomes, tryAll } from "./measure.ts";
import { TEXTS } from "./texts.ts";

const given = process.argv.indexOf("--cuts");
const cuts = given === -1 ? 24 : Number(process.argv[given + 1]);
if (!Number.isInteger(cuts) || cuts < 1) throw new Error("--cuts takes a whole number of at least 1");

const tried = tryAll(cuts);
const places = new Set(tried.map(({ name, cut }) => `${name} ${cut}`)).size;
console.log(`${tried.length} answers at ${places} cuts in ${Object.keys(TEXTS).length} texts`);
console.table(outcomes(tried, ({ by, manner }) => `${by}: ${manner}`));
console.log("Where the last words are repeated, by text:");
const repeated = tried.filter(({ manner }) => manner.startsWith("repeats"));
console.table(outcomes(repeated, ({ name }) => name));
console.log("Overlaps of places that have nothing to do with each other:");
console.table(Object.fromEntries(Object.entries(TEXTS).map(([name, text]) => [name, accidentsIn(text)])));

const wrong = Object.values(outcomes(tried, () => "all")).reduce((sum, one) => sum + one.wrong, 0);
if (wrong > 0) {
  console.error(`${wrong} seams are wrong.`);
  process.exitCode = 1;
}
