import type { AttemptRecord } from "@understudy/core";
import { placeOf } from "../rehearse/numbers.ts";
import type { CallMark, DrillCall, Scenario } from "../rehearse/drill-result.ts";
import { inRows, runsOf, type Placed, type Span } from "./lanes.ts";
import { axis, Pen, px, seconds, svgOf, textAt, titled, xOf, type Scale } from "./svg.ts";

const WIDTH = 960;
const MARGIN = 10;
const LABEL = 16;
const USERS = 30;
const ROW = 5;
const TALLEST_LANE = 72;
/** Of what is shorter than anyone sees. */
const SHORTEST = 2.5;

/** One attempt on the time line of its scenario. */
interface Bar extends Span {
  readonly contentMs: number;
  readonly record: AttemptRecord;
}

/** Users above, a lane for every target below, and the outage behind those that it strikes. */
export function drawScenario(scenario: Scenario, isInline: boolean): string {
  const { calls, targets, outage, strike, verdict } = scenario;
  const endMs = Math.max(1, ...calls.map(({ startedAtMs, endedMs }) => startedAtMs + endedMs), outage?.toMs ?? 0);
  const scale: Scale = { left: MARGIN, right: WIDTH - MARGIN, endMs };
  const parts: string[] = [];
  const shades: string[] = [];
  let top = outage === undefined ? 4 : 18;
  const first = top;
  parts.push(textAt(MARGIN, top + 12, "users", "us-l"), users(calls, top + LABEL, scale));
  top += LABEL + USERS;
  for (const [index, target] of targets.entries()) {
    const bars = barsOf(calls, (record) => placeOf(record, targets) === index);
    const lane = drawLane(bars, top + LABEL, scale);
    if (outage !== undefined && strike?.targets.includes(index) === true) {
      shades.push(shade(scale, outage, top, LABEL + lane.height));
    }
    parts.push(
      textAt(MARGIN, top + 12, target.degraded ? `${target.name} (degraded)` : target.name, "us-l"),
      textAt(WIDTH - MARGIN, top + 12, summaryOf(bars), "us-t us-e"),
      lane.body,
    );
    top += LABEL + lane.height + 6;
  }
  const edges = outage === undefined ? "" : edgesOf(scale, outage, first, top);
  return svgOf({
    width: WIDTH,
    height: top + 22,
    title: verdict,
    description: targets
      .map(({ name }, index) => `${name}: ${summaryOf(barsOf(calls, (record) => placeOf(record, targets) === index))}.`)
      .join(" "),
    body: shades.join("") + axis(scale, first, top) + edges + parts.join(""),
    isInline,
  });
}

function shade(
  scale: Scale,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  y: number,
  height: number,
): string {
  const x = xOf(scale, fromMs);
  return `<rect class="us-out" x="${px(x)}" y="${px(y)}" width="${px(xOf(scale, toMs) - x)}" height="${px(height)}"/>`;
}

function edgesOf(
  scale: Scale,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  top: number,
  bottom: number,
): string {
  const [from, to] = [xOf(scale, fromMs), xOf(scale, toMs)];
  const lines = [from, to].map((x) => `M${px(x)} ${px(top - 4)}V${px(bottom)}`).join("");
  return `<path class="us-edge" d="${lines}"/>${textAt((from + to) / 2, top - 6, "outage", "us-o us-m")}`;
}

/** Worse is higher, so that it is seen without colours. */
const HEIGHTS: Readonly<Record<CallMark, number>> = { well: 24, late: 17, seam: 10, failed: 4 };

function users(calls: readonly DrillCall[], top: number, scale: Scale): string {
  const [first, second] = calls;
  const everyMs = first === undefined || second === undefined ? scale.endMs : second.startedAtMs - first.startedAtMs;
  const size = Math.max(1.2, Math.min(3.2, (xOf(scale, everyMs) - scale.left) * 0.45));
  return runsOf(calls, ({ mark }) => mark)
    .map((run) => {
      const mark = run[0]?.mark ?? "well";
      const y = top + HEIGHTS[mark];
      const pen = new Pen(10);
      const form = SHAPES[mark](px(size), px(size * 2));
      for (const { startedAtMs } of run) pen.move(xOf(scale, startedAtMs), y).form(form);
      const width =
        mark === "well"
          ? ` us-well" stroke-width="${px(size * 1.6)}`
          : ` us-${mark}" stroke-width="${mark === "failed" ? 1.8 : 0}`;
      return titled(titleOfCalls(run, mark), [`us-u${width}`, pen.path]);
    })
    .join("");
}

const SHAPES: Readonly<Record<CallMark, (size: string, double: string) => string>> = {
  well: () => "h0",
  late: (r, d) => `m-${r} ${r}h${d}l-${r}-${d}zm${r}-${r}`,
  seam: (r) => `m0-${r}l${r} ${r}l-${r} ${r}l-${r}-${r}zm0 ${r}`,
  failed: (r, d) => `m-${r}-${r}l${d} ${d}m0-${d}l-${d} ${d}m${r}-${r}`,
};

const MARKS: Readonly<Record<CallMark, string>> = {
  well: "well",
  late: "late",
  seam: "began again in view",
  failed: "failed",
};

function titleOfCalls(run: readonly DrillCall[], mark: CallMark): string {
  const waits = run.flatMap(({ firstWordsMs }) => firstWordsMs ?? []);
  const from = seconds(run[0]?.startedAtMs ?? 0);
  const to = seconds(run.at(-1)?.startedAtMs ?? 0);
  const count =
    run.length === 1 ? `1 call ${MARKS[mark]} at ${from}` : `${run.length} calls ${MARKS[mark]}, ${from} to ${to}`;
  if (waits.length === 0) return count;
  const [least, most] = [seconds(Math.min(...waits)), seconds(Math.max(...waits))];
  return `${count}; first words after ${least === most ? least : `${least} to ${most}`}`;
}

