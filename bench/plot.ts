/**
 * A bar chart of a streaming measurement as SVG, without dependencies. By itself it plots what the last
 * `pnpm bench --write` measured: `node bench/plot.ts stream-full > chart.svg`.
 */
import { readResults } from "./report/results.ts";
import type { Section } from "./report/section.ts";

const barHeight = 14;
const gap = 4;
const groupGap = 26;
const labelWidth = 130;
const barWidth = 560;
const valueWidth = 70;
const column = "× bare";
/** Where the bars begin: what is below the bare limit has to be shorter than that. */
const least = 0.5;

interface Bar {
  readonly driver: string;
  readonly ratio: number;
}

function group(section: Section): ReadonlyMap<string, readonly Bar[]> {
  const groups = new Map<string, Bar[]>();
  for (const row of section.rows) {
    const wire = String(row["wire"]);
    const bars = groups.get(wire) ?? [];
    bars.push({ driver: String(row["driver"]), ratio: Number(row[column]) });
    groups.set(wire, bars);
  }
  return groups;
}

/** Our own bars stand out; the limit is grey. */
function colour(driver: string): string {
  if (driver === "bare") return "#8c8c8c";
  return driver.startsWith("chain") || driver === "engine" ? "#1a7f5a" : "#7aa6d6";
}

/** `undefined`: the section has no ratios to plot. */
export function plot(section: Section): string | undefined {
  if (!section.rows.some((row) => column in row)) return undefined;
  const groups = group(section);
  const highest = Math.max(...[...groups.values()].flat().map(({ ratio }) => ratio));
  const parts: string[] = [];
  let y = 40;
  for (const [wire, bars] of groups) {
    parts.push(`<text x="0" y="${y}" font-weight="bold">${wire}</text>`);
    y += 10;
    for (const { driver, ratio } of bars) {
      // A logarithm keeps both 1.1 and 40 readable; the number stands beside the bar.
      const width = Math.max(2, (Math.log(ratio / least) / Math.log(highest / least)) * barWidth);
      const middle = y + barHeight - 3;
      parts.push(
        `<text x="${labelWidth - 8}" y="${middle}" text-anchor="end">${driver}</text>`,
        `<rect x="${labelWidth}" y="${y}" width="${width.toFixed(1)}" height="${barHeight}" fill="${colour(driver)}"/>`,
        `<text x="${(labelWidth + width + 6).toFixed(1)}" y="${middle}">${ratio}</text>`,
      );
      y += barHeight + gap;
    }
    y += groupGap;
  }
  const width = labelWidth + barWidth + valueWidth;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="0" y="16" font-size="14">${section.title}: CPU per text delta, multiples of the bare limit (logarithmic, from ${least})</text>`,
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
