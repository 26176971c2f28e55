import { localStage } from "./server.ts";
import { cellsOf, playAll } from "./play-all.ts";
import { faultsOf } from "./verdict.ts";
const [wires, faults, transports] = process.argv.slice(2);
const split = (v?: string) => v === undefined || v === "" || v === "all" ? undefined : v.split(",");
const cells = cellsOf({ wires: split(wires), faults: split(faults), transports: split(transports) });
let unhandled = 0;
process.on("unhandledRejection", (e) => { unhandled++; console.log("UNHANDLED", e); });
const t = performance.now();
let bad = 0;
await playAll(cells, localStage, 16, (cell, finding) => {
  const f = faultsOf(cell, finding);
  if (f.length > 0) { bad++; console.log(`${cell.fault} ${cell.column.name}/${cell.column.transport} ${cell.form}: ${f.map((x) => x.text).join("; ")}`); }
});
console.log(cells.length, "cells", bad, "bad", Math.round(performance.now() - t), "ms", unhandled, "unhandled", process.cpuUsage());
