import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { checkBesideAi } from "./packed/beside-ai.ts";
import { installPacked, type Project } from "./packed/project.ts";

vi.setConfig({ testTimeout: 60_000 });

const ADAPTERS = ["anthropic", "openai", "gemini", "deepseek", "mistral", "xai", "bedrock", "ai-sdk"];

describe("the packed packages", () => {
  let project: Project;

  beforeAll(async () => {
    project = await installPacked();
  }, 180_000);

  afterAll(() => project.remove());

  test.each(["nodenext", "bundler"] as const)(
    "type-check under %s resolution, their own types included, beside those of the browser or without",
    async (resolution) => {
      expect(await project.check(resolution)).toBe("");
    },
  );

  test("type-check, the simulators and the kit too, in a project that does not name the types of Node", async () => {
    expect(await project.check("page")).toBe("");
  });

  test("run on plain Node", async () => {
    await project.check("nodenext");
    const printed: unknown = JSON.parse(await project.node("nodenext/program.js"));

    expect(printed).toEqual({
      tiers: [
        "anthropic/claude-sonnet-5-5",
        "openai/gpt-6.1-terra",
        "openai/gpt-5.5",
        "deepseek/deepseek-flash",
        "mistral/mistral-small-latest",
        "xai/grok-4.6",
        "bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "gemini/gemini-3.8-flash",
      ],
      texts: Array.from({ length: 8 }, () => "Hello from the simulator."),
      seen: expect.arrayContaining(["start", "text-delta", "finish"]),
      classes: ["server.overloaded", "answered"],
      lines: 3,
      code: "invalid-request",
      ends: 9,
      failure: "conflict",
      rules: true,
      kit: true,
      reader: false,
    });
  });

  test("load nothing of others when core is imported", async () => {
    const own = pathToFileURL(join(project.folder, "node_modules/@understudy/core/dist/")).href;
    const loaded = await loadedBy(project, "@understudy/core");

    expect(loaded).toContain(`${own}index.js`);
    expect(loaded.filter((url) => !url.startsWith(own))).toEqual([]);
    // Each file more is most of a millisecond more in a cold start.
    expect(loaded.length).toBeLessThanOrEqual(3);
  });

  test.each([...ADAPTERS, "redis"])("load nothing of others when %s is imported", async (name) => {
    const loaded = await loadedBy(project, `@understudy/${name}`);
    const packages = new Set(loaded.filter((url) => url.startsWith("file:")).map(packageOf));

    expect([...packages].toSorted((left, right) => left.localeCompare(right))).toEqual(
      [`@understudy/${name}`, "@understudy/core"].toSorted((left, right) => left.localeCompare(right)),
    );
  });

  test("load the API of OpenTelemetry and nothing else of others when otel is imported", async () => {
    const loaded = await loadedBy(project, "@understudy/otel");
    const packages = new Set(loaded.filter((url) => url.startsWith("file:")).map(packageOf));

    expect(packages).toEqual(new Set(["@understudy/otel", "@opentelemetry/api"]));
  });

  test("30: the entry for user interfaces of the AI SDK does without `ai`", async () => {
    const loaded = await loadedBy(project, "@understudy/ai-sdk/ui");
    const packages = new Set(loaded.filter((url) => url.startsWith("file:")).map(packageOf));

    expect([...packages].toSorted()).toEqual(["@understudy/ai-sdk", "@understudy/core"]);
  });

  test.each(["ai", "ai-lowest"])("30: type-check in an application beside %s", async (alias) => {
    expect(await checkBesideAi(project.folder, alias)).toBe("");
  });

  test("hold licence, README, and no tests; everything built has a source", () => {
    for (const name of project.packages) {
      const folder = join(project.folder, "node_modules/@understudy", name);
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
        (file) => !file.startsWith("node_modules"),
      );
      const built = files.filter((file) => file.startsWith("dist") && file.endsWith(".js"));

      expect(existsSync(join(folder, "LICENSE")), `${name} has a licence`).toBe(true);
      expect(existsSync(join(folder, "README.md")), `${name} has a README`).toBe(true);
      expect(files.filter((file) => /\.test\.|(?:^|\/)test\//.test(file))).toEqual([]);
      expect(built.length).toBeGreaterThan(0);
      expect(built.flatMap((file) => sourcesOf(join(folder, file))).filter((source) => !existsSync(source))).toEqual(
        [],
      );
    }
  });
});

async function loadedBy(project: Project, name: string): Promise<readonly string[]> {
  const printed: unknown = JSON.parse(await project.node("loaded.mjs", name));
  return Array.isArray(printed) ? printed.map(String) : [];
}

/** The sources that a built file's map names. */
function sourcesOf(file: string): readonly string[] {
  // What only passes others on has no source of its own.
  if (/^(?:(?:import|export) \{[^}]*\}(?: from "[^"]+")?;\s*)+$/.test(readFileSync(file, "utf8"))) return [];
  const map: { readonly sources: readonly string[] } = JSON.parse(readFileSync(`${file}.map`, "utf8"));
  expect(map.sources.length, `${file} has a map`).toBeGreaterThan(0);
  return map.sources.map((source) => resolve(dirname(file), source));
}

/** `…/node_modules/@understudy/core/dist/index.js` belongs to `@understudy/core`. */
function packageOf(url: string): string {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url)?.[1] ?? url;
}
