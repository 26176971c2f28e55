import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A folder of reference material that lies outside the repository. */
export interface Folder {
  readonly path: string;
  readonly exists: boolean;
  /** Why a suite is skipped without it, and what to do. */
  readonly absence: string;
}

/** Finds the folder that an environment variable names; default: beside the repository. */
function findFolder(variable: string, fallback: string): Folder {
  const path = process.env[variable] ?? fileURLToPath(new URL(`../../../${fallback}`, import.meta.url));
  const absence = `SKIPPED: the folder ${path} does not exist. Set ${variable} to run this suite.`;
  return { path, exists: existsSync(path), absence };
}

export const recordingsFolder: Folder = findFolder("UNDERSTUDY_RECORDINGS", "shared/fixtures");
/** Newer and unusual traffic, in the same layout. */
export const newerRecordingsFolder: Folder = findFolder("UNDERSTUDY_NEWER_RECORDINGS", "shared/fixtures-new");
export const specsFolder: Folder = findFolder("UNDERSTUDY_SPECS", "shared/specs");
