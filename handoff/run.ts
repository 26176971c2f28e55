/**
 * `pnpm handoff`: every kind of conversation, from every vendor to every other one and back, on simulated vendors; then walks
 * by chance between all of them. Prints a grid of what is lost, and fails when anything is not as it should be.
 *
 * --walks N (300)  --seed S (1)  --specs FOLDER (of the vendors' descriptions, to hold every body against them)
 */
import { parseArgs } from "node:util";
import { seededRandom } from "@understudy/testing/rehearse";
import { open } from "./conversation.ts";
import { readDescriptions } from "./descriptions.ts";
import { drawGrid, LEGEND } from "./grid.ts";
import { playMatrix, type Cell } from "./matrix.ts";
import { ROWS } from "./vendors.ts";
import { walk } from "./walk.ts";

const { values } = parseArgs({
  options: {
    walks: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    specs: { type: "string" },
  },
});
const places = await Promise.all(ROWS.map(open));
const rows: (readonly Cell[])[] = [];
await playMatrix(places, (cells) => rows.push(cells));
const faults = rows
  .flat()
  .flatMap((cell) =>
    cell.faults.map((fault) => `${cell.first.row.name} → ${cell.second.row.name}, ${cell.kind.name}: ${fault}`),
  );

for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.walks); seed++) {
  // oxlint-disable-next-line no-await-in-loop -- a vendor holds one conversation at a time
  faults.push(...(await walk(places, 6, seededRandom(seed))).map((fault) => `walk ${seed}: ${fault}`));
}
const requests = places.reduce((sum, { vendor }) => sum + vendor.requests.length, 0);
const refused = places.flatMap(({ vendor }) => vendor.requests).filter(({ refusal }) => refusal !== undefined).length;
const described = readDescriptions(values.specs);
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

process.stdout.write(`${drawGrid(rows)}\n\n${LEGEND.join("\n")}\n\n`);
process.stdout.write(
  `${rows.flat().length} conversations, ${values.walks} walks, ${requests} requests, ${refused} refused, ${held} held against a description, ${faults.length} faults\n`,
);
for (const fault of new Set(faults)) process.stdout.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
