import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FAILURE_RULES } from "@understudy/core";
import { describe, expect, test } from "vitest";
import { DEFAULTS } from "../packages/core/src/engine/options.ts";
import { constant } from "./docs/constants.ts";
import { generatedPages } from "./docs/generated.ts";
import { classes } from "./docs/rules-table.ts";
import { BLOB } from "./release/repository.ts";
import { SUBJECTS } from "./runtimes/subjects.ts";

const ROOT = join(import.meta.dirname, "..");

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** Words apart by one space, so that tables and line breaks do not matter. */
function words(file: string): string {
  return read(file).replaceAll(/\s+/g, " ");
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A default as a table states it. */
function statedDefault(value: string | number): string {
  return typeof value === "number" ? count(value) : `\`${JSON.stringify(value)}\``;
}

const seconds = (ms: number): number => ms / 1_000;

function percent(file: string, name: string): string {
  const rate = new RegExp(`^const ${name} = (0\\.\\d+)`, "m").exec(read(`packages/core/src/${file}`))?.[1];
  return `${Number(rate) * 100} %`;
}

/** Those of the names that a text does not have, in code style. */
function missingFrom(text: string, names: readonly (string | undefined)[]): readonly (string | undefined)[] {
  return names.filter((name) => !text.includes(`\`${name ?? ""}\``));
}

describe("errors.md", () => {
  test("has a section for every error code", () => {
    const codes = [...unionOf("model/failure.ts", "ErrorCode")];
    const sections = [...read("docs/errors.md").matchAll(/^### `([a-z-]+)`$/gm)].map((match) => match[1]);

    expect(new Set(sections)).toEqual(new Set(codes));
    expect(sections.length).toBe(codes.length);
  });

  test("explains every failure class once, beside the generated table", () => {
    const page = read("docs/errors.md");
    const written = page.slice(0, page.indexOf("<!-- rules"));
    const rows = [...written.matchAll(/^\| `([\w.-]+)` +\| .+ \| .+ \|$/gm)].map((match) => match[1]);
    const explained = rows.filter((row) => classes().some((name) => name === row));

    expect(new Set(explained)).toEqual(new Set(classes()));
    expect(explained.length).toBe(Object.keys(FAILURE_RULES).length);
  });

  test("has the rules of the code; `pnpm write-docs` writes them", () => {
    for (const { current, wanted } of generatedPages()) expect(current).toBe(wanted);
  });
});

describe("defaults in the documentation", () => {
  /** Every default that callers can change, with the pages that state it in a table. */
  const PAGES: Readonly<Record<keyof typeof DEFAULTS, readonly string[]>> = {
    timeoutMs: ["docs/failover.md"],
    silentReasoningMs: ["docs/failover.md"],
    livenessMs: ["docs/failover.md"],
    progressMs: ["docs/failover.md"],
    workingMs: ["docs/failover.md"],
    holdMs: ["docs/streaming.md"],
    marker: ["docs/streaming.md"],
    consumerIdleMs: ["docs/failover.md", "docs/streaming.md"],
    deadlineMs: ["docs/failover.md", "docs/streaming.md"],
  };

  test.each(Object.entries(DEFAULTS))("%s is the code's", (name, value) => {
    const stated = statedDefault(value);
    const pages = Object.entries(PAGES).find(([option]) => option === name)?.[1] ?? [];

    expect(pages.length).toBeGreaterThan(0);
    expect(pages.filter((page) => !words(page).includes(`| \`${name}\` | ${stated} |`))).toEqual([]);
  });

  const BREAKER = "engine/health/breaker.ts";
  const COOLDOWNS = "engine/health/cooldowns.ts";
  const STORE = "engine/health/guarded-store.ts";

  /** What has no option, where it is told, and how. */
  const TOLD: readonly (readonly [page: string, text: string])[] = [
    ["docs/health.md", `${constant(BREAKER, "ROW")} \`bad\` or \`slow\` in a row`],
    [
      "docs/health.md",
      `of at least ${constant(BREAKER, "BAD_VERDICTS")} judged attempts ${percent(BREAKER, "BAD_RATE")} were \`bad\``,
    ],
    [
      "docs/health.md",
      `of at least ${constant(BREAKER, "SLOW_VERDICTS")} judged attempts ${percent(BREAKER, "SLOW_RATE")} were \`slow\``,
    ],
    ["docs/health.md", `over the last ${seconds(constant(BREAKER, "WINDOW_MS"))} s`],
    [
      "docs/health.md",
      `${seconds(constant(BREAKER, "OPEN_MS"))} s, doubling with every opening up to ${seconds(constant(BREAKER, "LONGEST_OPEN_MS"))} s`,
    ],
    ["docs/health.md", `held back for at least ${constant("engine/call/call.ts", "PROBE_HOLD_MS")} ms`],
    ["docs/health.md", `at least ${seconds(constant(COOLDOWNS, "SHORTEST_MS"))} s`],
    ["docs/health.md", `at most ${constant(COOLDOWNS, "LONGEST_MS") / 3_600_000} h`],
    ["docs/streaming.md", `| \`keepAliveMs\` | ${count(constant("web/event-response.ts", "KEEP_ALIVE_MS"))} |`],
    ["docs/health.md", `has ${constant(STORE, "LIMIT_MS")} ms for an answer`],
    [
      "docs/failover.md",
      `whose stated time is at most ${seconds(constant("engine/next/repeat.ts", "LONGEST_WAIT_MS"))} s`,
    ],
    ["docs/failover.md", `at most ${constant("engine/next/recovery.ts", "ATTEMPTS_PER_TARGET")} at one target`],
    ["docs/failover.md", `${constant("engine/health/repeat-budget.ts", "CAPACITY")} at once`],
    ["docs/failover.md", `one per ${seconds(constant("engine/health/repeat-budget.ts", "REFILL_MS"))} s`],
    ["docs/streaming.md", `about ${constant("engine/attempt/output.ts", "READ_AHEAD") / 1_024} Ki characters`],
    ["README.md", `(\`holdMs\`, ${DEFAULTS.holdMs})`],
  ];

  test.each(TOLD.slice())("%s says: %s", (page, text) => {
    expect(words(page).includes(text)).toBe(true);
  });
});

describe("options.md", () => {
  test.each([
    ["Chain", ["ChainOptions"], []],
    ["Tier", ["TierLimits", "TierBase"], ["target", "targets"]],
    ["Call", ["CallOptions"], []],
    ["Target", ["TargetOptions"], []],
    [
      "Target of one vendor",
      [
        "AnthropicTargetOptions",
        "OpenAITargetOptions",
        "OpenAIChatTargetOptions",
        "GeminiTargetOptions",
        "DeepSeekTargetOptions",
        "MistralTargetOptions",
        "XAITargetOptions",
        "BedrockTargetOptions",
      ],
      [],
    ],
  ])("has exactly the options that exist under %s", (heading, interfaces, others) => {
    const existing = new Set([...interfaces.flatMap(fieldsAnywhere), ...others]);

    expect(existing.size).toBeGreaterThan(3);
    expect(new Set(optionsBelow(heading).map(({ name }) => name))).toEqual(existing);
  });

  test("states the code's defaults", () => {
    const rows = ["Chain", "Tier", "Call"].flatMap(optionsBelow);
    const stated = Object.fromEntries(
      rows.filter(({ name }) => name in DEFAULTS).map(({ name, default: value }) => [name, value]),
    );

    expect(stated).toEqual(
      Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, statedDefault(value)])),
    );
  });
});

