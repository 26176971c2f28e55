import { FAULTS, type AheadNumbers, type AheadRow } from "@understudy/testing/rehearse";
import { html, shown } from "./report-parts.ts";

/** What is compared, what people feel first. Less of each is better. */
const COLUMNS: readonly { readonly name: string; readonly of: (numbers: AheadNumbers) => number | undefined }[] = [
  { name: "failed", of: ({ failed }) => failed },
  { name: "seams", of: ({ seams }) => seams },
  { name: "late", of: ({ late }) => late },
  { name: "first words p95", of: ({ p95 }) => p95 },
  { name: "moved", of: ({ moved }) => moved },
  { name: "requests", of: ({ attempts }) => attempts },
  { name: "tokens", of: ({ tokens }) => tokens },
  { name: "cost", of: ({ cost }) => cost },
];

interface Cell {
  readonly text: string;
  /** Compared with the chain as it is. */
  readonly than: "same" | "better" | "worse";
}

interface Line {
  readonly change: string;
  readonly cells: readonly Cell[];
  /** The outage in which it saves most, and what it saves there; empty where it saves nothing anywhere. */
  readonly most: string;
}

function linesOf([asItIs, ...changed]: readonly AheadRow[]): readonly Line[] {
  if (asItIs === undefined) return [];
  return [asItIs, ...changed].map((row) => ({
    change: row.change,
    cells: usedColumns(asItIs).map(({ name, of }): Cell => {
      const [before = 0, now = 0] = [of(asItIs.total), of(row.total)];
      return { text: amount(name, now), than: now === before ? "same" : now < before ? "better" : "worse" };
    }),
    most: row === asItIs ? "" : mostSaved(row, asItIs),
  }));
}

/** A chain without prices costs nothing that is known. */
function usedColumns({ total }: AheadRow): typeof COLUMNS {
  return COLUMNS.filter(({ of }) => of(total) !== undefined);
}

function mostSaved(row: AheadRow, asItIs: AheadRow): string {
  const [first] = Object.entries(FAULTS)
    .flatMap(([fault, words]) => {
      const [now, before] = [row, asItIs].map(
        ({ faults }) => Object.entries(faults).find(([name]) => name === fault)?.[1],
      );
      if (now === undefined || before === undefined) return [];
      const savings = usedColumns(asItIs).map(({ of }) => (of(before) ?? 0) - (of(now) ?? 0));
      return savings.every((saved) => saved <= 0) ? [] : [{ words, now, before, savings }];
    })
    .toSorted((a, b) => {
      const index = a.savings.findIndex((saved, at) => saved !== b.savings[at]);
      return (b.savings[index] ?? 0) - (a.savings[index] ?? 0);
    });
  if (first === undefined) return "";
  const { words, now, before } = first;
  const parts = usedColumns(asItIs).flatMap(({ name, of }) => {
    const [from = 0, to = 0] = [of(before), of(now)];
    return from === to ? [] : [`${name} ${amount(name, from)} → ${amount(name, to)}`];
  });
  return `${words}: ${parts.join(", ")}`;
}

function amount(name: string, value: number): string {
  if (name === "first words p95") return shown(value);
  return name === "cost" ? value.toFixed(2) : value.toLocaleString("en-US");
}

/** For a terminal: a table, and below each change where it saves most. */
export function aheadText(rows: readonly AheadRow[], dim: (text: string) => string): string {
  const [asItIs] = rows;
  if (asItIs === undefined) return "";
  const lines = linesOf(rows);
  const heads = usedColumns(asItIs).map(({ name }) => name);
  const first = Math.max(...lines.map(({ change }) => change.length));
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...lines.map(({ cells }) => cells[at]?.text.length ?? 0)),
  );
  const lineOf = (change: string, texts: readonly string[]): string =>
    `${change.padEnd(first)}  ${texts.map((text, at) => text.padStart(widths[at] ?? 0)).join("  ")}`;
  const body = lines.flatMap(({ change, cells, most }) => [
    lineOf(
      change,
      cells.map(({ text }) => text),
    ),
    ...(most === "" ? [] : [dim(`    ${most}`)]),
  ]);
  return [`${sentenceOf(asItIs)}:`, dim(lineOf("", heads)), ...body].join("\n");
}

/** For the report. */
export function aheadHtml(rows: readonly AheadRow[]): string {
  const [asItIs] = rows;
  if (asItIs === undefined) return "";
  const heads = usedColumns(asItIs).map(({ name }) => `<th scope="col">${name}</th>`);
  const body = linesOf(rows).map(({ change, cells, most }) => {
    const label = change === asItIs.change ? change : `<code>${html(change)}</code>`;
    const where = most === "" ? "" : `<br><small>${html(most)}</small>`;
    return `<tr><th scope="row">${label}${where}</th>${cells.map(({ text, than }) => `<td class="${than}">${text}</td>`).join("")}</tr>`;
  });
  return `<h2>What looking ahead would change</h2>
<p>${html(sentenceOf(asItIs))}. Below each change stands the outage in which it saves most.</p>
<div class="wide"><table class="ahead"><thead><tr><th></th>${heads.join("")}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>
<p class="facts">Ten conversations take turns, a call each. Moved are turns that another model answered than the turn before, so that no prompt cache knows the conversation. <code>order</code> makes one tier of the first ones that are equally good. A request that a hedge stopped is counted as read.</p>`;
}

function sentenceOf({ total, faults }: AheadRow): string {
  const kinds = Object.keys(faults).length;
  return `What looking ahead would have changed in ${total.calls.toLocaleString("en-US")} calls through ${kinds} ${kinds === 1 ? "kind" : "kinds"} of outage that a chain can survive`;
}
