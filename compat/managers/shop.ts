import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../../scripts/packed/environment.ts";
import { pack } from "../../scripts/packed/project.ts";
import { startRegistry, type Registry } from "../../scripts/release/registry.ts";

const run = promisify(execFile);

/** A registry on this machine that has our packages, as they are now. */
export interface Shop extends Registry {
  /** By their full names. */
  readonly packages: readonly string[];
}

export async function startShop(): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-tarballs-"));
  const registry = await startRegistry();
  try {
    const tarballs = await pack(folder);
    writeFileSync(join(folder, ".npmrc"), registry.settings);
    const env = { ...ENVIRONMENT, PNPM_CONFIG_PROVENANCE: "false" };
    for (const tarball of Object.values(tarballs)) {
      const file = tarball.replace("file:", "");
      // oxlint-disable-next-line no-await-in-loop -- a registry of this kind takes one after the other
      await run("pnpm", ["publish", file, "--no-git-checks", "--access", "public"], { cwd: folder, env });
    }
    return { ...registry, packages: Object.keys(tarballs) };
  } catch (error) {
    await registry.close();
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
