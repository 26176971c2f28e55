import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, describe, expect, test } from "vitest";
import { CHAINS, ended, run, started, type Ran } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function spawned(...setting: Parameters<typeof started>): Promise<Ran> {
  return ended(started(...setting));
}

const ESCAPE = "\u001B[";

function drawingsIn(page: string): number {
  return page.match(/<svg class="us-timeline" viewBox="0 0 960/g)?.length ?? 0;
}

describe("the program understudy", () => {
  test("colours nothing in a pipe, nothing with NO_COLOR or --no-color, and something with FORCE_COLOR", async () => {
    const doctor = ["doctor", "well.ts", "--offline"];
    const [pipe, none, flag, forced] = await Promise.all([
      spawned(doctor),
      spawned(doctor, { NO_COLOR: "1" }),
      spawned([...doctor, "--no-color"], { FORCE_COLOR: "1" }),
      spawned(doctor, { FORCE_COLOR: "1" }),
    ]);

    expect([pipe, none, flag, forced].map(({ code, stdout }) => [code, stdout.includes(ESCAPE)])).toEqual([
      [0, false],
      [0, false],
      [0, false],
      [0, true],
    ]);
    expect(pipe.stderr).toBe("");
  });

  test("says in one sentence what is wrong with a file: broken code, and TypeScript on a Node that does not read it", async () => {
    const broken = join(folder, "broken.mjs");
    const old = join(folder, "old.ts");
    writeFileSync(broken, "// A chain.\nexport default [;");
    writeFileSync(old, "export default [];");
    // A loader stands for an older Node, which this one cannot be turned into while it reads the program itself.
    const hooks = `import { register } from "node:module"; register("data:text/javascript," + encodeURIComponent('export async function load(url, context, next) { if (url.endsWith("old.ts")) { const error = new TypeError("Unknown file extension"); error.code = "ERR_UNKNOWN_FILE_EXTENSION"; throw error; } return next(url, context); }'));`;
    const [syntax, extension] = await Promise.all([
      spawned(["doctor", broken]),
      spawned(["doctor", old], {}, ["--import", `data:text/javascript,${encodeURIComponent(hooks)}`]),
    ]);

    expect(syntax.code).toBe(2);
    expect(syntax.stderr).toMatch(/^\S*broken\.mjs cannot be loaded: SyntaxError: [^\n]+ \(line 2\)\n$/);
    expect(extension.code).toBe(2);
    expect(extension.stderr).toMatch(
      /^\S*old\.ts: Node 22\.18 or later reads TypeScript; or start with `node --import tsx`/,
    );
  });

  test("prints help with an example everywhere, and its version", async () => {
    const { version }: { readonly version: string } = JSON.parse(
      readFileSync(join(CHAINS, "../../package.json"), "utf8"),
    );
    const helps = await Promise.all(
      [[], ["doctor"], ["drill"], ["trace"], ["models"]].map((args) => run([...args, "--help"])),
    );

    expect(helps.map(({ code, stdout }) => [code, stdout.includes("Example: npx @understudy/cli ")])).toEqual(
      helps.map(() => [0, true]),
    );
    expect((await run(["--help", "doctor"])).code).toBe(0);
    expect((await run(["--version"])).stdout).toBe(`${version}\n`);
    expect((await run([])).code).toBe(2);
  });

  test("reads keys from a file, and prints none of them, in text, JSON or page", async () => {
    const canary = "sk-canary-fedcba9876543210";
    writeFileSync(join(folder, "keys.env"), `OPENAI_API_KEY=${canary}\nDEEPSEEK_API_KEY=${canary}2\n`);
    writeFileSync(
      join(folder, "leaks.mjs"),
      `export default () => { throw new Error("bad key " + process.env.OPENAI_API_KEY); };`,
    );
    const page = join(folder, "page.html");
    const keys = ["--env-file", join(folder, "keys.env")];
    const outputs = await Promise.all([
      spawned(["doctor", "no-tools.ts", "--offline", ...keys]),
      spawned(["doctor", "no-tools.ts", "--offline", "--json", ...keys]),
      spawned(["doctor", join(folder, "leaks.mjs"), ...keys]),
      spawned(["drill", "no-tools.ts", "--faults", "outage", "--json", "--out", page, ...keys]),
    ]);

    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 2, 0]);
    expect(outputs[2]?.stderr).toContain("bad key [redacted]");
    expect(JSON.stringify(outputs) + readFileSync(page, "utf8")).not.toContain("canary");
  });

  test.each([
    ["drill", ["drill", "one-vendor.ts", "--faults", "outage", "--ahead", "--json", "--out", join(folder, "x.html")]],
    ["models", ["models", "one-vendor.ts", "--json"]],
    ["trace", ["trace", join(CHAINS, "../traces/0.0-answer.json"), "--json"]],
  ])("prints %s as its schema describes", async (name, args) => {
    const schema: object = JSON.parse(readFileSync(join(import.meta.dirname, `../src/schemas/${name}.json`), "utf8"));
    const ajv = new Ajv({ strict: true, strictRequired: false });
    const { stdout, stderr } = await run(args);

    ajv.validate(schema, JSON.parse(stdout));
    expect(ajv.errors).toBeNull();
    expect(stderr).toBe("");
  });

  test("names models that retire, for a weekly job", async () => {
    const chain = join(folder, "old.mjs");
    const target = "vendor: 'v', model: 'm', endpoint: 'e', scopes: {}, problems: [], plan() {}, stream() {}";
    writeFileSync(chain, `export default [{ ${target}, capabilities: { retiresOn: "2020-01-31" } }];`);

    const [gone, none, all] = [
      await run(["models", chain, "--retiring", "60"]),
      await run(["models", "well.ts", "--retiring", "0"]),
      await run(["models", "--vendor", "anthropic"]),
    ];

    expect(gone.code).toBe(1);
    expect(gone.stdout).toMatch(/^v +m .*2020-01-31 \(\d+ days ago\)$/m);
    expect(none).toMatchObject({ code: 0, stdout: "No model retires within 0 days.\n" });
    expect(all.stdout).toContain("claude-sonnet-5-5");
  });

  test("draws a page that a browser shows without an error", { timeout: 60_000 }, async (context) => {
    const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
      existsSync(path),
    );
    if (chromium === undefined) {
      context.skip("no chromium on this machine: the page was not shown");
      return;
    }
    const page = join(folder, "shown.html");
    await run(["drill", "three-vendors.ts", "--faults", "hang,outage", "--out", page]);
    const shown = await new Promise<Ran>((resolve) => {
      const options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom", page];
      execFile(chromium, options, { maxBuffer: 1e7 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : 1, stdout, stderr }),
      );
    });

    expect(shown.code).toBe(0);
    expect(drawingsIn(shown.stdout)).toBe(drawingsIn(readFileSync(page, "utf8")));
    expect(drawingsIn(shown.stdout)).toBe(6);
    expect(shown.stderr).not.toContain("CONSOLE");
  });
});
