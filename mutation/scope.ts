import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/** The folders that are mutated, each with those below it that have a line of their own in the table. */
export const FOLDERS: readonly string[] = [
  "packages/core/src/engine",
  "packages/core/src/engine/ahead",
  "packages/core/src/engine/attempt",
  "packages/core/src/engine/call",
  "packages/core/src/engine/health",
  "packages/core/src/engine/next",
  "packages/core/src/engine/stream",
  "packages/core/src/handoff",
  "packages/core/src/adapter/reading",
];

/** Below the root, without tests, in an order that is the same everywhere. */
export function filesInScope(root: string = ROOT): readonly string[] {
  return FOLDERS.flatMap((folder) => globSync("*.ts", { cwd: join(root, folder) }).map((file) => `${folder}/${file}`))
    .filter((file) => !file.endsWith(".test.ts"))
    .toSorted();
}

export const folderOf = (file: string): string => file.slice(0, file.lastIndexOf("/"));

/** Two words with a blank between them: what only people read. Codes, names and keys have none. */
export const isProse = (text: string): boolean => /\p{L}[,;:.'"`)]* ['"`(]*\p{L}/u.test(text);
