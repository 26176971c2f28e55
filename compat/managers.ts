import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../scripts/packed/environment.ts";
import { install } from "../scripts/runtimes/workshop.ts";
import { startShop, type Shop } from "./managers/shop.ts";
import { writeApplication } from "./managers/application.ts";
import { versionsOf } from "./registry-versions.ts";
import { outcomeOf, type Group, type Outcome, type Row } from "./row.ts";

/** A program that installs packages. */
interface Manager {
  readonly name: string;
  /** What it is on npm. */
  readonly package: string;
  /** The name of its program. */
  readonly program: string;
  /** The oldest that is tried beside the newest. */
  readonly lowest?: string;
  /** What runs Node in the application; left out: plain `node`. */
  readonly node?: readonly string[];
  /** Its settings, in the environment. */
  readonly settings?: Readonly<Record<string, string>>;
}

const BERRY = { package: "@yarnpkg/cli-dist", program: "yarn" };
const MANAGERS: readonly Manager[] = [
  // The one that comes with the oldest Node that we run on.
  { name: "npm", package: "npm", program: "npm", lowest: "10.9.0" },
  // The newest ones do not install what came out less than a day ago.
  {
    name: "pnpm",
    package: "pnpm",
    program: "pnpm",
    lowest: "9.15.9",
    settings: { PNPM_CONFIG_MINIMUM_RELEASE_AGE: "0" },
  },
  { name: "yarn-classic", package: "yarn", program: "yarn", lowest: "1.22.22" },
  { name: "yarn", ...BERRY, settings: { YARN_NODE_LINKER: "node-modules" } },
  { name: "yarn-pnp", ...BERRY, settings: { YARN_NODE_LINKER: "pnp" }, node: ["node"] },
];

const run = promisify(execFile);
const LIMIT_MS = 300_000;

/**
 * Package managers: what all READMEs say to install, by name, in one application. Its program has to be answered, every
 * package has to find the same copy of core, and nothing may be said of peers that ours want.
 */
export function managersGroup(): Group {
  let shop: Promise<Shop> | undefined;
  return {
    name: "managers",
    title: "Package managers",
    names: MANAGERS.map(({ name }) => name),
    rows: async (names) => {
      const rows: Row[] = [];
      for (const manager of MANAGERS.filter(({ name }) => names.includes(name))) {
        const { name } = manager;
        // oxlint-disable-next-line no-await-in-loop -- one question after the other
        const newest = await newestOf(manager);
        if (typeof newest !== "string") rows.push({ name, version: "?", place: "newest", try: async () => newest });
        const versions = typeof newest === "string" ? [manager.lowest, newest] : [];
        for (const version of new Set(versions.filter((found) => found !== undefined))) {
          const place = version === manager.lowest ? "lowest" : "newest";
          rows.push({ name, version, place, try: () => tryOne(manager, version, (shop ??= startShop())) });
        }
      }
      return rows;
    },
    close: async () => (await shop?.catch(() => undefined))?.close(),
  };
}

/** Of yarn's classic line there is nothing after 1, whatever bears the name on npm. */
async function newestOf({ package: name, lowest }: Manager): Promise<string | Outcome> {
  try {
    const versions = await versionsOf(name);
    return versions.findLast((version) => name !== "yarn" || version.startsWith("1.")) ?? lowest ?? "?";
  } catch (error) {
    return outcomeOf(error);
  }
}

async function tryOne(manager: Manager, version: string, starting: Promise<Shop>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-managed-"));
  try {
    const [shop, tools] = await Promise.all([starting, install([`${manager.package}@${version}`])]);
    const program = join(tools, "node_modules/.bin", manager.program);
    const cwd = writeApplication(folder, shop);
    const env = { ...ENVIRONMENT, ...(await settingsOf(folder, shop)), ...manager.settings };
    const options = { cwd, env, timeout: LIMIT_MS, maxBuffer: 64 * 1_024 * 1_024 };
    const { stdout, stderr } = await run(program, ["install"], options);
    const said = `${stdout}\n${stderr}`.split("\n").filter(isOfOurPeers);
    if (said.length > 0) return { type: "fails", how: said.join("\n") };
    const before = manager.node ?? [];
    await run(before.length === 0 ? process.execPath : program, [...before, "application.mjs"], options);
    return { type: "ok" };
  } catch (error) {
    return outcomeOf(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A complaint of peers that ours want, or of which nothing is said but that there are some. */
function isOfOurPeers(line: string): boolean {
  return /ERESOLVE|Issues with peer/.test(line) || (line.includes("@understudy/") && /peer|YN00(?:02|60)/i.test(line));
}

/** Where packages come from, for those that do not read what npm is told; nothing is kept after the run. */
async function settingsOf(folder: string, { url }: Shop): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run("npm", ["config", "get", "registry"], { env: ENVIRONMENT });
  const usual = stdout.trim().replace(/\/$/, "");
  const own = `npmScopes: { understudy: { npmRegistryServer: "${url.replace(/\/$/, "")}" } }\n`;
  // It does not install what came out a short time ago.
  writeFileSync(join(folder, ".yarnrc.yml"), `${own}npmPreapprovedPackages: ["@understudy/*"]\n`);
  return {
    YARN_REGISTRY: usual,
    YARN_NPM_REGISTRY_SERVER: usual,
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    YARN_CACHE_FOLDER: join(folder, "cache"),
    YARN_ENABLE_GLOBAL_CACHE: "false",
    YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
    YARN_ENABLE_TELEMETRY: "false",
  };
}
