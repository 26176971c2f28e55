/** Writes `packages/<name>/api.txt`, the listing of everything that can be imported: `pnpm api`, or `pnpm api core`. */
import { writeFileSync } from "node:fs";
import { apiListings } from "./api/listings.ts";

const names = process.argv.slice(2);
for (const { path, text } of await apiListings(names.length === 0 ? undefined : names)) writeFileSync(path, text);
