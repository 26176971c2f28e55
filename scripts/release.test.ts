import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { manifestProblems, packageProblems, readManifest, relativeLinks } from "./release/inspect.ts";
import { REPOSITORY } from "./release/repository.ts";

const ROOT = join(import.meta.dirname, "..");
const PACKAGES = readdirSync(join(ROOT, "packages"));

describe("what is published", () => {
  test.each(PACKAGES)("%s names repository, home page and issues as one constant has them", (name) => {
    const problems = manifestProblems(readManifest(join(ROOT, "packages", name)), name);

    // Replaced when it is packed.
    expect(problems.filter((problem) => !problem.includes("workspace:"))).toEqual([]);
  });

  test.each(PACKAGES)("%s has no link in its README that leads nowhere on npm", (name) => {
    expect(relativeLinks(join(ROOT, "packages", name))).toEqual([]);
  });

  test("no page names another place of this repository", () => {
    const files = PACKAGES.map((name) => `packages/${name}/README.md`).concat(
      "README.md",
      "CONTRIBUTING.md",
      "SECURITY.md",
    );
    const owners = files.flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(/https:\/\/github\.com\/[\w-]+\/understudy\b/g)].map(String),
    );

    expect(new Set(owners)).toEqual(new Set([REPOSITORY]));
  });
});

describe("the look into a package", () => {
  let folder: string;
  const manifest = {
    name: "@understudy/core",
    version: "1.0.0",
    homepage: `${REPOSITORY}/tree/main/packages/core#readme`,
    bugs: `${REPOSITORY}/issues`,
    license: "MIT",
    repository: { type: "git", url: `git+${REPOSITORY}.git`, directory: "packages/core" },
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
    publishConfig: { access: "public", provenance: true },
    dependencies: { "eventsource-parser": "^4.1.3" },
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "understudy-release-"));
    mkdirSync(join(folder, "dist"));
    for (const name of ["LICENSE", "api.txt", "dist/index.js", "dist/index.d.ts"]) write(name, "");
    write("README.md", `[home](${REPOSITORY})`);
    write("package.json", JSON.stringify(manifest));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string): void {
    writeFileSync(join(folder, name), text);
  }

  test("finds nothing in a good one", () => {
    expect(packageProblems(folder, "core")).toEqual([]);
  });

  test.each<readonly [string, () => void, string]>([
    ["a missing licence", () => rmSync(join(folder, "LICENSE")), "LICENSE is not in it"],
    ["a missing listing", () => rmSync(join(folder, "api.txt")), "api.txt is not in it"],
    ["a file of the workshop", () => write("tsconfig.json", "{}"), "tsconfig.json does not belong into it"],
    ["a test", () => cpSync(join(folder, "api.txt"), join(folder, "dist/a.test.js")), "dist/a.test.js is a test"],
    [
      "an entry that was not built",
      () => rmSync(join(folder, "dist/index.d.ts")),
      ". leads to ./dist/index.d.ts, which is not in it",
    ],
    [
      "a link beside the page",
      () => write("README.md", "[docs](../../docs/health.md)"),
      "README.md has the link ../../docs/health.md, which leads nowhere on npm",
    ],
    [
      "no repository",
      () => write("package.json", JSON.stringify({ ...manifest, repository: undefined })),
      "`repository` is undefined, not ",
    ],
    [
      "a range that only this repository has",
      () =>
        write("package.json", JSON.stringify({ ...manifest, peerDependencies: { "@understudy/core": "workspace:^" } })),
      "@understudy/core is wanted as workspace:^, which only this repository has",
    ],
  ])("finds %s", (_name, spoil, problem) => {
    spoil();

    const problems = packageProblems(folder, "core");
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});