function barsOf(calls: readonly DrillCall[], isOwn: (record: AttemptRecord) => boolean): readonly Bar[] {
  return calls
    .flatMap(({ startedAtMs, trace }) =>
      trace.attempts.filter(isOwn).map((record): Bar => {
        const fromMs = startedAtMs + record.startedAtMs;
        return {
          record,
          fromMs,
          contentMs: fromMs + (record.firstContentMs ?? record.endedMs),
          toMs: fromMs + record.endedMs,
        };
      }),
    )
    .toSorted((a, b) => a.fromMs - b.fromMs);
}

function kindOf({ record }: Bar): string {
  return [record.outcome, record.class, record.status, record.venture].join(" ");
}

function drawLane(bars: readonly Bar[], top: number, scale: Scale): { readonly body: string; readonly height: number } {
  const { placed, rows } = inRows(bars, scale.endMs / 300);
  const pitch = Math.min(ROW, TALLEST_LANE / rows);
  const thickness = Math.max(0.8, pitch - 1.2);
  const body = runsOf(placed, ({ item }) => kindOf(item)).map((run) => drawRun(run, { top, pitch, thickness, scale }));
  return { body: body.join(""), height: Math.max(10, rows * pitch + 2) };
}

interface LaneScale {
  readonly top: number;
  readonly pitch: number;
  readonly thickness: number;
  readonly scale: Scale;
}

function drawRun(run: readonly Placed<Bar>[], { top, pitch, thickness, scale }: LaneScale): string {
  const [first] = run;
  if (first === undefined) return "";
  const { outcome, venture } = first.item.record;
  const at = (row: number): number => top + pitch * (row + 0.5);
  const lines = (from: (bar: Bar) => number, to: (bar: Bar) => number, least: number): string => {
    const pen = new Pen(1);
    for (const { item, row } of run) pen.move(xOf(scale, from(item)), at(row)).across(xOf(scale, to(item)), least);
    return pen.path;
  };
  const title = titleOfBars(run.map(({ item }) => item));
  const width = `" stroke-width="${px(thickness)}`;
  const framed = ["us-probe", venture === undefined ? "" : frames(run, { top, pitch, thickness, scale })] as const;
  if (outcome === "answered") {
    const content = lines(contentOf, toOf, 1.5);
    return titled(title, ["us-wait", lines(fromOf, contentOf, 0)], [`us-good${width}`, content], framed);
  }
  const whole = lines(fromOf, toOf, SHORTEST);
  if (outcome === "stopped") return titled(title, [`us-off${width}`, whole], framed);
  const caps = new Pen(1);
  const cap = `v${px(pitch)}m0-${px(pitch)}`;
  for (const { item, row } of run) {
    const x = Math.max(xOf(scale, item.fromMs) + SHORTEST, xOf(scale, item.toMs));
    caps.move(x, top + pitch * row).form(cap);
  }
  return titled(title, [`us-bad${width}`, whole], ["us-cap", caps.path], framed);
}

const fromOf = ({ fromMs }: Bar): number => fromMs;
const contentOf = ({ contentMs }: Bar): number => contentMs;
const toOf = ({ toMs }: Bar): number => toMs;

/** Around those that were made to find out. */
function frames(run: readonly Placed<Bar>[], { top, pitch, scale }: LaneScale): string {
  const pen = new Pen(1);
  for (const { item, row } of run) {
    const width = px(Math.max(SHORTEST, xOf(scale, item.toMs) - xOf(scale, item.fromMs)) + 4);
    pen.move(xOf(scale, item.fromMs) - 1.5, top + pitch * row - 0.5);
    pen.form(`h${width}v${px(pitch + 1)}h-${width}z`);
  }
  return pen.path;
}

const VENTURES = { probe: "probe", trial: "trial", "last-resort": "last resort" } as const;

function titleOfBars(run: readonly Bar[]): string {
  const [first] = run;
  if (first === undefined) return "";
  const { outcome, class: failed, status, venture } = first.record;
  const what = venture === undefined ? "request" : VENTURES[venture];
  const count = run.length === 1 ? `1 ${what}` : `${run.length} ${what}s`.replace("ys", "ies");
  const why = [failed, status].filter((fact) => fact !== undefined).join(" ");
  const longest = Math.max(...run.map(({ record }) => record.endedMs));
  const when =
    run.length === 1
      ? `at ${seconds(first.fromMs)}`
      : `${seconds(first.fromMs)} to ${seconds(run.at(-1)?.fromMs ?? 0)}`;
  return `${count} ${outcome}${why === "" ? "" : ` (${why})`}, ${when}, after ${seconds(longest)}${run.length === 1 ? "" : " at most"}`;
}

function summaryOf(bars: readonly Bar[]): string {
  if (bars.length === 0) return "not asked";
  const count = (outcome: string): number => bars.filter(({ record }) => record.outcome === outcome).length;
  const probes = bars.filter(({ record }) => record.venture !== undefined).length;
  const facts = [
    [count("answered"), "answered"],
    [count("failed"), "failed"],
    [count("stopped"), "stopped"],
    [probes, probes === 1 ? "probe" : "probes"],
  ] as const;
  return facts
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number} ${what}`)
    .join(", ");
}
