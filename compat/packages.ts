import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENGINES, startServer, type Server } from "../packages/redis/test/server.ts";
import { compile } from "../scripts/packed/compile.ts";
import { installInto, pack, type Project, type Wanted } from "../scripts/packed/project.ts";
import { fits, lowestOf } from "./ranges.ts";
import { dependencyOf, versionsOf } from "./registry-versions.ts";
import { outcomeOf, type Group, type Outcome, type Row } from "./row.ts";
import { subjects, type Subject } from "./subjects.ts";

/**
 * Each package of others in the lowest version that we take and in the newest that there is; where that is one that we do
 * not take, the newest that we take as well. A program of an application asks through it, on the packed packages.
 */
export function packagesGroup(): Group {
  const all = subjects();
  let packed: Promise<{ readonly folder: string; readonly tarballs: Wanted }> | undefined;
  let server: Promise<Server> | undefined;
  const shared: Shared = {
    tarballs: async () => {
      packed ??= packOnce();
      return (await packed).tarballs;
    },
    redis: async () => {
      server ??= startServer(ENGINES[0] ?? "");
      return (await server).url;
    },
  };
  return {
    name: "packages",
    title: "Packages of others",
    names: all.map(({ name }) => name),
    rows: async (names) => {
      const rows: Row[] = [];
      for (const subject of all.filter(({ name }) => names.includes(name))) {
        // oxlint-disable-next-line no-await-in-loop -- one question after the other
        const versions = await versionsOf(subject.name).catch(outcomeOf);
        if ("type" in versions) rows.push({ ...at(subject, "?", "lowest"), try: async () => versions });
        else
          for (const row of placed(subject, versions)) rows.push({ ...row, try: () => tryOne(subject, row, shared) });
      }
      return rows;
    },
    close: async () => {
      if (packed !== undefined) rmSync((await packed).folder, { recursive: true, force: true });
      await (await server)?.kill();
    },
  };
}

/** What is made once, with the first row that needs it. */
interface Shared {
  readonly tarballs: () => Promise<Wanted>;
  readonly redis: () => Promise<string>;
}

type Place = Omit<Row, "try">;

async function packOnce(): Promise<{ readonly folder: string; readonly tarballs: Wanted }> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-tarballs-"));
  return { folder, tarballs: await pack(folder) };
}

function placed(subject: Subject, versions: readonly string[]): readonly Place[] {
  const { range } = subject;
  const taken = versions.filter((version) => fits(version, range));
  const newest = versions.at(-1) ?? "";
  const lowest = lowestOf(range);
  return [
    at(subject, lowest, "lowest"),
    ...(taken.at(-1) === lowest ? [] : [at(subject, taken.at(-1) ?? "?", "newest")]),
    ...(fits(newest, range) ? [] : [at(subject, newest, "beyond")]),
  ];
}

function at({ name }: Subject, version: string, place: Row["place"]): Place {
  return { name, version, place };
}

async function tryOne(subject: Subject, { version, place }: Place, shared: Shared): Promise<Outcome> {
  if (subject.isOverRedis === true && ENGINES.length === 0) return { type: "unknown", why: "no redis-server" };
  const { name, ours, beside, program, shared: both } = subject;
  const tarballs = await shared.tarballs();
  const own = ["core", "testing", ...ours].map((key) => [`@understudy/${key}`, tarballs[`@understudy/${key}`] ?? ""]);
  const folder = mkdtempSync(join(tmpdir(), "understudy-compat-"));
  try {
    cpSync(join(import.meta.dirname, "programs"), join(folder, "programs"), { recursive: true });
    const same = both === undefined ? {} : { [both]: await dependencyOf(name, version, both) };
    const wanted = { ...Object.fromEntries(own), ...beside, ...same, [name]: version };
    // What is not taken has to be forced upon those who say so.
    const project = await installInto(folder, wanted, place === "beyond" ? { [name]: version } : {});
    const used = [...new Set(ours.map((key) => usedBy(folder, key, name)))].filter((found) => found !== undefined);
    if (used.some((found) => found !== version)) return { type: "fails", how: `${used.join(", ")} is used instead` };
    const note = await checkTypes(folder, program);
    await runProgram(project, program, [version, subject.isOverRedis === true ? await shared.redis() : ""]);
    return note === undefined ? { type: "ok" } : { type: "ok", note };
  } catch (error) {
    return outcomeOf(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The version that a package of ours finds; undefined where it finds none, as it may not look for it at all. */
function usedBy(folder: string, own: string, name: string): string | undefined {
  const places = [join("node_modules/@understudy", own, "node_modules"), "node_modules"];
  const found = places.map((place) => join(folder, place, name, "package.json")).find((path) => existsSync(path));
  if (found === undefined) return undefined;
  const { version }: { readonly version: string } = JSON.parse(readFileSync(found, "utf8"));
  return version;
}

/** Throws what the compiler says of the program and of our types; a note where types of others are wrong by themselves. */
async function checkTypes(folder: string, program: string): Promise<string | undefined> {
  const compilerOptions = {
    lib: ["es2024", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
    module: "nodenext",
    types: ["node"],
    allowImportingTsExtensions: true,
    noEmit: true,
  };
  const files = [`programs/${program}.ts`];
  const said = await compile(folder, "compat", { compilerOptions, files });
  if (said === "") return undefined;
  const places = [...said.matchAll(/^(\S.*?)\(\d+,\d+\): error TS/gm)].map(([, file = ""]) => file);
  const theirs = new Set(places.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? "@understudy"));
  if ([...theirs].some((name) => name.startsWith("@understudy"))) throw new TypeError(said);
  const settings = { compilerOptions: { ...compilerOptions, skipLibCheck: true }, files };
  const without = await compile(folder, "compat", settings);
  if (without !== "") throw new TypeError(without);
  return "with `skipLibCheck`";
}

async function runProgram(project: Project, program: string, parameters: readonly string[]): Promise<void> {
  await project.node(`programs/${program}.ts`, ...parameters);
}
