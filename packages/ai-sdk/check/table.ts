/**
 * `pnpm ai-sdk:table`: nine ways in which a vendor fails, against each way to ask two vendors with the AI SDK. Simulated
 * vendors on this machine, about half a minute. Fails when a chain does not get through one of them.
 */
import { createRequire } from "node:module";
import { BACKUP, faultsOf, OURS, play, SCENARIOS, type Arrangement, type Outcome } from "../test/scenarios.ts";
import { OTHERS } from "./others.ts";

const PACKAGES = ["ai", "@ai-sdk/anthropic", "@ai-sdk/openai", "ai-fallback", "ai-retry"];

/** In the words of who reads the answer. */
function wordsFor({ text, screens, finishReason, requests, toolRuns, hangs }: Outcome): string {
  const shown = screens.at(-1) ?? "";
  const again = requests[0] > 1 ? `, A asked ${requests[0]} times` : "";
  const tools = toolRuns > 0 ? `, the tool ran ${toolRuns} times` : "";
  const end = finishReason === "interrupted" ? "interrupted" : "error";
  if (hangs) return `hangs${again}${tools}`;
  if (shown === BACKUP) return `${text === BACKUP ? "B" : "half, marker, B"}${again}${tools}`;
  if (shown.includes(BACKUP)) return `**"${shown}"**${again}${tools}`;
  return `${end}${shown === "" ? "" : ", half text"}${again}${tools}`;
}

function versionOf(name: string): string {
  const { version }: { readonly version: string } = createRequire(import.meta.url)(`${name}/package.json`);
  return `${name} ${version}`;
}

async function column(arrangement: Arrangement): Promise<readonly Outcome[]> {
  return Promise.all(SCENARIOS.map((scenario) => play(scenario, arrangement, 10_000)));
}

// The AI SDK would print what a table says better.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
const arrangements = [...OTHERS, ...OURS];
const columns: (readonly Outcome[])[] = [];
// oxlint-disable-next-line no-await-in-loop -- one after the other, so that times are those of the arrangement
for (const arrangement of arrangements) columns.push(await column(arrangement));

const rows = [
  ["A fails with", ...arrangements.map(({ name }) => name)],
  ["---", ...arrangements.map(() => "---")],
  ...SCENARIOS.map(({ name }, row) => [
    name,
    ...columns.flatMap((outcomes) => outcomes.slice(row, row + 1).map(wordsFor)),
  ]),
];
process.stdout.write(`${rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n\n`);
process.stdout.write(`Node ${process.versions.node}, ${PACKAGES.map(versionOf).join(", ")}\n`);

const faults = OURS.flatMap(({ name }, index) =>
  SCENARIOS.flatMap((scenario, row) =>
    (columns[OTHERS.length + index]?.slice(row, row + 1) ?? [])
      .flatMap(faultsOf)
      .map((fault) => `${name}, ${scenario.name}: ${fault}\n`),
  ),
);
process.stdout.write(faults.length === 0 ? `Every chain got through all ${SCENARIOS.length}.\n` : faults.join(""));
if (faults.length > 0) process.exitCode = 1;
