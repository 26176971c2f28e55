import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instrumented } from "./instrument.ts";
import { ROOT } from "./scope.ts";

/** The core, its tests and the simulation, with all mutants behind switches. */
export interface Copy {
  readonly path: string;
  readonly remove: () => void;
}

export function makeCopy({ sources }: Instrumented): Copy {
  const path = mkdtempSync(join(tmpdir(), "understudy-mutation-"));
  for (const folder of ["packages/core", "simulation", "mutation"]) {
    cpSync(join(ROOT, folder), join(path, folder), {
      recursive: true,
      filter: (one) => !/\/(?:node_modules|dist)$/.test(one),
    });
  }
  cpSync(join(ROOT, "tsconfig.base.json"), join(path, "tsconfig.base.json"));
  for (const [file, source] of sources) writeFileSync(join(path, file), source);
  for (const folder of ["", "packages/core", "mutation"]) {
    symlinkSync(join(ROOT, folder, "node_modules"), join(path, folder, "node_modules"));
  }
  const modules = join(path, "simulation/node_modules/@understudy");
  mkdirSync(modules, { recursive: true });
  symlinkSync(join(path, "packages/core"), join(modules, "core"));
  // Of it only numbers are used: it may know the core as it is.
  symlinkSync(join(ROOT, "packages/testing"), join(modules, "testing"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
