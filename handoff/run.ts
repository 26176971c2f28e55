/**
 * `pnpm handoff`: every kind of conversation, from every vendor to every other one and back, on simulated vendors; then walks
 * by chance between all of them. Prints a grid of what is lost, and fails when anything is not as it should be.
 *
 * --walks N (300)  --seed S (1)  --write (the grid into the documentation)
 * --specs FOLDER (of the vendors' descriptions, to hold every body against them; default: `UNDERSTUDY_SPECS`, then that of the
 * recordings' suite)
 */
import { parseArgs } from "node:util";
import { seededRandom } from "@understudy/testing/rehearse";
import { open } from "./place.ts";
import { NO_DESCRIPTIONS, readDescriptions, SPECS } from "./descriptions.ts";
import { drawGrid, writePage } from "./grid.ts";
import { faultsOf, playMatrix, type Cell } from "./matrix.ts";
import { ROWS } from "./vendors.ts";
import { walk } from "./walk.ts";

const { values } = parseArgs({
  options: {
    walks: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    specs: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const places = await Promise.all(ROWS.map(open));
const rows: (readonly Cell[])[] = [];
await playMatrix(places, (cells) => rows.push(cells));
const faults = rows.flat().flatMap(faultsOf);

for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.walks); seed++) {
  // oxlint-disable-next-line no-await-in-loop -- a vendor holds one conversation at a time
  faults.push(...(await walk(places, 6, seededRandom(seed))).map((fault) => `walk ${seed}: ${fault}`));
}
const requests = places.reduce((sum, { vendor }) => sum + vendor.requests.length, 0);
const refused = places.flatMap(({ vendor }) => vendor.requests).filter(({ refusal }) => refusal !== undefined).length;
const described = readDescriptions(values.specs ?? SPECS);
let held = 0;
for (const { row, vendor } of places) {
  const describe = described.get(row.name);
  if (describe === undefined) continue;
  for (const { body } of vendor.requests) {
    held++;
    faults.push(...describe(body).map((problem) => `${row.name} does not describe: ${problem}`));
  }
}
await Promise.all(places.map(({ vendor }) => vendor.close()));

const grid = drawGrid(rows);
process.stdout.write(`${grid}\n\n`);
if (described.size === 0) process.stdout.write(NO_DESCRIPTIONS);
process.stdout.write(
  `${rows.flat().length} conversations, ${values.walks} walks, ${requests} requests, ${refused} refused, ${held} held against a description, ${faults.length} faults\n`,
);
for (const fault of new Set(faults)) process.stdout.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
else if (values.write) writePage(grid);
