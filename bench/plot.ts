/**
 * Bar charts of measurements as SVG, without dependencies. By itself it plots what the last `pnpm bench --write` measured:
 * `node bench/plot.ts stream-full > chart.svg`.
 */
import { pictures, type Picture } from "./report/pictures.ts";
import { readResults } from "./report/results.ts";
import type { Section } from "./report/section.ts";

const barHeight = 14;
const gap = 4;
const groupGap = 26;
const barWidth = 520;
const valueWidth = 70;
const letterWidth = 7;

interface Bar {
  readonly label: string;
  readonly driver: string;
  readonly value: number;
}

function group(section: Section, { column, labels }: Picture): ReadonlyMap<string, readonly Bar[]> {
  const groups = new Map<string, Bar[]>();
  for (const row of section.rows) {
    const value = row[column];
    if (typeof value !== "number") continue;
    const wire = String(row["wire"] ?? row["package"] ?? "");
    const bars = groups.get(wire) ?? [];
    const label = labels.map((name) => row[name] ?? "").join(" ");
    bars.push({ label, driver: String(row["driver"] ?? label), value });
    groups.set(wire, bars);
  }
  return groups;
}

/** Our own bars stand out; the limit is grey. */
function colour(driver: string): string {
  if (driver === "bare") return "#8c8c8c";
  return /^(ai-|sdk-|google|langchain)/.test(driver) && driver !== "ai-sdk-chain" ? "#7aa6d6" : "#1a7f5a";
}

/** From value to width. A logarithm keeps both 1.1 and 40 readable; the number stands beside the bar. */
function scaleOf({ scale }: Picture, values: readonly number[]): (value: number) => number {
  const highest = Math.max(...values);
  if (scale === "linear") return (value) => Math.max(2, (value / highest) * barWidth);
  const { from } = scale;
  return (value) => Math.max(2, (Math.log(value / from) / Math.log(highest / from)) * barWidth);
}

/** `undefined`: the section has nothing to plot. */
export function plot(section: Section): string | undefined {
  const picture = pictures[section.name];
  if (picture === undefined) return undefined;
  const groups = group(section, picture);
  const bars = [...groups.values()].flat();
  if (bars.length === 0) return undefined;
  const widthOf = scaleOf(
    picture,
    bars.map(({ value }) => value),
  );
  const labelWidth = 16 + letterWidth * Math.max(...bars.map(({ label }) => label.length));
  const parts: string[] = [];
  let y = 40;
  for (const [wire, own] of groups) {
    parts.push(`<text x="0" y="${y}" font-weight="bold">${wire}</text>`);
    y += 10;
    for (const { label, driver, value } of own) {
      const width = widthOf(value);
      const middle = y + barHeight - 3;
      parts.push(
        `<text x="${labelWidth - 8}" y="${middle}" text-anchor="end">${label}</text>`,
        `<rect x="${labelWidth}" y="${y}" width="${width.toFixed(1)}" height="${barHeight}" fill="${colour(driver)}"/>`,
        `<text x="${(labelWidth + width + 6).toFixed(1)}" y="${middle}">${value}</text>`,
      );
      y += barHeight + gap;
    }
    y += groupGap;
  }
  const width = labelWidth + barWidth + valueWidth;
  const note = picture.scale === "linear" ? "" : ` (logarithmic, from ${picture.scale.from})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="0" y="16" font-size="14">${section.title}: ${picture.of}${note}</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const name = process.argv[2] ?? "stream-full";
  const section = readResults()?.sections.find((candidate) => candidate.name === name);
  const picture = section === undefined ? undefined : plot(section);
  if (picture === undefined) throw new Error(`No plot for "${name}": run pnpm bench --write first`);
  process.stdout.write(picture);
}
