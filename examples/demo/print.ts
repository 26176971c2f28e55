import { styleText } from "node:util";
import type { AttemptRecord, Finding } from "@understudy/core";

const WIDTH = 34;

/** Colours only where they are wanted: `styleText` leaves them out when the output is no terminal. */
function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export function printTitle(number: number, title: string): void {
  process.stdout.write(`\n${paint("bold", `${number}. ${title}`)}\n\n   `);
}

/** What the chain says of itself before anything happens. */
export function printFindings(findings: readonly Finding[]): void {
  process.stdout.write(`\n${paint("bold", "Before the outage: chain.check()")}\n\n`);
  const lines = findings.map(({ level, message }) => `${level}: ${message}`);
  for (const line of lines.length === 0 ? ["nothing to tell: the models are alike"] : lines) {
    process.stdout.write(`   ${line}\n`);
  }
}

export function printText(text: string): void {
  process.stdout.write(text.replaceAll("\n", "\n   "));
}

/** One line per attempt: who, how it ended and when, on a bar of the whole call. */
export function printTimeline(attempts: readonly AttemptRecord[]): void {
  const total = Math.max(1, ...attempts.map((attempt) => attempt.startedAtMs + attempt.endedMs));
  process.stdout.write("\n\n");
  for (const attempt of attempts) {
    const bar = paint(attempt.outcome === "answered" ? "green" : "red", barOf(attempt, total));
    const why = attempt.class === undefined ? "answered" : `left: ${attempt.class}`;
    const status = attempt.status === undefined ? "" : ` (${attempt.status})`;
    const repeat = attempt.repeat === undefined ? "" : `, repeat after ${attempt.repeat}`;
    const after = `after ${Math.round(attempt.endedMs)} ms`;
    process.stdout.write(
      `   ${bar}  ${attempt.attempt} ${attempt.tier.padEnd(28)} ${why}${status} ${after}${repeat}\n`,
    );
  }
}

function barOf(attempt: AttemptRecord, total: number): string {
  const begin = Math.min(WIDTH - 1, Math.floor((attempt.startedAtMs / total) * WIDTH));
  const length = Math.max(1, Math.round((attempt.endedMs / total) * WIDTH));
  return `${" ".repeat(begin)}${"█".repeat(Math.min(length, WIDTH - begin))}`.padEnd(WIDTH, "·");
}

export function printFailure(code: string): void {
  printText(paint("red", `[no answer: ${code}]`));
}

export function printReview(findings: readonly string[]): void {
  const verdict = findings.length === 0 ? paint("green", "as it should") : paint("red", findings.join("; "));
  process.stdout.write(`   ${verdict}\n`);
}

/** What else there is to see. */
export function printOffers(): void {
  process.stdout.write("To see it in a browser: npm run page\n");
  process.stdout.write("To see a minute of every outage, drawn: npm run report\n");
}

export function printEnd(failed: number, all: number): void {
  process.stdout.write(`\n${all - failed} of ${all} acts went as they should\n`);
}
