/** Runs the programs of one page, one after the other, and says of each that it begins: what breaks is the last one named. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

for (const module of process.argv.slice(2)) {
  // What was printed before may end in the middle of a line.
  console.log(`\n${module}`);
  // oxlint-disable-next-line no-await-in-loop -- each on its own
  await import(pathToFileURL(resolve(module)).href);
}
