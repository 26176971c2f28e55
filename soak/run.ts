import { soakInProcess } from "./in-process/part.ts";
import { soakSockets } from "./sockets/part.ts";
const figures =
  process.argv[2] === "s"
    ? await soakSockets(Number(process.argv[3] ?? 2000), 200, 1)
    : await soakInProcess(Number(process.argv[2] ?? 10000), 1);
console.log(String(figures));
console.log(figures.broken);
process.exitCode = figures.broken.length > 0 ? 1 : 0;
