import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** What packages of ours want of others: a dependency or a peer, with the versions that they take. */
export interface Wish {
  readonly name: string;
  readonly range: string;
  /** Ours that want it, without their scope. */
  readonly packages: readonly string[];
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Everything that the published packages want of others, by name. Throws when two want different versions of one. */
export function wishes(): readonly Wish[] {
  const found = new Map<string, Wish>();
  for (const file of globSync("packages/*/package.json", { cwd: ROOT }).toSorted()) {
    const { dependencies, peerDependencies }: Manifest = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
    for (const [name, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
      if (name.startsWith("@understudy/")) continue;
      const { packages, range: other } = found.get(name) ?? { packages: [], range };
      if (other !== range) throw new Error(`${name} is wanted as ${range} and as ${other}.`);
      found.set(name, { name, range, packages: [...packages, basename(dirname(file))] });
    }
  }
  return [...found.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

type Version = readonly [major: number, minor: number, patch: number];

/** The lowest version that fits a range of the forms that our manifests have: `^1.2.3`, `>=5`, joined by `||`. */
export function lowestOf(range: string): string {
  const [lowest = []] = alternatives(range)
    .map(({ from }) => from)
    .toSorted(compare);
  return lowest.join(".");
}

export function fits(version: string, range: string): boolean {
  const given = read(version);
  return alternatives(range).some(
    ({ from, below }) => compare(given, from) >= 0 && (below === undefined || compare(given, below) < 0),
  );
}

/** From low to high, without those that are not yet released. */
export function released(versions: readonly string[]): readonly string[] {
  return versions.filter((version) => /^\d+\.\d+\.\d+$/.test(version)).toSorted((a, b) => compare(read(a), read(b)));
}

function alternatives(range: string): readonly { readonly from: Version; readonly below?: Version }[] {
  return range.split("||").map((part) => {
    const [, sign = "", version = ""] = /^\s*(\^|>=)(\d+(?:\.\d+){0,2})\s*$/.exec(part) ?? [];
    if (version === "") throw new Error(`${part} is a range of a form that is not read here.`);
    const from = read(version);
    return sign === ">=" ? { from } : { from, below: endOf(from) };
  });
}

/** Where `^` ends: at the next number of the first place that is not zero. */
function endOf([major, minor, patch]: Version): Version {
  if (major > 0) return [major + 1, 0, 0];
  return minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1];
}

function read(version: string): Version {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
}

function compare(left: Version, right: Version): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
