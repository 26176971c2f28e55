import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ENVIRONMENT } from "./environment.ts";

const TSC = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
const run = promisify(execFile);

/**
 * Type-checks files of a folder as an application would that is strict and looks into the types of what it has installed.
 * What the compiler says, nothing when all is well; it is the one of this repository unless another one is given.
 */
export async function compile(
  folder: string,
  name: string,
  { compilerOptions, files }: { readonly compilerOptions: object; readonly files: readonly string[] },
  compiler: string = TSC,
): Promise<string> {
  const config = join(folder, `tsconfig.${name}.json`);
  const usual = { target: "es2023", strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...usual, ...compilerOptions }, files }));
  const options = { cwd: folder, env: ENVIRONMENT, maxBuffer: 64 * 1_024 * 1_024 };
  try {
    await run(process.execPath, [compiler, "-p", config, "--pretty", "false"], options);
    return "";
  } catch (error) {
    return error instanceof Error && "stdout" in error && error.stdout !== "" ? String(error.stdout) : String(error);
  }
}
