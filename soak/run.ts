import { soakInProcess } from "./in-process/part.ts";
const figures = await soakInProcess(Number(process.argv[2] ?? 10000), 1);
console.log(String(figures));
console.log(figures.broken);
process.exitCode = figures.broken.length > 0 ? 1 : 0;
