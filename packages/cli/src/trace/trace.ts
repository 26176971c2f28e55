import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { AttemptRecord, Trace } from "@understudy/core";
import { formatTrace } from "@understudy/core/trace";
import { drawTimeline, TIMELINE_STYLE } from "@understudy/testing/rehearse";
import { valueOf } from "../arguments.ts";
import type { Command, Run } from "../command.ts";
import { html, legend, PAGE_STYLE } from "../drill/report-parts.ts";
import type { Output } from "../output.ts";
import { WrongUse } from "../wrong-use.ts";
import { readTraces } from "./read-trace.ts";

export const trace: Command = {
  options: { html: { type: "string" } },
  help: `understudy trace <file or ->

Shows what calls did: \`answer.trace\`, an error as JSON, or engine events, as one JSON value or one per line; - reads stdin.

  --html <file>       draws them too

Example: npx @understudy/cli trace trace.json
`,
  run: async (run) => {
    const { given, output, from } = run;
    const traces = readTraces(await textOf(run));
    const path = valueOf(given, "html");
    if (path !== undefined) write(resolve(from.cwd, path), output.hide(page(traces)));
    if (given.flags.has("json")) output.print(JSON.stringify({ schema: "understudy.trace/1", traces }, null, 2));
    else for (const one of traces) output.print(`${formatTrace(one)}\n\n${barsOf(one, output)}`);
    return 0;
  },
};

async function textOf({ given, from }: Run): Promise<string> {
  const [name] = given.positionals;
  if (name === undefined) throw new WrongUse("Give a file with a trace, or - for stdin.");
  if (name !== "-") {
    try {
      return readFileSync(resolve(from.cwd, name), "utf8");
    } catch {
      throw new WrongUse(`${name} cannot be read.`);
    }
  }
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of from.stdin)
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  return text;
}

const SHORTEST = 20;
const STYLES = { answered: "green", failed: "red", stopped: "dim" } as const;
/** Forms differ, so that colours are not needed. */
const BARS = { answered: "█", failed: "▒", stopped: "░" } as const;

/** A bar for each attempt, as wide as the terminal: dots while it waits for the first output. */
function barsOf({ attempts, totalMs }: Trace, output: Output): string {
  const end = Math.max(1, totalMs, ...attempts.map(({ startedAtMs, endedMs }) => startedAtMs + endedMs));
  const names = attempts.map(
    ({ attempt, tier, sibling }) => `${attempt} ${tier}${sibling === undefined ? "" : ` #${sibling}`}`,
  );
  const room = Math.max(0, ...names.map(({ length }) => length));
  const width = Math.max(SHORTEST, output.width - room - 2);
  const column = (ms: number): number => Math.round((ms / end) * width);
  return attempts
    .map((attempt, index) => {
      const bar = output.paint(STYLES[attempt.outcome], barOf(attempt, column));
      return `${(names[index] ?? "").padEnd(room)}  ${bar}`;
    })
    .join("\n");
}

function barOf(
  { startedAtMs, endedMs, firstContentMs, outcome }: AttemptRecord,
  column: (ms: number) => number,
): string {
  const end = Math.max(1, column(startedAtMs + endedMs));
  const start = Math.min(column(startedAtMs), end - 1);
  const content = outcome === "answered" ? Math.min(end - 1, column(startedAtMs + (firstContentMs ?? 0))) : start;
  return `${" ".repeat(start)}${"·".repeat(Math.max(0, content - start))}${BARS[outcome].repeat(end - Math.max(start, content))}`;
}

function page(traces: readonly Trace[]): string {
  const figures = traces.map(
    (one) =>
      `<figure><figcaption>Call ${one.callId}</figcaption><div class="wide">${drawTimeline(one, { inline: true })}</div><pre>${formatTrace(one).split("\n").map(html).join("\n")}</pre></figure>`,
  );
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Traces</title><style>${PAGE_STYLE}${TIMELINE_STYLE}pre{overflow-x:auto}</style></head>\n<body><main><h1>What calls did</h1>${legend()}\n${figures.join("\n")}\n</main></body></html>\n`;
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    throw new WrongUse(`--html: ${path} cannot be written.`);
  }
}