describe("lists in the documentation", () => {
  test("health.md has every event of onEvent", () => {
    const page = read("docs/health.md");
    const table = page.slice(page.indexOf("## Events"), page.indexOf("## Sequences"));
    const types = [
      ...typesIn("packages/core/src/engine/engine-events.ts"),
      ...typesIn("packages/core/src/engine/health/health-events.ts", "export type HealthEvent"),
    ];

    expect(types.length).toBeGreaterThan(10);
    expect(missingFrom(table, types)).toEqual([]);
  });

  test("streaming.md has every stream event", () => {
    const page = read("docs/streaming.md");
    const table = page.slice(page.indexOf("## Events"), page.indexOf("## The failover event"));
    const types = typesIn("packages/core/src/model/events.ts");

    expect(types.length).toBeGreaterThan(15);
    expect(missingFrom(table, types)).toEqual([]);
  });

  test.each([
    ["Request", "model/request.ts", "## Request", "## Answer"],
    ["Answer", "model/answer.ts", "## Answer", "## JSON output"],
  ])("requests.md has every field of %s", (name, file, from, to) => {
    const page = read("docs/requests.md");
    const fields = fieldsOf(file, name);

    expect(fields.length).toBeGreaterThan(10);
    expect(missingFrom(page.slice(page.indexOf(from), page.indexOf(to)), fields)).toEqual([]);
  });

  test("errors.md has every field of an error", () => {
    const page = read("docs/errors.md");
    const fields = fieldsOf("model/error.ts", "UnderstudyErrorDetails").filter((field) => field !== "message");

    expect(fields.length).toBeGreaterThan(8);
    expect(missingFrom(page.slice(0, page.indexOf("## Error codes")), fields)).toEqual([]);
  });

  test("testing.md has every fault", () => {
    const page = read("docs/testing.md");
    const types = typesIn("packages/testing/src/faults/fault.ts");

    expect(types.length).toBeGreaterThan(20);
    expect(missingFrom(page, types)).toEqual([]);
  });

  test("write-an-adapter.md names only helpers that exist, and every one that is exported", () => {
    const page = read("docs/write-an-adapter.md");
    const toolkit = page.slice(page.indexOf("## The toolkit"));
    const index = read("packages/core/src/adapter/index.ts") + read("packages/core/src/adapter/toolkit.ts");
    const values = [...index.matchAll(/^export \{([^}]*)\}/gm)]
      .flatMap((match) => (match[1] ?? "").split(","))
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type "));

    expect(missingFrom(toolkit, values)).toEqual([]);
    const named = [...toolkit.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]);
    expect(named.filter((name) => name === undefined || !values.includes(name))).toEqual([]);
  });

  test("runtimes.md has the versions that are tried", () => {
    const page = read("docs/runtimes.md");
    const versions = SUBJECTS.flatMap(({ packages }) => packages)
      .filter((name) => !name.startsWith("@babel/"))
      .map((name) => name.slice(name.lastIndexOf("@") + 1));

    expect(versions.length).toBeGreaterThan(10);
    expect(versions.filter((version) => !page.includes(version))).toEqual([]);
  });

  test("all links lead somewhere", () => {
    const pages = ["README.md", "CONTRIBUTING.md"]
      .concat(
        ["bench", "examples", "hostile", "recordings", "simulation", "sockets"].map((name) => `${name}/README.md`),
      )
      .concat(
        ["docs", "docs/engine"].flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)),
      )
      .concat(readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}/README.md`))
      .filter((file) => file.endsWith(".md") && existsSync(join(ROOT, file)));
    const broken = pages.flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)]+)\)/g)]
        .map(([, link = ""]) => link)
        .filter((link) => !leadsSomewhere(file, link))
        .map((link) => `${file}: ${link}`),
    );

    expect(broken).toEqual([]);
  });
});

/** The file exists, and the heading that is named in it. Links into other sites are not followed. */
function leadsSomewhere(file: string, link: string): boolean {
  const [path = "", heading] = link.split("#");
  const isOurs = path.startsWith(BLOB);
  if (/^https?:/.test(path) && !isOurs) return true;
  const beside = path === "" ? file : join(dirname(file), path);
  const target = isOurs ? path.slice(BLOB.length) : beside;
  if (!existsSync(join(ROOT, target))) return false;
  if (heading === undefined) return true;
  return [...read(target).matchAll(/^#+ (.+)$/gm)].some(([, title = ""]) => slug(title) === heading);
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-");
}

/** The literal `type`s that a module declares; from a marker to the end of its declaration when one is given. */
function typesIn(file: string, marker = ""): readonly string[] {
  const source = read(file);
  const from = source.indexOf(marker);
  const part = marker === "" ? source : source.slice(from, source.indexOf(";\n\n", from));
  return [...part.matchAll(/readonly type: "([\w-]+)"/g)].map((match) => match[1] ?? "");
}

/** The fields of an interface of core. */
function fieldsOf(file: string, name: string): readonly string[] {
  return fieldsIn(read(`packages/core/src/${file}`), name);
}

/** The fields of an interface that one source of the packages declares. */
function fieldsAnywhere(name: string): readonly string[] {
  const sources = globSync("packages/*/src/**/*.ts", { cwd: ROOT }).map(read);
  const declaring = sources.filter((source) => declarationAt(source, name) >= 0);

  expect([name, declaring.length]).toEqual([name, 1]);
  return declaring.flatMap((source) => fieldsIn(source, name));
}

function fieldsIn(source: string, name: string): readonly string[] {
  const from = declarationAt(source, name);
  const part = source.slice(from).split(/^}|\{}$/m, 1)[0] ?? "";
  return [...part.matchAll(/^ {2}readonly (\w+)\??:/gm)].map((match) => match[1] ?? "");
}

function declarationAt(source: string, name: string): number {
  return source.search(new RegExp(`^(?:export )?interface ${name}\\b`, "m"));
}

/** What options.md says of the options below one of its headings. */
function optionsBelow(heading: string): readonly { readonly name: string; readonly default: string }[] {
  const [, part = ""] = read("docs/options.md").split(new RegExp(`^#+ ${heading}\\n`, "m"));
  const table = (part.split(/^#/m)[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
  const [titles, , ...rows] = table.map((line) => line.split("|").map((cell) => cell.trim()));
  const column = titles?.indexOf("Default") ?? -1;
  return rows.map((cells) => ({ name: cells[1]?.replaceAll("`", "") ?? "", default: cells[column] ?? "" }));
}

/** The members of a union of literals. */
function unionOf(file: string, name: string): readonly string[] {
  const source = read(`packages/core/src/${file}`);
  const from = source.indexOf(`export type ${name} =`);
  return [...source.slice(from, source.indexOf(";", from)).matchAll(/"([\w.-]+)"/g)].map((match) => match[1] ?? "");
}
