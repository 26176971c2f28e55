import { binsOf, sumOf } from "./bins.ts";
import { band, px, stack, text, xOf, type Frame } from "./marks.ts";
import type { Week } from "./numbers.ts";
import { DAY, HOUR, MINUTE, type Span, type Trouble } from "./plan.ts";

const BINS = 60;
/** How high bars may be above the line, and below it. */
const HALF = 62;
export const ZOOM_HEIGHT = 184;

interface Place {
  readonly name: string;
  readonly left: number;
  readonly width: number;
  readonly top: number;
}

/** One event from close by: above the line what became of calls with the chain, below it of the same calls without. */
export function zoom({ plan, fleet, plain }: Week, trouble: Trouble, { left, width, top, name }: Place): string {
  const margin = (trouble.to - trouble.from) / 4;
  const span = { from: trouble.from - margin, to: trouble.to + margin };
  const above: Frame = { ...span, left, right: left + width, base: top + 24 + HALF, height: HALF };
  const below: Frame = { ...above, height: -HALF };
  const [ours, alone] = [binsOf(fleet, span, BINS), binsOf(plain, span, BINS)];
  const most = Math.max(1, ...ours.map(sumOf), ...alone.map(sumOf));
  const inside = [
    ...plan.troubles.filter((other) => isPartOf(other, [trouble])),
    ...plan.storeFailures.filter(({ from, to }) => from < trouble.to && to > trouble.from),
  ];
  const foot = above.base + HALF;
  return [
    text(left, top + 12, name, "bold"),
    band(above, trouble, above.base - HALF, foot),
    stack(above, ours, () => 1 / most),
    stack(below, alone, () => 1 / most),
    `<path class="line" d="M${px(left)} ${above.base}h${px(width)}"/>`,
    ...inside.map((event) => bracket(above, event, foot)),
    text(xOf(above, trouble.from), foot + 14, clockOf(trouble.from), "soft middle"),
    text(xOf(above, trouble.to), foot + 14, clockOf(trouble.to), "soft middle"),
  ].join("");
}

/** Whether it happens in the middle of another one. */
export function isPartOf(trouble: Trouble, others: readonly Trouble[]): boolean {
  return others.some((other) => other !== trouble && other.from <= trouble.from && other.to >= trouble.to);
}

function bracket(frame: Frame, event: Span | Trouble, foot: number): string {
  const [x, to] = [xOf(frame, event.from), xOf(frame, event.to)];
  const words = "vendor" in event ? `${event.vendor} ${event.kind}` : "store fails";
  return `<path class="line" style="stroke:var(--ink)" d="M${px(x)} ${foot}v5H${px(to)}v-5"/>${text((x + to) / 2, foot + 28, words, "soft middle")}`;
}

function clockOf(at: number): string {
  const minutes = Math.floor((at % DAY) / MINUTE);
  return `${Math.floor((at % DAY) / HOUR)}:${String(minutes % 60).padStart(2, "0")}`;
}
