/**
 * Plays cells on the runtime that it is started with, and prints what became of each as a line of JSON. Its parameter is a
 * `Task` as JSON.
 */
import { cellsOf, playAll, type Choice } from "./play-all.ts";
import { remoteStage } from "./remote-stage.ts";
import { differencesOf, type Difference } from "./verdict.ts";

export interface Task extends Choice {
  readonly stage: string;
  readonly atATime: number;
}

/** One line of what is printed. */
export type Line =
  | {
      readonly fault: string;
      readonly column: string;
      readonly transport: string;
      readonly form: string;
      readonly differences: readonly Difference[];
    }
  | { readonly unhandled: string };

const runtime = "Bun" in globalThis ? "bun" : "Deno" in globalThis ? "deno" : "node";
let unhandled = 0;
process.on("unhandledRejection", (error) => {
  unhandled += 1;
  print({ unhandled: String(error) });
});

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own parent
const task = JSON.parse(process.argv[2] ?? "") as Task;
await playAll(cellsOf(task), remoteStage(task.stage), task.atATime, (cell, finding) => {
  const { name, transport } = cell.column;
  print({
    fault: cell.fault,
    column: name,
    transport,
    form: cell.form,
    differences: differencesOf(cell, finding, runtime),
  });
});
// Idle connections and timers of the runtime are nobody's.
process.exit(unhandled > 0 ? 1 : 0);

function print(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
