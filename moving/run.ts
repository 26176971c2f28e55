/**
 * `pnpm moving`: twelve ways in which a vendor fails, against each way to ask two vendors. Simulated vendors on this machine,
 * half a minute. With `--write` the table and the code that was run go into docs/moving-over.md. Fails when a chain does
 * not get through one of them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { OURS, THEIRS } from "./arrangements.ts";
import { BACKUP, ROWS } from "./faults.ts";
import { PAGE, withSources, withTable } from "./page.ts";
import { quiet } from "./quiet.ts";
import { columnsOf, markdownTable } from "./table.ts";
import { cellOf } from "./words.ts";

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });

quiet();
const columns = await columnsOf([...THEIRS, ...OURS]);
const table = markdownTable([
  ["A fails with", ...columns.map(({ name }) => name)],
  ...ROWS.map(({ name }, row) => [
    name,
    ...columns.flatMap(({ outcomes }) => outcomes.slice(row, row + 1).map(cellOf)),
  ]),
]);
process.stdout.write(`${table}\n\n`);
if (values.write) writeFileSync(PAGE, withSources(withTable(readFileSync(PAGE, "utf8"), table)));

const missed = columns
  .slice(THEIRS.length)
  .flatMap(({ name, outcomes }) =>
    ROWS.filter((_, row) => outcomes[row]?.screens.at(-1) !== BACKUP || outcomes[row]?.end !== "whole").map(
      (row) => `${name} does not get through: ${row.name}\n`,
    ),
  );
process.stdout.write(missed.length === 0 ? `Both chains got through all ${ROWS.length}.\n` : missed.join(""));
// Clients that were left hanging keep trying.
process.exit(missed.length === 0 ? 0 : 1);
