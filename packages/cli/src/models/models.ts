import type { Capabilities } from "@understudy/core";
import { valueOf, numberOf } from "../arguments.ts";
import { loadChainFile, placesOf } from "../chain-file.ts";
import type { Command, Run } from "../command.ts";
import { WrongUse } from "../wrong-use.ts";
import { installedModels } from "./installed.ts";

const DAY_MS = 86_400_000;

interface Row {
  readonly vendor: string;
  readonly model: string;
  readonly capabilities: Capabilities;
  /** Whole days; negative when it is over. */
  readonly inDays: number | undefined;
}

export const models: Command = {
  options: { vendor: { type: "string" }, retiring: { type: "string" } },
  help: `understudy models [chain file]

The models that the installed adapters know; with a chain file, those of its targets.

  --vendor <name>     only this vendor
  --retiring <days>   only those that retire within so many days; exits 1 if one of the chain file does

Example: npx @understudy/cli models chain.ts --retiring 60
`,
  run: async (run) => {
    const { given, output } = run;
    const days = numberOf(given, "retiring", 0);
    const vendor = valueOf(given, "vendor");
    const known = await rowsOf(run);
    const wanted = known.filter((row) => vendor === undefined || row.vendor === vendor);
    if (wanted.length === 0) {
      const vendors = [...new Set(known.map((row) => row.vendor))].join(", ");
      throw new WrongUse(
        vendor === undefined
          ? "No adapter is installed here."
          : `There is no model of ${vendor}. There are: ${vendors}.`,
      );
    }
    const rows = days === undefined ? wanted : wanted.filter(({ inDays = Infinity }) => inDays <= days);
    if (given.flags.has("json"))
      output.print(JSON.stringify({ schema: "understudy.models/1", models: rows.map(toJson) }, null, 2));
    else if (rows.length === 0) output.print(`No model retires within ${days} days.`);
    else for (const line of table(rows)) output.print(line);
    return given.positionals.length > 0 && days !== undefined && rows.length > 0 ? 1 : 0;
  },
};

async function rowsOf({ given, from }: Run): Promise<readonly Row[]> {
  const [name] = given.positionals;
  if (name === undefined) {
    const known = await installedModels(from.cwd);
    return known.map(({ vendor, id, capabilities }) => rowOf(vendor, id, capabilities));
  }
  const file = await loadChainFile(name, from.cwd);
  return placesOf(file).map(({ target: { vendor, model, capabilities } }) => rowOf(vendor, model, capabilities));
}

function rowOf(vendor: string, model: string, capabilities: Capabilities): Row {
  const { retiresOn } = capabilities;
  // oxlint-disable-next-line no-restricted-globals -- a command is asked on some day
  const inDays = retiresOn === undefined ? undefined : Math.ceil((Date.parse(retiresOn) - Date.now()) / DAY_MS) + 0;
  return { vendor, model, capabilities, inDays };
}

function toJson({ vendor, model, capabilities, inDays }: Row): object {
  const { contextWindow, maxOutputTokens, tools, images, jsonOutput, size, reasoning, retiresOn } = capabilities;
  const end = retiresOn === undefined ? {} : { retiresOn, retiresInDays: inDays };
  return { vendor, model, contextWindow, maxOutputTokens, tools, images, jsonOutput, size, reasoning, ...end };
}

const HEADS = ["vendor", "model", "window", "output", "tools", "images", "JSON", "retires on"] as const;

function* table(rows: readonly Row[]): Generator<string> {
  const cells = rows.map(({ vendor, model, capabilities: facts, inDays }) => [
    vendor,
    model,
    tokens(facts.contextWindow),
    tokens(facts.maxOutputTokens),
    answer(facts.tools),
    answer(facts.images),
    answer(facts.jsonOutput),
    facts.retiresOn === undefined ? "" : `${facts.retiresOn} (${when(inDays ?? 0)})`,
  ]);
  const lines = [[...HEADS], ...cells];
  const widths = HEADS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines)
    yield line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
}

function tokens(value: number | "unknown"): string {
  return typeof value === "number" ? value.toLocaleString("en-US") : "unknown";
}

function answer(value: boolean | "unknown"): string {
  return value === "unknown" ? "unknown" : value ? "yes" : "no";
}

function when(days: number): string {
  return days < 0 ? `${-days} days ago` : `in ${days} days`;
}
