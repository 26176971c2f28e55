import type { AttemptRecord, SkipRecord, Trace } from "@understudy/core";
import { axis, px, seconds, svgOf, textAt, titled, xOf, type Scale } from "./svg.ts";

const WIDTH = 720;
const MARGIN = 10;
const ROW = 40;
const BAR = 10;

/** One call: a row for every attempt, in order, and what was passed over below. */
export function drawTrace({ attempts, skipped, totalMs, callId }: Trace, isInline: boolean): string {
  const ends = attempts.map(({ startedAtMs, endedMs }) => startedAtMs + endedMs);
  const scale: Scale = { left: MARGIN, right: WIDTH - MARGIN, endMs: Math.max(1, totalMs, ...ends) };
  const parts = attempts.map((attempt, index) => drawAttempt(attempt, 6 + index * ROW, scale));
  const bottom = 8 + attempts.length * ROW;
  const lines = skipped.map((skip, index) =>
    textAt(MARGIN, bottom + 36 + index * 17, `passed over: ${skipOf(skip)}`, "us-t"),
  );
  return svgOf({
    width: WIDTH,
    height: bottom + 24 + skipped.length * 17,
    title: `Call ${callId}, ${seconds(totalMs)}.`,
    description: [
      ...attempts.map((attempt) => `${placeOf(attempt)} ${endOf(attempt)}.`),
      ...skipped.map((skip) => `Passed over: ${skipOf(skip)}.`),
    ].join(" "),
    body: axis(scale, 4, bottom) + parts.join("") + lines.join(""),
    isInline,
  });
}

function drawAttempt(attempt: AttemptRecord, top: number, scale: Scale): string {
  const { startedAtMs, endedMs, firstContentMs = endedMs, outcome, venture } = attempt;
  const title = `${placeOf(attempt)} ${endOf(attempt)}`;
  const y = px(top + 24);
  const x = (ms: number): number => xOf(scale, startedAtMs + ms);
  const line = (from: number, to: number, least: number): string =>
    `M${px(x(from))} ${y}h${px(Math.max(least, x(to) - x(from)))}`;
  const width = `" stroke-width="${BAR}`;
  const end = Math.max(x(0) + 3, x(endedMs));
  const whole = line(0, endedMs, 3);
  const marks = {
    answered: [
      ["us-wait", line(0, firstContentMs, 0)],
      [`us-good${width}`, line(firstContentMs, endedMs, 2)],
    ],
    failed: [
      [`us-bad${width}`, whole],
      ["us-cap", `M${px(end)} ${px(top + 17)}v14`],
    ],
    stopped: [[`us-off${width}`, whole]],
  } as const;
  const frame = venture === undefined ? "" : `M${px(x(0) - 2)} ${px(top + 16)}H${px(end + 3)}v16H${px(x(0) - 2)}z`;
  const drawn = titled(title, ...marks[outcome], ["us-probe", frame]);
  return `${textAt(MARGIN, top + 12, `${attempt.attempt}  ${placeOf(attempt)}`, "us-l")}${textAt(WIDTH - MARGIN, top + 12, endOf(attempt), "us-t us-e")}${drawn}`;
}

function placeOf({ tier, sibling }: Pick<SkipRecord, "tier" | "sibling">): string {
  return sibling === undefined ? tier : `${tier} #${sibling}`;
}

function endOf({ outcome, class: failed, status, venture, repeat, endedMs, firstContentMs }: AttemptRecord): string {
  const facts = [
    outcome,
    failed,
    status,
    venture,
    repeat === undefined ? undefined : `repeat (${repeat})`,
    firstContentMs === undefined ? undefined : `first output ${seconds(firstContentMs)}`,
    `after ${seconds(endedMs)}`,
  ];
  return facts.filter((fact) => fact !== undefined).join(", ");
}

function skipOf(skip: SkipRecord): string {
  const why = skip.class ?? skip.detail;
  return `${placeOf(skip)}, ${skip.reason}${why === undefined ? "" : ` (${why})`}`;
}
