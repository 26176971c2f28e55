/**
 * `pnpm sockets`: every fault of a connection at every adapter, over every transport and in every form, on raw sockets.
 * Prints a grid for each runtime, and fails when a cell is not as specified.
 *
 * --runtimes 22,24,26,bun,deno (24)  --wires anthropic,…  --transports fetch,sdk,node  --faults cut,status.429,…
 * --at-a-time N (24)  --write (the numbers into the README)
 */
import { parseArgs } from "node:util";
import { drawGrid, listOf, writePage, type Played } from "./grid.ts";
import { lendStage } from "./remote-stage.ts";
import { playOn } from "./runtimes.ts";

const { values } = parseArgs({
  options: {
    runtimes: { type: "string", default: "24" },
    wires: { type: "string" },
    transports: { type: "string" },
    faults: { type: "string" },
    "at-a-time": { type: "string", default: "24" },
    write: { type: "boolean", default: false },
  },
});
const names = (text: string | undefined): readonly string[] | undefined => text?.split(",");
const stage = await lendStage();
const byRuntime = new Map<string, readonly Played[]>();
let failures = 0;
for (const runtime of names(values.runtimes) ?? []) {
  const startedAt = performance.now();
  // oxlint-disable-next-line no-await-in-loop -- beside another one, limits of time would strike
  const lines = await playOn(runtime, {
    stage: stage.url,
    atATime: Number(values["at-a-time"]),
    wires: names(values.wires),
    transports: names(values.transports),
    faults: names(values.faults),
  });
  const played = lines.filter((line): line is Played => "fault" in line);
  const unhandled = lines.flatMap((line) => ("unhandled" in line ? [`unhandled: ${line.unhandled}`] : []));
  const wrong = [...listOf(played), ...unhandled];
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  byRuntime.set(runtime, played);
  failures += wrong.length + (played.length === 0 ? 1 : 0);
  say(`${drawGrid(played)}\n`);
  for (const line of wrong) say(line);
  say(`${runtime}: ${played.length} cells in ${seconds} s, ${wrong.length} not as specified\n`);
}
stage.close();
if (failures > 0) process.exitCode = 1;
else if (values.write) writePage(byRuntime);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
