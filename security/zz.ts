import { fuzz } from "./fuzz/play.ts";
const t = process.cpuUsage(); const w=Date.now();
const r = await fuzz({ runs: Number(process.argv[2]), seed: Number(process.argv[3] ?? 1) });
console.log(r.functions, r.cases, r.outcomes); for (const f of r.faults) console.log("- " + f); console.log(process.cpuUsage(t), Date.now()-w); process.exit();
