/** Brings results.json, the tables of README.md and the plots up to date. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { plot } from "../plot.ts";
import { resultsFile, type Results } from "./results.ts";
import type { Section } from "./section.ts";
import { standing } from "./standing.ts";
import { formatSection } from "./table.ts";

const page = new URL("../README.md", import.meta.url);
const start = "<!-- results: written by `pnpm bench --write` -->";
const end = "<!-- end of results -->";

/** In the order in which a reader asks. */
const order = [
  "stream-full",
  "stream-per-read",
  "scaling",
  "ttft",
  "generate",
  "requests",
  "hand-off",
  "failover",
  "first-call",
  "open-streams",
  "many-streams",
  "packages",
  "ahead",
  "imports",
];

function place({ name }: Section): number {
  return order.indexOf(name);
}

function plotFile(section: string): string {
  return `plot-${section}.svg`;
}

function formatMachine({ machine, minutes }: Results): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const runs = minutes === undefined ? "Of several runs" : `One run of ${minutes} minutes`;
  return `${runs}. Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores; ${versions.join(", ")}.`;
}

export function writePage(results: Results): void {
  const sections = results.sections.toSorted((a, b) => place(a) - place(b));
  writeFileSync(resultsFile, `${JSON.stringify({ ...results, sections }, undefined, 2)}\n`);
  const parts = sections.map((section) => {
    const picture = plot(section);
    if (picture === undefined) return formatSection(section);
    writeFileSync(new URL(`../${plotFile(section.name)}`, import.meta.url), picture);
    return `${formatSection(section)}\n\n![${section.title}](${plotFile(section.name)})`;
  });
  const text = readFileSync(page, "utf8");
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`README.md has no "${start}" … "${end}"`);
  const tables = [formatMachine(results), formatSection(standing(sections)), ...parts].join("\n\n");
  writeFileSync(page, `${text.slice(0, from + start.length)}\n\n${tables}\n\n${text.slice(to)}`);
  // The check would otherwise find fault with generated text.
  execFileSync("pnpm", ["exec", "oxfmt", fileURLToPath(page), fileURLToPath(resultsFile)]);
}
