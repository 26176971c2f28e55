import {
  drawTimeline,
  TIMELINE_STYLE,
  type DrillResult,
  type DrillTarget,
  type Scenario,
} from "@understudy/testing/rehearse";
import { aheadHtml } from "./ahead.ts";
import { costOf } from "./live.ts";
import { html, legend, PAGE_STYLE, shown } from "./report-parts.ts";

/** Above that, the mildest drawings are left out: a report has to open at once. */
const MOST_CHARS = 280_000;

const FOOTNOTE =
  '<p class="facts">* Everyone is struck: more than a chain can be asked to survive, and no budget counts it.</p>';

/** What a report is about. */
export interface ReportSetup {
  /** What the chain is called. */
  readonly file: string;
  /** Who made the report; part of its head. */
  readonly version: string;
  /** What `rehearse` found. */
  readonly result: DrillResult;
}

/** The page that `understudy drill` writes: at most 300 KiB of HTML that asks nobody for anything, the same for the same result. */
export function reportOf({ file, version, result }: ReportSetup): string {
  const { scenarios, healthy, seed, mode, everyMs, targets, ahead = [] } = result;
  const head = [
    `<h1>Outages of <code>${html(file)}</code>, rehearsed</h1>`,
    `<p class="facts">seed ${seed} · ${mode}, a call every ${shown(everyMs)} · ${healthy.numbers.calls} calls in each of ${scenarios.length} scenarios · @understudy/cli ${html(version)}</p>`,
    summary(result),
    `<h2>Every scenario, worst first</h2>`,
    table(result),
    aheadHtml(ahead),
    `<h2>What happened</h2>`,
    legend(),
  ].join("\n");
  const tail = [`<h2>Settings that explain it</h2>`, settings(targets), note(result)].join("\n");
  const page = (figures: string): string =>
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Outages of ${html(file)}, rehearsed</title><style>${PAGE_STYLE}${TIMELINE_STYLE}</style></head>\n<body><main>\n${head}\n${figures}\n${tail}\n</main></body></html>\n`;
  return page(figuresOf(scenarios, MOST_CHARS - page("").length));
}

function summary({ scenarios, failed, seams }: DrillResult): string {
  const counted = scenarios.filter(({ isSurvivable }) => isSurvivable);
  const silent = counted.filter(({ numbers }) => numbers.failed + numbers.seams + numbers.late === 0).length;
  const advice = [...new Set(counted.flatMap((scenario) => scenario.advice.map((one) => withoutCount(one))))].slice(
    0,
    6,
  );
  const sentence = `In <strong>${silent} of ${counted.length}</strong> outages that a chain can survive, nobody would have noticed. In the others ${failed} calls failed and ${seams} answers began again in view.`;
  const list =
    advice.length === 0
      ? ""
      : `<h2>What to change</h2><ul>${advice.map((one) => `<li>${words(one)}</li>`).join("")}</ul>`;
  return `<p class="verdict">${sentence}</p>${list}`;
}

/** The same advice comes from many scenarios, with a count each. */
function withoutCount(text: string): string {
  const plain = text.replace(/^\d+ (calls?|answers?) /, (_, what: string) =>
    what.startsWith("call") ? "calls " : "answers ",
  );
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Code in back quotes, as code. */
function words(text: string): string {
  return html(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function table({ scenarios }: DrillResult): string {
  const heads = [
    "",
    "failed",
    "seams",
    "late",
    "lesser",
    "first words p50",
    "p95",
    "max",
    "in vain",
    "tokens",
    "noticed",
    "back",
  ];
  const rows = scenarios.map((scenario, index) => {
    const { verdict, numbers, isSurvivable } = scenario;
    if (isBoring(scenario)) return "";
    const { failed, seams, late, degraded, firstWords, askedInVain, tokensInVain, noticedAfterMs, backAfterMs } =
      numbers;
    const [name = "", ...rest] = verdict.split(": ");
    const level = failed > 0 ? "✗" : seams + late > 0 ? "!" : "✓";
    const cells = [
      failed,
      seams,
      late,
      degraded,
      shown(firstWords?.p50),
      shown(firstWords?.p95),
      shown(firstWords?.max),
      askedInVain,
      tokensInVain,
      shown(noticedAfterMs),
      askedInVain === 0 ? shown(undefined) : backAfterMs === 0 ? "at once" : shown(backAfterMs),
    ].map((cell) => `<td>${cell === 0 ? "<i>0</i>" : cell}</td>`);
    const mark = isSurvivable ? "" : " *";
    return `<tr class="${["ok", "soft", "bad"][["✓", "!", "✗"].indexOf(level)]}"><th scope="row" title="${html(rest.join(": "))}"><b>${level}</b> <a href="#s${index}">${html(name)}</a>${mark}</th>${cells.join("")}</tr>`;
  });
  const boring = scenarios.filter(isBoring);
  const names = [...new Set(boring.map(({ strike }) => strike?.name ?? ""))].join(", ");
  if (boring.length > 0) {
    const text = `${boring.length} outages of ${names}: nobody was affected, as nobody asks them while the others are well`;
    rows.push(`<tr class="ok"><th scope="row" colspan="${heads.length}"><b>✓</b> ${html(text)}</th></tr>`);
  }
  const head = heads.map((one) => `<th scope="col">${one}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.filter((row) => row !== "").join("\n")}</tbody></table></div>${scenarios.every(({ isSurvivable }) => isSurvivable) ? "" : FOOTNOTE}`;
}

/** Nothing that is worth a drawing. */
function isBoring({ numbers }: Scenario): boolean {
  return numbers.askedInVain + numbers.late + numbers.failed + numbers.seams === 0;
}

function figuresOf(scenarios: readonly Scenario[], room: number): string {
  const figures: string[] = [];
  let left = room;
  let leftOut = 0;
  for (const [index, scenario] of scenarios.entries()) {
    if (isBoring(scenario)) continue;
    const figure = figureOf(scenario, index);
    if (figure.length <= left) {
      figures.push(figure);
      left -= figure.length;
    } else leftOut++;
  }
  if (leftOut > 0) {
    const text = `${leftOut} more are not drawn, so that this page stays small: rehearse fewer with --faults or --strike to see them.`;
    figures.push(`<p class="facts">${text}</p>`);
  }
  return figures.join("\n");
}

function figureOf(scenario: Scenario, index: number): string {
  const { verdict, advice } = scenario;
  const list = advice.length === 0 ? "" : `<ul>${advice.map((one) => `<li>${words(one)}</li>`).join("")}</ul>`;
  const drawing = drawTimeline(scenario, { inline: true });
  return `<figure id="s${index}"><figcaption>${html(verdict)}</figcaption><div class="wide">${drawing}</div>${list}</figure>`;
}

function settings(targets: readonly DrillTarget[]): string {
  const rows = targets.map(
    ({ name, timeoutMs, silentReasoningMs, progressMs, degraded }) =>
      `<tr><th scope="row">${html(name)}</th><td>${shown(timeoutMs)}</td><td>${shown(silentReasoningMs)}</td><td>${shown(progressMs)}</td><td>${degraded ? "yes" : "no"}</td></tr>`,
  );
  return `<div class="wide"><table><thead><tr><th></th><th scope="col">timeoutMs</th><th scope="col">silentReasoningMs</th><th scope="col">progressMs</th><th scope="col">degraded</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>
<p>A breaker opens after five failures or timeouts in a row and stays open for 10 s, doubling with each opening; then one request finds out whether the model is back.</p>`;
}

function note({ asked }: DrillResult): string {
  const who =
    asked === undefined
      ? "by scripts in virtual time: no vendor was asked"
      : `and targets that were not struck answered for real: ${html(costOf(asked))}`;
  return `<p class="facts">Rehearsed are the chain's decisions, ${who}. That adapters recognize real failures is what their own tests say. Late is a call whose first words came more than 2 s later than without an outage. Tokens in vain are counted as the script bills them: 1,000 for a request that was read, 300 for a whole answer.</p>`;
}
